/** A run of made-up answers, as large as one likes, in Parquet. The same seed gives the same run. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { loadDuckDB } from '../../harness/duckdb/open.ts'
import { writeParquet } from '../../harness/duckdb/write.ts'
import { createRandom, type Random } from '../../harness/random.ts'
import { SAMPLES, SERIES } from '../../harness/run/store/tables.ts'
import type { CellKey, CellRecord, ModelSpec, RunRecord, Sample } from '../../harness/types.ts'

const BLOCKS = 8
const SLICES = ['algebra', 'geometry', 'logic', 'words']
const PRICE = { kind: 'hourly', usdPerHour: 3.6, source: 'a made-up offer', date: '2025-01-01' } as const
const MODELS = [
  { id: 'teacher', role: 'teacher', right: 0.9, pace: 1 },
  { id: 'student', role: 'student', right: 0.89, pace: 0.3 },
] as const

/** Two models × `items`, in blocks by turns, one request at a time. Writes the folder of the run. */
export async function writeLargeRun(dir: string, items: number): Promise<void> {
  const api = await loadDuckDB()
  if (api.state !== 'ok') throw new Error(api.state === 'absent' ? api.why : api.error.message)
  mkdirSync(dir, { recursive: true })
  const { signal } = new AbortController()
  const cells: CellRecord[] = []
  const { parts } = await writeParquet(api.value, join(dir, 'samples.parquet'), SAMPLES, samplesOf(items, cells), signal)
  await writeParquet(api.value, join(dir, 'series.parquet'), SERIES, none(), signal)
  if (parts.length === 0) throw new Error('nothing was written')
  writeFileSync(join(dir, 'run.json'), JSON.stringify(recordOf(items, cells)))
}

// --- internal ---

const BATCH = 2048

async function* none(): AsyncGenerator<never[]> {}

async function* samplesOf(items: number, cells: CellRecord[]): AsyncGenerator<Sample[]> {
  const random = createRandom('bench-analysis')
  let clock = 0
  for (let block = 0; block < BLOCKS; block++)
    for (const model of MODELS) {
      const key: CellKey = { model: model.id, workload: 'questions', load: 'sequential', repeat: 0, block }
      const id = `${model.id}/questions/sequential/r0/b${block}`
      const [from, to] = [Math.floor((block * items) / BLOCKS), Math.floor(((block + 1) * items) / BLOCKS)]
      const startMs = clock
      for (let n = from; n < to; n += BATCH) {
        const batch = Array.from({ length: Math.min(BATCH, to - n) }, (_, i) => {
          const sample = sampleOf(n + i, id, key, model, clock, random)
          clock = sample.endMs
          return sample
        })
        yield batch
      }
      cells.push(cellOf(id, key, from, to, startMs, clock))
    }
}

function sampleOf(n: number, cell: string, key: CellKey, { right, pace }: (typeof MODELS)[number], startMs: number, random: Random): Sample {
  const us = (ms: number): number => Math.round(ms * 1000) / 1000
  const tokens = 8 + random.int(17)
  const tokenMs: number[] = []
  for (let at = startMs + pace * (20 + 20 * random.next()); tokenMs.length < tokens; at += pace * (2 + 2 * random.next())) tokenMs.push(us(at))
  const hard = (Math.imul(n, 2654435761) >>> 0) / 2 ** 32 // the same for both models
  const score = 0.8 * hard + 0.2 * random.next() < right ? 1 : 0
  return {
    cell,
    key,
    item: itemId(n),
    itemHash: [2246822519, 3266489917].map((factor) => (Math.imul(n + 1, factor) >>> 0).toString(16).padStart(8, '0')).join(''),
    slice: SLICES[n % SLICES.length]!,
    prompt: `What is the sum of ${n} and ${n + 1}?`,
    target: String(2 * n + 1),
    startMs,
    endMs: tokenMs.at(-1)!,
    tokenMs,
    promptTokens: 12 + (n % 7),
    outputTokens: tokens,
    countedBy: 'tokenizer',
    finish: 'stop',
    text: `The sum is ${2 * n + 1}. `.repeat(3),
    grade: { score, grader: 'exact', answer: String(score === 1 ? 2 * n + 1 : n) },
    logProb: -random.next() * tokens,
  }
}

function itemId(n: number): string {
  return `q${String(n).padStart(7, '0')}`
}

function cellOf(id: string, key: CellKey, from: number, to: number, startMs: number, endMs: number): CellRecord {
  return {
    id,
    key,
    items: Array.from({ length: to - from }, (_, i) => itemId(from + i)),
    state: 'done',
    phases: { open: { startMs, endMs: startMs }, warmup: { startMs, endMs: startMs }, measure: { startMs, endMs } },
    card: { name: key.model, parametersTotal: 1000, dtype: 'float32', tokenizer: 'characters' },
    runtime: { backend: 'made-up', device: 'none', versions: {}, rejected: [] },
    memory: { deviceBytes: { state: 'absent', why: 'made up' }, processBytes: 50_000_000 },
    steps: [],
  }
}

function recordOf(items: number, cells: readonly CellRecord[]): RunRecord {
  const models = MODELS.map(({ id, role }): ModelSpec => ({ id, name: id, role, adapter: 'mock', options: {}, price: PRICE }))
  return {
    schema: 'run/1',
    id: 'large',
    createdAt: '2025-01-01T00:00:00.000Z',
    tool: { name: 'distillbench', version: '0.0.0' },
    command: 'npm run bench:analysis',
    seed: 1,
    quick: false,
    suite: {
      name: 'large',
      title: 'A large run',
      description: 'Made-up answers.',
      file: 'none',
      hash: 'none',
      margin: 0.02,
      models,
      workloads: [{ id: 'questions', title: 'Questions', grader: 'exact', graderVersion: '1', maxTokens: 50, temperature: 0, items, itemsHash: 'none' }],
      loads: [{ id: 'sequential', kind: 'sequential' }],
      facts: [],
      claims: [],
    },
    environment: { host: { cpu: 'made-up' }, node: process.version, tool: 'distillbench 0.0.0' },
    plan: cells.map(({ key }) => key),
    cells,
    meters: [],
    warnings: [],
    state: 'done',
  }
}
