/** A decode step as a list of dispatches: buffers and bindings are made once, and every step goes through the same list. */
import type { Tensor } from '@tensorflow/tfjs-core'
import { rotaryNumbers, type TransformerConfig, type Weights } from '../transformer.ts'
import type { Buffer, Device, Pass, Pipeline, QuerySet, WebgpuBackend } from './dawn.ts'
import {
  advanceKernel,
  appendKernel,
  attentionKernel,
  embedKernel,
  logitsKernel,
  normKernel,
  pickKernel,
  productKernel,
  spreadKernel,
  type Kernel,
} from './kernels.ts'

export interface PlanShape {
  config: TransformerConfig
  rows: number
  /** Tokens of prompt and answer that there is room for. */
  capacity: number
  /** Most steps for one read-back. */
  steps: number
}
export interface Dispatch {
  pipeline: Pipeline
  group: object
  size: Kernel['size']
}
export interface Plan {
  /** Embedding to token, and on to the next position. */
  step: readonly Dispatch[]
  /** The first token, from logits [B, V] of the prompt. */
  pick(logits: Buffer): Dispatch
  /** Keys or values of the prompt [B, H, T, h] to the caches. */
  spread(layer: number, of: 'keys' | 'values', prompt: Buffer): Dispatch
  /** Added to the scores of the prompt's places, [B, T]. */
  pad: Buffer
  /** Position, step, places of the prompt. */
  state: Buffer
  /** Ids and log-probabilities, [steps, 2, B]. */
  told: Buffer
  /** The same, where the host may read it; behind it two timestamps, 16 bytes. */
  staging: Buffer
  /** Begin and end of a pass, where the device tells its time. */
  clock: { set: QuerySet; resolved: Buffer } | undefined
  dispose(): void
}

export function createPlan(backend: WebgpuBackend, weights: Weights, { config, rows, capacity, steps }: PlanShape): Plan {
  const { device } = backend
  const { width, heads, hidden, vocabulary, layers } = config
  const owned: Buffer[] = []
  const buffer = (numbers: number, usage = STORAGE | COPY_SRC | COPY_DST): Buffer => {
    const made = device.createBuffer({ size: numbers * 4, usage })
    owned.push(made)
    return made
  }
  const weight = (name: string): Buffer => bufferOf(backend, weights[name]!)
  const dispatch = (kernel: Kernel, ...buffers: readonly Buffer[]): Dispatch => bind(device, kernel, buffers)
  // 1. What a step writes
  const [x, normed, q, k, v, mixed] = Array.from({ length: 6 }, () => buffer(rows * width)) as [Buffer, Buffer, Buffer, Buffer, Buffer, Buffer]
  const [wide, logits, ids] = [buffer(rows * hidden), buffer(rows * vocabulary), buffer(rows)]
  const [pad, state] = [buffer(rows * capacity), buffer(3)]
  const told = buffer(steps * 2 * rows)
  const staging = buffer(steps * 2 * rows + 4, MAP_READ | COPY_DST)
  const clock = device.features.has('timestamp-query')
    ? { set: device.createQuerySet({ type: 'timestamp', count: 2 }), resolved: buffer(4, QUERY_RESOLVE | COPY_SRC) }
    : undefined
  const caches = Array.from({ length: layers }, () => ({ keys: buffer(rows * width * capacity), values: buffer(rows * width * capacity) }))
  const turn = buffer(2 * capacity * (width / heads))
  const { cos, sin } = rotaryNumbers(width / heads, config.rotaryBase, capacity)
  const numbers = capacity * (width / heads)
  device.queue.writeBuffer(turn, 0, cos.slice(0, numbers))
  device.queue.writeBuffer(turn, numbers * 4, sin.slice(0, numbers))
  // 2. The step
  const norm = normKernel(rows, width)
  const square = (into: 'set' | 'add'): Kernel => productKernel({ rows, inner: width, columns: width, into })
  const step = [dispatch(embedKernel(rows, width), weight('embedding'), ids, x)]
  for (const [i, { keys, values }] of caches.entries()) {
    const at = (name: string): Buffer => weight(`layers.${i}.${name}`)
    step.push(
      dispatch(norm, x, at('attention_norm'), normed),
      dispatch(square('set'), normed, at('q'), q),
      dispatch(square('set'), normed, at('k'), k),
      dispatch(square('set'), normed, at('v'), v),
      dispatch(appendKernel(rows, width, heads, capacity, capacity), k, v, turn, state, keys, values),
      dispatch(attentionKernel(rows, width, heads, capacity, capacity), q, keys, values, pad, turn, state, mixed),
      dispatch(square('add'), mixed, at('o'), x),
      dispatch(norm, x, at('feed_norm'), normed),
      dispatch(productKernel({ rows, inner: width, columns: hidden, into: 'gate' }), normed, at('gate'), at('up'), wide),
      dispatch(productKernel({ rows, inner: hidden, columns: width, into: 'add' }), wide, at('down'), x),
    )
  }
  const pick = pickKernel(rows, vocabulary)
  step.push(
    dispatch(norm, x, weight('final_norm'), normed),
    dispatch(logitsKernel(rows, width, vocabulary), normed, weight('embedding'), logits),
    dispatch(pick, logits, state, ids, told),
    dispatch(advanceKernel(), state),
  )
  const spread = spreadKernel(rows, width, heads, capacity)
  return {
    step,
    pick: (prompt) => dispatch(pick, prompt, state, ids, told),
    spread: (layer, of, prompt) => dispatch(spread, prompt, state, caches[layer]![of]),
    pad,
    state,
    told,
    staging,
    clock,
    dispose: () => {
      clock?.set.destroy()
      for (const made of owned) made.destroy()
    },
  }
}

/** Records the dispatches, one after the other; each sees what those before it wrote. */
export function record(pass: Pass, dispatches: readonly Dispatch[]): void {
  for (const { pipeline, group, size } of dispatches) {
    pass.setPipeline(pipeline)
    pass.setBindGroup(0, group)
    pass.dispatchWorkgroups(...size)
  }
}

/** Where a tensor's values are on the device; they are put there where they are not yet. */
export function bufferOf(backend: WebgpuBackend, tensor: Tensor): Buffer {
  backend.uploadToGPU(tensor.dataId)
  return backend.tensorMap.get(tensor.dataId).resource
}

// --- internal ---

const [MAP_READ, COPY_SRC, COPY_DST, STORAGE, QUERY_RESOLVE] = [0x1, 0x4, 0x8, 0x80, 0x200] // GPUBufferUsage of the standard

const pipelines = new WeakMap<Device, Map<string, Pipeline>>()

function bind(device: Device, { name, code, size }: Kernel, buffers: readonly Buffer[]): Dispatch {
  const known = pipelines.get(device) ?? new Map<string, Pipeline>()
  pipelines.set(device, known)
  let pipeline = known.get(code)
  if (pipeline === undefined) {
    pipeline = device.createComputePipeline({
      label: name,
      layout: 'auto',
      compute: { module: device.createShaderModule({ code, label: name }), entryPoint: 'main' },
    })
    known.set(code, pipeline)
  }
  const group = device.createBindGroup({
    layout: pipeline.getBindGroupLayout(0),
    entries: buffers.map((buffer, binding) => ({ binding, resource: { buffer } })),
  })
  return { pipeline, group, size }
}
