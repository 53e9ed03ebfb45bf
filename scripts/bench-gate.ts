/**
 * How good the gate is: false alarms where nothing changed, and slowdowns of 1, 2, 5 and 10% found, over kinds of noise that
 * benchmarks meet, beside the rules of other tools. Ours runs both sides at once, in pairs whose places are drawn by lot; the
 * others compare with ten measurements that were stored by another session, as their users do.
 *
 *     npm run bench:gate [-- --json] [-- --draws 2000]
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { PACKAGE_ROOT } from '../harness/package.ts'
import { createRandom, type Random } from '../harness/random.ts'
import { LOOKS } from '../harness/gate/rerun/looks.ts'
import { recorded, REGIMES, type Regime } from './gate/noise.ts'
import { asv, fixedThreshold, mannWhitney, sequentialGate, welch } from './gate/rules.ts'

const { values } = parseArgs({ options: { json: { type: 'boolean' }, draws: { type: 'string', default: '2000' } } })
const DRAWS = Number(values.draws)
const STORED = 10
const SLOWER = [0, 0.01, 0.02, 0.05, 0.1]
/** The default rule of speed. */
const RULE = { alpha: 0.01, missed: 0.05, most: 0.04, tolerated: 0.01 }
/** What the goals are about: noise of pairs up to this. */
const QUIET_PAIRS = 0.03

const say = (line: string): void => void (values.json !== true && console.log(line))

interface Ours {
  regime: Regime
  pairCv: number
  /** By slowdown: shares of outcomes, and the mean number of pairs. */
  results: { slower: number; fail: number; within10: number; undecided: number; pairs: number }[]
}

const series = readSeries()
const regimes = [...REGIMES, ...series.map(({ id, title, values: own }) => recorded(id, title, own))]
const ours = regimes.map(measure)

say(
  `Ours, in ${DRAWS} draws: failed / undecided in %, mean pairs; limit ${100 * RULE.most}%, tolerated ${100 * RULE.tolerated}%, alpha ${RULE.alpha} over ${LOOKS.length} looks`,
)
say(`  ${'noise'.padEnd(36)} pair CV ${SLOWER.map((slower) => (slower === 0 ? 'no change' : `${100 * slower}% slower`).padStart(18)).join('')}`)
for (const { regime, pairCv, results } of ours)
  say(
    `  ${regime.title.padEnd(36)} ${percent(pairCv).padStart(6)}% ${results.map(({ fail, undecided, pairs }) => `${percent(fail)} / ${percent(undecided)}, ${pairs.toFixed(1)}`.padStart(18)).join('')}`,
  )

const PEERS = {
  'fixed, one value > 5%': (a: Float64Array, b: Float64Array) => fixedThreshold(a, b, 0.05),
  'Welch, p < 0.05': (a: Float64Array, b: Float64Array) => welch(a, b, 0.05),
  'Mann–Whitney, p < 0.05 (benchstat)': (a: Float64Array, b: Float64Array) => mannWhitney(a, b, 0.05),
  'Mann–Whitney, p < 0.002 and × 1.1 (asv)': asv,
}
say('')
say(`Others, against ${STORED} stored measurements: alarms in % with no change / 5% slower`)
say(
  `  ${'noise'.padEnd(36)} ${Object.keys(PEERS)
    .map((name) => name.padStart(42))
    .join('')}`,
)
for (const regime of regimes) {
  const cells = Object.values(PEERS).map((rule) => `${percent(alarms(regime, rule, 0))} / ${percent(alarms(regime, rule, 0.05))}`.padStart(42))
  say(`  ${regime.title.padEnd(36)} ${cells.join('')}`)
}

const quiet = ours.filter(({ pairCv }) => pairCv <= QUIET_PAIRS)
const at = ({ results }: Ours, slower: number): Ours['results'][number] => results.find((one) => one.slower === slower)!
const pairsRecorded = series.reduce((sum, { values: own }) => sum + Math.floor(own.length / 2), 0)
const meanPairs = mean(quiet.flatMap((one) => [at(one, 0).pairs, at(one, 0.05).pairs]))
const summary = {
  worstFalseAlarmPct: 100 * Math.max(...ours.map((one) => at(one, 0).fail)),
  worstDetectionPct: 100 * Math.min(...quiet.map((one) => at(one, 0.05).fail)),
  worstDetectionWithin10Pct: 100 * Math.min(...quiet.map((one) => at(one, 0.05).within10)),
  meanPairs,
  independentVerdicts: Math.floor(pairsRecorded / Math.max(1, mean(ours.slice(REGIMES.length).map((one) => at(one, 0).pairs)) || LOOKS[0])),
  recordedSeries: series.length,
  recordedPairs: pairsRecorded,
  draws: DRAWS,
}
say('')
say(
  `False alarms at worst ${summary.worstFalseAlarmPct.toFixed(2)}% (up to ${((100 * 3) / DRAWS).toFixed(2)}% where none was seen); 5% found in ${summary.worstDetectionPct.toFixed(1)}% at worst where pairs scatter by 3% or less (in ${summary.worstDetectionWithin10Pct.toFixed(1)}% within 10 pairs), with ${meanPairs.toFixed(1)} pairs on average.`,
)
say(`Recorded with this harness: ${series.length} series of ${pairsRecorded} pairs.`)
if (values.json === true) console.log(JSON.stringify(summary))

// --- internal ---

function measure(regime: Regime): Ours {
  const most = LOOKS.at(-1)!
  const spread: number[] = []
  const results = SLOWER.map((slower) => {
    let [fail, within10, undecided, pairs] = [0, 0, 0, 0]
    for (let draw = 0; draw < DRAWS; draw++) {
      const random = createRandom('gate', regime.id, slower, draw)
      const differences = pairsOf(regime.session(random, 2 * most), random, slower)
      if (slower === 0) spread.push(...differences.slice(0, LOOKS[0]))
      const { call, pairs: used } = sequentialGate(differences, RULE)
      fail += call === 'fail' ? 1 : 0
      within10 += call === 'fail' && used <= 10 ? 1 : 0
      undecided += call === 'undecided' ? 1 : 0
      pairs += used
    }
    return { slower, fail: fail / DRAWS, within10: within10 / DRAWS, undecided: undecided / DRAWS, pairs: pairs / DRAWS }
  })
  const centre = mean(spread)
  return { regime, pairCv: Math.sqrt(mean(spread.map((one) => (one - centre) ** 2))), results }
}

/** Two measurements after one another are a pair; which of them is the candidate is drawn for every other pair and swapped in the next. */
function pairsOf(noise: Float64Array, random: Random, slower: number): number[] {
  let first = false
  return Array.from({ length: noise.length / 2 }, (_, i) => {
    first = i % 2 === 0 ? random.next() < 0.5 : !first
    const [a, b] = first ? [noise[2 * i + 1]!, noise[2 * i]!] : [noise[2 * i]!, noise[2 * i + 1]!]
    return b - a + Math.log1p(slower)
  })
}

function alarms(regime: Regime, rule: (baseline: Float64Array, candidate: Float64Array) => boolean, slower: number): number {
  let count = 0
  for (let draw = 0; draw < DRAWS; draw++) {
    const baseline = regime.session(createRandom('stored', regime.id, draw), STORED)
    const candidate = regime.session(createRandom('now', regime.id, draw), STORED).map((one) => one + Math.log1p(slower))
    if (rule(baseline, candidate)) count += 1
  }
  return count / DRAWS
}

function readSeries(): { id: string; title: string; values: number[] }[] {
  const schema = z.object({ title: z.string(), unit: z.string(), machine: z.string(), values: z.array(z.number().positive()).min(20) })
  const folder = join(PACKAGE_ROOT, 'scripts/gate/recorded')
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .sort((a, b) => (a < b ? -1 : 1))
    .map((name) => ({ id: name, ...schema.parse(JSON.parse(readFileSync(join(folder, name), 'utf8'))) }))
}

function mean(list: readonly number[]): number {
  return list.length === 0 ? 0 : list.reduce((sum, one) => sum + one, 0) / list.length
}

function percent(share: number): string {
  return (100 * share).toFixed(1)
}
