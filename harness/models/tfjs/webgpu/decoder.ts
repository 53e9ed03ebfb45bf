/** Greedy decoding that stays on the device: many steps for one read-back, caches written in place, nothing copied. */
import type { Tensor2D } from '@tensorflow/tfjs-core'
import type { Step } from '../sampling.ts'
import type { Cache, TransformerConfig, Weights } from '../transformer.ts'
import { checkDevice, explainFailure, webgpuBackend } from './index.ts'
import type { WebgpuBackend } from './dawn.ts'
import { bufferOf, createPlan, record, type Plan } from './plan.ts'

export interface Decoder {
  /** The next tokens of every row, `count` at most STEPS. Rejects with HarnessError `device` where the device failed. */
  next(count: number): Promise<readonly Step[]>
  /** Goes back to the end of the prompt; for timing. */
  rewind(): void
  /** How long the device took for the last `next`, ms, by its own clock; undefined where it does not tell. */
  deviceMs(): number | undefined
  /** Dispatches of one step. */
  readonly dispatches: number
}

/** Most steps for one read-back. */
export const STEPS = 16

/** Goes on from a prompt that TensorFlow.js has read; `room` is how many tokens will follow at most. Of a model one decoder works at a time. */
export function startDecoder(
  config: TransformerConfig,
  weights: Weights,
  prompt: { logits: Tensor2D; cache: Cache },
  pad: Float32Array,
  room: number,
): Decoder {
  const backend = webgpuBackend()
  const { logits, cache } = prompt
  const rows = logits.shape[0]
  const plan = planFor(backend, config, weights, rows, cache.length + room)
  const { queue } = backend.device
  const rewind = (): void => queue.writeBuffer(plan.state, 0, new Uint32Array([cache.length, 0, cache.length]))
  rewind()
  queue.writeBuffer(plan.pad, 0, pad)
  const begin = [plan.pick(bufferOf(backend, logits))]
  for (const [i, { k, v }] of cache.layers.entries()) begin.push(plan.spread(i, 'keys', bufferOf(backend, k)), plan.spread(i, 'values', bufferOf(backend, v)))
  submitPending(backend) // the prompt is computed before we look at it
  const encoder = backend.device.createCommandEncoder()
  const pass = encoder.beginComputePass()
  record(pass, begin)
  pass.end()
  queue.submit([encoder.finish()])
  let first = true
  let deviceMs: number | undefined
  return {
    rewind,
    deviceMs: () => deviceMs,
    dispatches: plan.step.length,
    async next(count) {
      const before = first ? 1 : 0
      first = false
      const told = await run(backend, plan, rows, count - before, before)
      deviceMs = told.deviceMs
      return told.steps
    },
  }
}

/** Frees what was made for a model's weights. */
export function disposeDecoders(weights: Weights): void {
  for (const { plan } of plans.get(weights) ?? []) plan.dispose()
  plans.delete(weights)
}

// --- internal ---

/** `before` steps were taken and not read yet. */
async function run(backend: WebgpuBackend, plan: Plan, rows: number, steps: number, before: number): Promise<{ steps: Step[]; deviceMs?: number }> {
  const { device } = backend
  const { staging, clock } = plan
  const bytes = (before + steps) * 2 * rows * 4
  device.queue.writeBuffer(plan.state, 4, new Uint32Array([before]))
  const encoder = device.createCommandEncoder()
  const pass = encoder.beginComputePass(
    clock === undefined ? undefined : { timestampWrites: { querySet: clock.set, beginningOfPassWriteIndex: 0, endOfPassWriteIndex: 1 } },
  )
  for (let i = 0; i < steps; i++) record(pass, plan.step)
  pass.end()
  encoder.copyBufferToBuffer(plan.told, 0, staging, 0, bytes)
  if (clock !== undefined) {
    encoder.resolveQuerySet(clock.set, 0, 2, clock.resolved, 0)
    encoder.copyBufferToBuffer(clock.resolved, 0, staging, bytes, 16)
  }
  device.queue.submit([encoder.finish()])
  await staging.mapAsync(MAP_MODE_READ, 0, bytes + 16).catch(explainFailure)
  const mapped = staging.getMappedRange(0, bytes + 16).slice(0)
  staging.unmap()
  checkDevice() // a command that failed leaves what was there before
  const values = new Float32Array(mapped, 0, bytes / 4)
  const told = Array.from({ length: before + steps }, (_, i) => ({
    ids: values.subarray(2 * i * rows, (2 * i + 1) * rows),
    logProb: (row: number) => Math.min(0, values[(2 * i + 1) * rows + row]!),
  }))
  if (clock === undefined) return { steps: told }
  const [begin, end] = new BigUint64Array(mapped.slice(bytes)) as unknown as [bigint, bigint]
  return { steps: told, deviceMs: Number(end - begin) / 1e6 }
}

const MAP_MODE_READ = 1

interface Kept {
  plan: Plan
  backend: WebgpuBackend
  rows: number
  capacity: number
  /** Whose buffers it reads: training replaces them. */
  data: readonly object[]
}
const plans = new WeakMap<Weights, Kept[]>()

/** Plans are kept, one for a batch size: what the warm-up made serves the measurement. */
function planFor(backend: WebgpuBackend, config: TransformerConfig, weights: Weights, rows: number, places: number): Plan {
  const data = Object.values(weights).map(({ dataId }) => dataId)
  const kept = plans.get(weights) ?? []
  const fits = kept.find((k) => k.backend === backend && k.rows === rows && k.capacity >= places && k.data.every((id, i) => id === data[i]))
  if (fits !== undefined) return fits.plan
  const others = kept.filter((k) => k.rows !== rows && k.backend === backend && k.data.every((id, i) => id === data[i])).slice(-1)
  for (const k of kept) if (!others.includes(k)) k.plan.dispose()
  const capacity = Math.ceil(places / 64) * 64
  const plan = createPlan(backend, weights, { config, rows, capacity, steps: STEPS })
  plans.set(weights, [...others, { plan, backend, rows, capacity, data }])
  return plan
}

function submitPending(backend: WebgpuBackend): void {
  backend.endComputePassEncoder()
  if (backend.commandEncoder !== null) backend.submitQueue()
}
