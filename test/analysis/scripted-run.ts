/** Runs with scripted answers and times: what the analysis must make of them can be worked out by hand. */
import { createRandom } from '../../harness/random.ts'
import type { CellKey, CellRecord, Fact, LoadSpec, ModelCard, ModelSpec, Role, RunRecord, Sample, SeriesRecord, StoredRun } from '../../harness/types.ts'

export interface ScriptedModel {
  id: string
  role: Role
  price?: ModelSpec['price']
  parameters?: number
  /** How one request goes; `n` is the item, from 0. */
  answer: (n: number) => ScriptedAnswer
}
export interface ScriptedAnswer {
  /** Milliseconds from the request to the first token and from token to token; scripted, so exact. */
  firstMs: number
  stepMs: number
  tokens: number
  score?: number
  finish?: Sample['finish']
  /** How many tokens come in one event. */
  burst?: number
}
export interface Script {
  id?: string
  models: readonly ScriptedModel[]
  items: number
  blocks?: number
  repeats?: number
  loads?: readonly LoadSpec[]
  /** Slice of an item. */
  slice?: (n: number) => string | undefined
  cluster?: (n: number) => string | undefined
  /** Pause between requests, ms. */
  pauseMs?: number
  /** Watts while measured, at a time on the run clock. */
  watts?: (model: string, atMs: number) => number
  wattsOrigin?: 'measured' | 'estimated'
  facts?: readonly Fact[]
  state?: RunRecord['state']
}

const CELL_GAP_MS = 1000
const METER_MS = 100

/** Cells one after the other, models taking turns within each block. */
export function scriptedRun(script: Script): StoredRun {
  const { models, items, blocks = 1, repeats = 1 } = script
  const loads = script.loads ?? [{ id: 'sequential', kind: 'sequential' }]
  const cells: CellRecord[] = []
  const samples: Sample[] = []
  const series: SeriesRecord[] = []
  let clock = 0
  for (const load of loads)
    for (let repeat = 0; repeat < repeats; repeat++)
      for (let block = 0; block < blocks; block++)
        for (const model of models) {
          const key: CellKey = { model: model.id, workload: 'sums', load: load.id, repeat, block }
          const asked = Array.from({ length: items }, (_, n) => n).filter((n) => Math.floor((n * blocks) / items) === block)
          const cell = runCell(script, model, load, key, asked, clock)
          cells.push(cell.record)
          samples.push(...cell.samples)
          series.push(...cell.series)
          clock = cell.endMs + CELL_GAP_MS
        }
  return { dir: 'scripted', samples, series, record: recordOf(script, loads, cells) }
}

/** Two models of one run with chance in their times and answers, the same for the same seed. */
export function randomPair(seed: number, items: number, options: { accuracy?: [number, number]; load?: LoadSpec } = {}): StoredRun {
  const random = createRandom('scripted', seed)
  const [teacher, student] = options.accuracy ?? [0.9, 0.8]
  const difficulty = Array.from({ length: items }, () => random.next())
  const answers = (right: number, pace: number): ScriptedAnswer[] =>
    difficulty.map((hard) => ({
      firstMs: pace * (20 + 10 * hard + 2 * random.next()),
      stepMs: pace * (3 + random.next()),
      tokens: 5 + Math.floor(10 * hard) + random.int(3),
      score: 0.7 * hard + 0.3 * random.next() < right ? 1 : 0,
    }))
  const [slow, fast] = [answers(teacher, 1), answers(student, 0.25)]
  return scriptedRun({
    id: `pair-${seed}`,
    items,
    blocks: 4,
    ...(options.load === undefined ? {} : { loads: [options.load] }),
    models: [
      { id: 'teacher', role: 'teacher', answer: (n) => slow[n]!, price: HOURLY },
      { id: 'student', role: 'student', answer: (n) => fast[n]!, price: HOURLY },
    ],
  })
}

export const HOURLY = { kind: 'hourly', usdPerHour: 3.6, source: 'a made-up offer', date: '2025-01-01' } as const

// --- internal ---

function runCell(script: Script, model: ScriptedModel, load: LoadSpec, key: CellKey, asked: readonly number[], startMs: number) {
  const id = `${key.model}/${key.workload}/${key.load}/r${key.repeat}/b${key.block}`
  const size = load.kind === 'batch' ? load.size : 1
  const samples: Sample[] = []
  let clock = startMs
  for (let i = 0; i < asked.length; i += size) {
    const batch = asked.slice(i, i + size).map((n) => sampleOf(script, model, id, key, n, clock))
    samples.push(...batch)
    clock = Math.max(...batch.map(({ endMs }) => endMs)) + (script.pauseMs ?? 0)
  }
  const endMs = clock
  const series = script.watts === undefined ? [] : powerSeries(script, model.id, id, startMs, endMs)
  const record: CellRecord = {
    id,
    key,
    items: asked.map(itemId),
    state: 'done',
    phases: { open: { startMs: startMs - 300, endMs: startMs - 200 }, warmup: { startMs: startMs - 100, endMs: startMs }, measure: { startMs, endMs } },
    card: cardOf(model),
    runtime: { backend: 'scripted', device: 'none', versions: {}, rejected: [] },
    memory: { deviceBytes: { state: 'ok', value: 4 * (model.parameters ?? 1000) }, processBytes: 50_000_000 + (model.parameters ?? 1000) },
    steps: [{ step: 'decode', batch: 1, tokens: 64, ms: 2, lowMs: 1.9, highMs: 2.1, samples: 50 }],
  }
  return { record, samples, series, endMs }
}

function sampleOf(script: Script, model: ScriptedModel, cell: string, key: CellKey, n: number, startMs: number): Sample {
  const { firstMs, stepMs, tokens, score, finish = 'stop', burst = 1 } = model.answer(n)
  const failed = finish === 'error'
  const tokenMs = failed ? [] : Array.from({ length: tokens }, (_, i) => startMs + firstMs + stepMs * Math.floor(i / burst))
  const [slice, cluster] = [script.slice?.(n), script.cluster?.(n)]
  return {
    cell,
    key,
    item: itemId(n),
    itemHash: `hash${n}`,
    ...(slice === undefined ? {} : { slice }),
    ...(cluster === undefined ? {} : { cluster }),
    prompt: `question ${n}`,
    target: `answer ${n}`,
    startMs,
    endMs: failed ? startMs + firstMs : (tokenMs.at(-1) ?? startMs + firstMs),
    tokenMs,
    promptTokens: 10,
    outputTokens: failed ? 0 : tokens,
    countedBy: 'tokenizer',
    finish,
    text: failed ? '' : `text ${n}`,
    ...(failed ? { error: { code: 'model' as const, message: 'the model said no' } } : {}),
    ...(score === undefined || failed ? {} : { grade: { score, grader: 'exact' } }),
  }
}

function powerSeries(script: Script, model: string, cell: string, startMs: number, endMs: number): SeriesRecord[] {
  const base = { meter: 'scripted-power', unit: 'W', origin: script.wattsOrigin ?? 'measured', how: 'scripted', cell } as const
  // Readings before and after the window, so that its ends lie between two of them.
  const t = Array.from({ length: Math.ceil((endMs - startMs) / METER_MS) + 3 }, (_, i) => startMs - METER_MS + 30 + i * METER_MS)
  const idle = [startMs - 280, startMs - 180]
  return [
    { ...base, phase: 'idle', t: idle, v: idle.map(() => 5) },
    { ...base, phase: 'measure', t, v: t.map((at) => script.watts!(model, at)) },
  ]
}

function cardOf({ id, parameters = 1000 }: ScriptedModel): ModelCard {
  return { name: id, parametersTotal: parameters, parametersActive: parameters, dtype: 'float32', tokenizer: 'characters' }
}

function recordOf(script: Script, loads: readonly LoadSpec[], cells: readonly CellRecord[]): RunRecord {
  return {
    schema: 'run/1',
    id: script.id ?? 'scripted',
    createdAt: '2025-01-01T00:00:00.000Z',
    tool: { name: 'distillbench', version: '0.0.0' },
    command: 'distillbench run scripted',
    seed: 1,
    quick: false,
    suite: {
      name: 'scripted',
      title: 'Scripted',
      description: 'Scripted answers.',
      file: 'scripted.ts',
      hash: 'abc',
      margin: 0.02,
      models: script.models.map(({ id, role, price }) => ({ id, name: id, role, adapter: 'scripted', options: {}, ...(price === undefined ? {} : { price }) })),
      workloads: [{ id: 'sums', title: 'Sums', grader: 'exact', graderVersion: '1', maxTokens: 50, temperature: 0, items: script.items, itemsHash: 'def' }],
      loads,
      facts: script.facts ?? [],
      claims: [],
    },
    environment: { host: { cpu: 'scripted' }, node: 'v20.20.0', tool: 'distillbench 0.0.0' },
    plan: cells.map(({ key }) => key),
    cells,
    meters:
      script.watts === undefined
        ? []
        : [{ id: 'scripted-power', probe: { state: 'ok', value: 'scripted' }, origin: script.wattsOrigin ?? 'measured', unit: 'W' }],
    warnings: [],
    state: script.state ?? 'done',
  }
}

function itemId(n: number): string {
  return `item-${String(n).padStart(4, '0')}`
}
