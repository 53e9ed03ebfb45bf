/**
 * How fast the in-process models decode: with the cache against without, batches of 1, 8 and 32, on every backend that
 * works here, and how much of the backend's own matrix-multiply rate that is. Seeded random weights of the teacher's
 * shape; each figure is the median of several runs, and all ratios come from this one process.
 *
 *     npm run bench:decode [-- --json] [-- --backend wasm]
 */
import { parseArgs } from 'node:util'
import * as tf from '@tensorflow/tfjs-core'
import { probeBackends, selectBackend } from '../harness/models/tfjs/backend.ts'
import { generate } from '../harness/models/tfjs/generate.ts'
import { countParameters, forward, initialWeights, weightShapes, type TransformerConfig, type Weights } from '../harness/models/tfjs/transformer.ts'

const CONFIG: TransformerConfig = { vocabulary: 20, width: 128, layers: 4, heads: 4, hidden: 344, maxLength: 128, rotaryBase: 10000 }
const PROMPT = 8
const NEW_TOKENS = 64
const BATCHES = [1, 8, 32] as const
const NO_END = { padId: 0, endId: -1 } // random weights must not end early

interface Row {
  backend: string
  device: string
  matmulGflops: number
  uncached: number
  batch1: number
  batch8: number
  batch32: number
  share: number
}

const { values } = parseArgs({ options: { json: { type: 'boolean' }, backend: { type: 'string' } } })
const probes = values.backend === undefined ? await probeBackends() : [{ backend: values.backend, probe: { state: 'ok' as const, value: '' } }]
const rows: Row[] = []
for (const { backend, probe } of probes) {
  if (probe.state === 'ok') rows.push(await measure(backend))
  else if (values.json !== true) console.error(`${backend.padEnd(10)} left out: ${probe.state === 'absent' ? probe.why : probe.error.message}`)
}
const best = rows.reduce((a, b) => (b.batch32 > a.batch32 ? b : a))
if (values.json === true)
  console.log(
    JSON.stringify({
      backend: best.backend,
      cachedOverUncached: best.batch1 / best.uncached,
      batch32OverBatch1: best.batch32 / best.batch1,
      shareOfMatmulRate: best.share,
      tokensPerSecondBatch1: best.batch1,
      tokensPerSecondBatch32: best.batch32,
      matmulGflops: best.matmulGflops,
    }),
  )
else print()

async function measure(backend: string): Promise<Row> {
  const { device } = await selectBackend(backend)
  const initial = initialWeights(CONFIG, 1)
  const weights: Weights = Object.fromEntries(Object.entries(weightShapes(CONFIG)).map(([name, shape]) => [name, tf.tensor(initial[name]!, [...shape])]))
  const slow = backend === 'cpu' // plain JavaScript: fewer repeats, the ratios are plain enough
  const repeats = slow ? 1 : 5
  const tokensPerSecond = Object.fromEntries(
    BATCHES.map((batch) => [batch, (batch * NEW_TOKENS * 1000) / median(repeats, () => cached(weights, batch))]),
  ) as Record<(typeof BATCHES)[number], number>
  const uncachedRate = (NEW_TOKENS * 1000) / median(slow ? 1 : 3, () => uncached(weights))
  const matmulGflops = matmulRate(slow ? 128 : 512, repeats)
  const flopsPerToken = 2 * countParameters(CONFIG) // weights only; attention adds about 5% at this length
  tf.dispose(Object.values(weights))
  return {
    backend,
    device,
    matmulGflops,
    uncached: uncachedRate,
    batch1: tokensPerSecond[1],
    batch8: tokensPerSecond[8],
    batch32: tokensPerSecond[32],
    share: (tokensPerSecond[32] * flopsPerToken) / (matmulGflops * 1e9),
  }
}

function cached(weights: Weights, batch: number): number {
  const questions = Array.from({ length: batch }, () => ({ ids: prompt(), maxTokens: NEW_TOKENS, temperature: 0, seed: 0 }))
  const began = performance.now()
  generate(CONFIG, weights, NO_END, questions, () => false)
  return performance.now() - began
}

/** The same tokens by reading everything again at each step. */
function uncached(weights: Weights): number {
  const ids = prompt()
  const began = performance.now()
  for (let i = 0; i < NEW_TOKENS; i++) {
    const next = tf.tidy(() => {
      const logits = forward(CONFIG, weights, tf.tensor2d([ids], [1, ids.length], 'int32'))
      return tf.argMax(tf.slice(logits, [0, ids.length - 1, 0], [1, 1, CONFIG.vocabulary]), 2).dataSync()[0]!
    })
    ids.push(next)
  }
  return performance.now() - began
}

/** 10⁹ floating-point operations a second of the backend's product of two square matrices. */
function matmulRate(n: number, repeats: number): number {
  const [a, b] = [tf.ones([n, n]), tf.ones([n, n])]
  const ms = median(repeats * 3, () => {
    const began = performance.now()
    const c = tf.matMul(a as tf.Tensor2D, b as tf.Tensor2D)
    c.dataSync()
    c.dispose()
    return performance.now() - began
  })
  tf.dispose([a, b])
  return (2 * n ** 3) / ms / 1e6
}

function prompt(): number[] {
  return Array.from({ length: PROMPT }, (_, i) => 2 + (i % 10))
}

/** One warm-up, then the median of `repeats` runs of something that gives milliseconds. */
function median(repeats: number, run: () => number): number {
  run()
  const times = Array.from({ length: repeats }, run).toSorted((a, b) => a - b)
  return times[Math.floor(times.length / 2)]!
}

function print(): void {
  const head = ['backend', 'matmul GF/s', 'no cache', 'batch 1', 'batch 8', 'batch 32', 'cache', '32 ÷ 1', 'of matmul']
  const body = rows.map((r) => [
    r.backend,
    r.matmulGflops.toFixed(1),
    r.uncached.toFixed(0),
    r.batch1.toFixed(0),
    r.batch8.toFixed(0),
    r.batch32.toFixed(0),
    `${(r.batch1 / r.uncached).toFixed(1)}×`,
    `${(r.batch32 / r.batch1).toFixed(1)}×`,
    `${(r.share * 100).toFixed(1)}%`,
  ])
  const widths = head.map((h, i) => Math.max(h.length, ...body.map((b) => b[i]!.length)))
  console.log(
    `Tokens per second, ${countParameters(CONFIG).toLocaleString('en')} parameters, ${NEW_TOKENS} new tokens behind ${PROMPT}; "cache" is batch 1 with the cache ÷ without.`,
  )
  for (const line of [head, ...body]) console.log(line.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join('  '))
  for (const r of rows) console.log(`${r.backend}: ${r.device}`)
}
