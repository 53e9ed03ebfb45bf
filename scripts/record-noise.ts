/**
 * Records how the figures of one model scatter on this machine while nothing changes: the noise that `bench:gate` judges the
 * gate by. Each value is the mean time per output token of four requests in a row, in the order of time.
 *
 *     node dist/scripts/record-noise.js NAME MODEL [wasm|cpu] [--co-load] [--values 160]
 */
import { fork } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { describeHost, runSuite } from '../harness/run/index.ts'
import { loadSuite } from '../harness/suite/index.ts'
import { createWorkload } from '../harness/workloads/index.ts'

const PER_VALUE = 4
const { values, positionals } = parseArgs({ allowPositionals: true, options: { 'co-load': { type: 'boolean' }, values: { type: 'string', default: '160' } } })
const [name, model, backend = 'wasm'] = positionals
if (name === undefined || model === undefined) throw new Error('usage: record-noise NAME MODEL [BACKEND] [--co-load] [--values N]')
if (process.argv.includes('--burn')) burn()

const out = mkdtempSync(join(tmpdir(), 'distillbench-noise-'))
const burner = values['co-load'] === true ? fork(process.argv[1]!, [name, model, '--burn'], { stdio: 'ignore' }) : undefined
try {
  const loaded = await loadSuite('arithmetic')
  const asked = PER_VALUE * Number(values.values)
  const suite = {
    ...loaded.suite,
    workloads: [createWorkload({ id: 'sums', kind: 'arithmetic', perSlice: Math.ceil(asked / 2), limit: asked }, loaded.dir)],
    loads: [{ id: 'sequential', kind: 'sequential' as const }],
    blocks: 1,
    repeats: 1,
  }
  const signal = new AbortController().signal
  const run = await runSuite({ ...loaded, suite }, { out, models: [model], backend, command: 'record-noise', signal }, () => {}, { meters: [] })
  const times = run.samples.flatMap(({ tokenMs, startMs }) =>
    tokenMs.length < 2 ? [] : [{ startMs, ms: (tokenMs.at(-1)! - tokenMs[0]!) / (tokenMs.length - 1) }],
  )
  times.sort((a, b) => a.startMs - b.startMs)
  const series = Array.from({ length: Math.floor(times.length / PER_VALUE) }, (_, i) => {
    const own = times.slice(i * PER_VALUE, (i + 1) * PER_VALUE)
    return Number((own.reduce((sum, { ms }) => sum + ms, 0) / own.length).toPrecision(5))
  })
  const { cpu = '', logicalCpus = '' } = await describeHost(signal)
  const title = `recorded: ${model}, ${backend}${values['co-load'] === true ? ', beside another program' : ''}`
  const text = JSON.stringify({ title, unit: 'ms per token', machine: `${cpu}, ${logicalCpus} logical processors, shared`, values: series })
  await writeFile(`scripts/gate/recorded/${name}.json`, `${text}\n`)
  console.log(`${title}: ${series.length} values`)
} finally {
  burner?.kill()
  rmSync(out, { recursive: true, force: true })
}

// --- internal ---

/** Another program, in bursts: two processes' worth of work for up to a second, then a pause. */
function burn(): never {
  for (;;) {
    const end = performance.now() + 1000 * Math.random()
    while (performance.now() < end) Math.sqrt(Math.random())
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1000 * Math.random())
  }
}
