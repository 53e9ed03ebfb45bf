/**
 * Every grader on random and hostile strings: whether it ever throws, how long the slowest takes, what became of them. Seeded.
 * The short form is among the tests.
 *
 *     npm run fuzz:graders [-- --strings 20000] [-- --seed 1] [-- --grader math] [-- --json]
 *
 * Ends with code 1 where a grader broke its contract. Code is never run: the grader `code` has no leave here.
 */
import { parseArgs } from 'node:util'
import { fuzzGrader, FUZZED, type Seen } from './fuzz/graders.ts'

const { values } = parseArgs({
  options: { strings: { type: 'string', default: '20000' }, seed: { type: 'string', default: '1' }, grader: { type: 'string' }, json: { type: 'boolean' } },
})
const chosen = FUZZED.filter((id) => values.grader === undefined || id === values.grader)
if (chosen.length === 0) throw new Error(`there is no grader "${values.grader}"; there are ${FUZZED.join(', ')}`)

const all: Seen[] = []
for (const id of chosen) {
  const seen = await fuzzGrader(id, { strings: Number(values.strings), seed: Number(values.seed), hostile: true })
  all.push(seen)
  if (values.json !== true) print(seen)
}
const total = all.reduce((sum, { strings }) => sum + strings, 0)
const broken = all.reduce((sum, seen) => sum + seen.broken.length, 0)
const longest = Math.max(...all.map(({ slowestMs }) => slowestMs))
if (values.json === true) console.log(JSON.stringify({ strings: total, graders: all.length, broken, slowestMs: Math.round(longest) }))
else console.log(`\n${total.toLocaleString('en')} strings, ${all.length} graders: ${broken} broke the contract; the slowest took ${longest.toFixed(0)} ms`)
process.exitCode = broken === 0 ? 0 : 1

function print({ grader, strings, right, wrong, undecided, ungraded, settled, seconds, slowestMs: ms, slowest, broken: found }: Seen): void {
  if (grader === chosen[0]) console.log(`${'grader'.padEnd(14)}${['strings', 'right', 'wrong', 'undecided', 'no grade', 'settled', 'seconds'].map((name) => name.padStart(11)).join('')}   slowest`) // prettier-ignore
  const counts = [strings, right, wrong, undecided, ungraded, settled].map((n) => n.toLocaleString('en').padStart(11)).join('')
  console.log(`${grader.padEnd(14)}${counts}${seconds.toFixed(1).padStart(11)}   ${ms.toFixed(0)} ms, ${JSON.stringify(slowest)}`)
  for (const one of found.slice(0, 5)) console.log('  broken:', JSON.stringify(one))
}
