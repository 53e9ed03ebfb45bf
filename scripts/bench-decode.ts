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
import { take } from '../harness/models/tfjs/readback.ts'
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
  const slow = backend === 'cpu' || /software/.test(device) // plain JavaScript: fewer repeats, the ratios are plain enough
  const repeats = slow ? 1 : 5
  const rates: number[] = []
  for (const batch of BATCHES) rates.push((batch * NEW_TOKENS * 1000) / (await median(repeats, () => cached(weights, batch))))
  const uncachedRate = (NEW_TOKENS * 1000) / (await median(slow ? 1 : 3, () => uncached(weights)))
  const matmulGflops = await matmulRate(slow ? 128 : 512, repeats)
  const flopsPerToken = 2 * countParameters(CONFIG) // weights only; attention adds about 5% at this length
  tf.dispose(Object.values(weights))
  return {
    backend,
    device,
    matmulGflops,
    uncached: uncachedRate,
    batch1: rates[0]!,
    batch8: rates[1]!,
    batch32: rates[2]!,
    share: (rates[2]! * flopsPerToken) / (matmulGflops * 1e9),
  }
}

async function cached(weights: Weights, batch: number): Promise<number> {
  const questions = Array.from({ length: batch }, () => ({ ids: prompt(), maxTokens: NEW_TOKENS, temperature: 0, seed: 0 }))
  const began = performance.now()
  await generate(CONFIG, weights, NO_END, questions, () => false)
  return performance.now() - began
}

/** The same tokens by reading everything again at each step. */
async function uncached(weights: Weights): Promise<number> {
  const ids = prompt()
  const began = performance.now()
  for (let i = 0; i < NEW_TOKENS; i++) {
    const next = tf.tidy(() => {
      const logits = forward(CONFIG, weights, tf.tensor2d([ids], [1, ids.length], 'int32'))
      return tf.argMax(tf.slice(logits, [0, ids.length - 1, 0], [1, 1, CONFIG.vocabulary]), 2)
    })
    ids.push((await take(next))[0]!)
  }
  return performance.now() - began
}

/** 10⁹ floating-point operations a second of the backend's product of two square matrices. */
async function matmulRate(n: number, repeats: number): Promise<number> {
  const [a, b] = [tf.ones([n, n]), tf.ones([n, n])]
  const ms = await median(repeats * 3, async () => {
    const began = performance.now()
    await take(tf.matMul(a as tf.Tensor2D, b as tf.Tensor2D))
    return performance.now() - began
  })
  tf.dispose([a, b])
  return (2 * n ** 3) / ms / 1e6
}

function prompt(): number[] {
  return Array.from({ length: PROMPT }, (_, i) => 2 + (i % 10))
}

/** One warm-up, then the median of `repeats` runs of something that gives milliseconds. */
async function median(repeats: number, run: () => Promise<number>): Promise<number> {
  await run()
  const times: number[] = []
  for (let i = 0; i < repeats; i++) times.push(await run())
  times.sort((a, b) => a - b)
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
