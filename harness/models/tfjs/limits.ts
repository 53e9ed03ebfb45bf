/** What the backend reaches at best in the two things that models do: copying memory, and multiplying matrices. */
import * as tf from '@tensorflow/tfjs-core'
import type { MeasuredLimits, RuntimeFacts } from '../../types.ts'

/**
 * Best of several rounds, each long enough for a clock. Copying reads and writes a buffer that no cache holds; the matrices are square,
 * and larger on a GPU.
 */
export async function measureLimits(runtime: Pick<RuntimeFacts, 'backend' | 'device'>, signal: AbortSignal): Promise<MeasuredLimits> {
  const { numbers, side, atLeastMs } = SIZES[paceOf(runtime)]
  const source = tf.ones([numbers])
  const [a, b] = [tf.ones([side, side]) as tf.Tensor2D, tf.ones([side, side]) as tf.Tensor2D]
  try {
    const copy = await best(() => tf.add(source, 1), atLeastMs, signal)
    const multiply = await best(() => tf.matMul(a, b), atLeastMs, signal)
    return {
      bytesPerSecond: (8 * numbers) / copy,
      flopPerSecond: (2 * side ** 3) / multiply,
      how: `best of ${ROUNDS} rounds: copying ${Math.round((4 * numbers) / 2 ** 20)} MiB, multiplying float32 matrices of ${side} × ${side}`,
    }
  } finally {
    tf.dispose([source, a, b])
  }
}

// --- internal ---

const SIZES = {
  gpu: { numbers: 1 << 26, side: 4096, atLeastMs: 50 },
  cpu: { numbers: 1 << 23, side: 512, atLeastMs: 20 },
  slow: { numbers: 1 << 20, side: 128, atLeastMs: 10 },
} as const
const ROUNDS = 3
const MOST_REPEATS = 256

/** Seconds of one step: as many behind one another as take `atLeastMs`, then one read-back, which waits for all. */
async function best(step: () => tf.Tensor, atLeastMs: number, signal: AbortSignal): Promise<number> {
  await run(step, 1) // compiles
  let repeats = 1
  let [least, rounds] = [Infinity, 0]
  while (rounds < ROUNDS) {
    signal.throwIfAborted()
    const ms = await run(step, repeats)
    if (ms < atLeastMs && repeats < MOST_REPEATS) {
      repeats *= 2
      continue
    }
    least = Math.min(least, ms / 1000 / repeats)
    rounds++
  }
  return least
}

async function run(step: () => tf.Tensor, repeats: number): Promise<number> {
  const began = performance.now()
  for (let i = 0; i < repeats - 1; i++) step().dispose()
  const last = step()
  const one = tf.tidy(() => tf.slice(tf.reshape(last, [-1]), [0], [1]))
  await one.data()
  const ms = performance.now() - began
  tf.dispose([last, one])
  return ms
}

function paceOf({ backend, device }: Pick<RuntimeFacts, 'backend' | 'device'>): keyof typeof SIZES {
  if (backend === 'cpu' || device.endsWith('(software)')) return 'slow'
  if (backend === 'webgpu') return 'gpu'
  return backend === 'tensorflow' && /gpu|cuda|nvidia/i.test(device) && !/\bcpu\b/i.test(device) ? 'gpu' : 'cpu'
}
