/**
 * How long the comparison of a large run takes, from its Parquet files to the verdict, and how much memory: measured in a
 * process of its own. The run is made up and written first.
 *
 *     npm run bench:analysis [-- --json] [-- --items 500000]
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { writeLargeRun } from './analysis/data.ts'

const { values } = parseArgs({ options: { json: { type: 'boolean' }, items: { type: 'string', default: '500000' } } })
const say = (line: string): void => void (values.json !== true && console.log(line))
const Report = z.object({
  samples: z.number(),
  readSeconds: z.number(),
  seconds: z.number(),
  peakMiB: z.number(),
  rows: z.number(),
  ratios: z.number(),
  verdict: z.string(),
})

const folder = mkdtempSync(join(tmpdir(), 'distillbench-analysis-'))
try {
  say(`writing a run of 2 models × ${values.items} items …`)
  await writeLargeRun(folder, Number(values.items))
  const child = fileURLToPath(import.meta.resolve(import.meta.url.endsWith('.ts') ? './analysis/child.ts' : './analysis/child.js'))
  const found = Report.parse(JSON.parse(execFileSync(process.execPath, [child, folder], { encoding: 'utf8', maxBuffer: 1 << 24 })))
  if (values.json === true) console.log(JSON.stringify({ samples: found.samples, seconds: round(found.seconds), peakMiB: Math.round(found.peakMiB) }))
  else {
    const rows: [string, string][] = [
      ['samples', found.samples.toLocaleString('en')],
      ['reading', `${found.readSeconds.toFixed(1)} s`],
      ['analysis', `${(found.seconds - found.readSeconds).toFixed(1)} s`],
      ['in all', `${found.seconds.toFixed(1)} s`],
      ['peak memory', `${found.peakMiB.toFixed(0)} MiB`],
      ['results', `${found.rows} rows, ${found.ratios} comparisons`],
      ['verdict', found.verdict],
    ]
    for (const [name, value] of rows) say(`${name.padEnd(14)}${value}`)
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}
