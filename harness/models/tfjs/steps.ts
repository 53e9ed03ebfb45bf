/** Prefill and decode steps in isolation, timed by tinybench. Each call ends with a read-back, so that the device is idle. */
import * as tf from '@tensorflow/tfjs-core'
import { Bench, type Task } from 'tinybench'
import { HarnessError } from '../../errors.ts'
import type { StepTiming } from '../../types.ts'
import { take } from './readback.ts'
import { decode, disposeCache, prefill, type Cache, type TransformerConfig, type Weights } from './transformer.ts'
import { startDecoder } from './webgpu/decoder.ts'
import { deviceLimits } from './webgpu/index.ts'

export interface StepOptions {
  batches: readonly number[]
  tokens: number
  timeMs: number
}
const DEFAULTS: StepOptions = { batches: [1, 8], tokens: 16, timeMs: 120 }

/** Milliseconds per call with a 95% interval of the mean, for each batch size: reading `tokens` tokens, and one step behind them. */
export async function timeSteps(config: TransformerConfig, weights: Weights, signal: AbortSignal, options: Partial<StepOptions> = {}): Promise<StepTiming[]> {
  const { batches, tokens, timeMs } = { ...DEFAULTS, ...options }
  const out: StepTiming[] = []
  for (const batch of batches) {
    signal.throwIfAborted()
    const bench = new Bench({ time: timeMs, iterations: 5, warmupTime: 20, warmupIterations: 3, throws: true, signal })
    const inputs = createInputs(config, batch, tokens)
    const start = prefill(config, weights, inputs.ids, inputs.pad)
    bench.add('prefill', async () => {
      const { logits, cache } = prefill(config, weights, inputs.ids, inputs.pad)
      await take(logits)
      disposeCache(cache)
    })
    bench.add('decode', await decodeOnce(config, weights, inputs.next, start))
    await bench.run()
    tf.dispose([inputs.ids, inputs.pad, inputs.next, start.logits])
    disposeCache(start.cache)
    for (const task of bench.tasks) out.push(toTiming(task, batch, tokens))
  }
  return out
}

// --- internal ---

/** One step behind the prompt, as generation does it on this backend. */
async function decodeOnce(config: TransformerConfig, weights: Weights, next: tf.Tensor1D, prompt: { logits: tf.Tensor2D; cache: Cache }) {
  if (deviceLimits() === undefined)
    return async () => {
      const { logits, cache } = decode(config, weights, next, copyOf(prompt.cache))
      await take(logits)
      disposeCache(cache)
    }
  const decoder = startDecoder(config, weights, prompt, new Float32Array(next.size * prompt.cache.length), 1)
  await decoder.next(1) // the first token follows from the prompt alone
  return async () => {
    decoder.rewind()
    await decoder.next(1)
  }
}

function createInputs(config: TransformerConfig, batch: number, tokens: number) {
  const ids = Int32Array.from({ length: batch * tokens }, (_, i) => i % config.vocabulary)
  return {
    ids: tf.tensor2d(ids, [batch, tokens], 'int32'),
    pad: tf.zeros([batch, tokens]) as tf.Tensor2D,
    next: tf.tensor1d(ids.slice(0, batch), 'int32'),
  }
}

/** `decode` disposes of the cache that it is given; a clone shares the data and costs no copy. */
function copyOf(cache: Cache): Cache {
  return { ...cache, pad: tf.clone(cache.pad), layers: cache.layers.map(({ k, v }) => ({ k: tf.clone(k), v: tf.clone(v) })) }
}

function toTiming(task: Task, batch: number, tokens: number): StepTiming {
  const { result } = task
  if (!('latency' in result)) throw new HarnessError('model', `Timing the ${task.name} step did not finish.`)
  const { mean, moe, samplesCount } = result.latency
  return {
    step: task.name === 'prefill' ? 'prefill' : 'decode',
    batch,
    tokens,
    ms: mean,
    lowMs: Math.max(0, mean - moe),
    highMs: mean + moe,
    samples: samplesCount,
  }
}
