/**
 * How well energy is got from readings ten times a second: recorded traces of GPU sensors against the external meter that was
 * on the same power rails.
 *
 *     npm run bench:energy [-- --json] [-- --traces FOLDER] [-- --windows 200] [-- --seed 1]
 */
import { parseArgs } from 'node:util'
import { replay, type Replayed } from './energy/replay.ts'
import { hasTrace, readTrace, TRACES } from './energy/traces.ts'

const { values } = parseArgs({
  options: {
    json: { type: 'boolean' },
    traces: { type: 'string', default: TRACES },
    windows: { type: 'string', default: '200' },
    seed: { type: 'string', default: '1' },
  },
})
const POLL_MS = 100
const LENGTHS = [1000, 5000] as const
const ROWS = [
  { trace: 'rtx3090-half-load', field: 'power.draw.instant', device: 'RTX 3090' },
  { trace: 'rtx3090-half-load', field: 'power.draw.average', device: 'RTX 3090' },
  { trace: 'a100-transient', field: 'power.draw.instant', device: 'A100' },
] as const

const missing = [...new Set(ROWS.map(({ trace }) => trace))].filter((name) => !hasTrace(name, values.traces))
if (missing.length > 0) {
  console.error(`skipped: the traces ${missing.join(' and ')} are not in ${values.traces}; name their folder with --traces`)
  if (values.json === true) console.log(JSON.stringify({ skipped: 1 }))
} else {
  const results = ROWS.flatMap((row) => LENGTHS.map((windowMs) => ({ row, windowMs, ...measure(row, windowMs) })))
  if (values.json === true) console.log(JSON.stringify(flat(results[0]!, results[1]!)))
  else print(results)
}

function measure({ trace, field, device }: (typeof ROWS)[number], windowMs: number): Replayed {
  return replay(readTrace(trace, values.traces), { field, device, windowMs, windows: Number(values.windows), pollMs: POLL_MS, seed: Number(values.seed) })
}

function flat(one: Replayed, five: Replayed): Record<string, number> {
  return { meanErrorPct1s: one.ours.mean, meanErrorPct5s: five.ours.mean, insideOnlyPct1s: one.insideOnly.mean, insideOnlyPct5s: five.insideOnly.mean }
}

function print(results: readonly (Replayed & { row: (typeof ROWS)[number]; windowMs: number })[]): void {
  console.log(`Energy of ${values.windows} random windows, read every ${POLL_MS} ms, against an external meter; mean (largest) error in %, gain removed\n`)
  console.log(`${'trace, field'.padEnd(40)} window  this tool      ends only      inside only    in 95% interval`)
  for (const { row, windowMs, ours, plain, insideOnly } of results) {
    const cell = ({ mean, max }: { mean: number; max: number }): string => `${mean.toFixed(2)} (${max.toFixed(1)})`.padEnd(15)
    console.log(
      `${`${row.trace}, ${row.field}`.padEnd(40)} ${`${windowMs / 1000} s`.padEnd(7)} ${cell(ours)}${cell(plain)}${cell(insideOnly)}${Math.round(100 * ours.covered)}%`,
    )
  }
  console.log('\nthis tool: trapezoids with interpolated ends, moved back by the age of the readings; running means are laid end to end')
  console.log('ends only: the same without the age; inside only: trapezoids between the readings inside of the window')
}
