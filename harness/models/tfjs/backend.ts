/**
 * One switch for where TensorFlow.js computes: `tensorflow` (native, CUDA where there is one), `webgpu` (Dawn, on a real
 * GPU), `wasm` (SIMD), `cpu` (plain JavaScript). `auto` takes the first that works, in that order.
 */
import * as tf from '@tensorflow/tfjs-core'
import { HarnessError, nearest } from '../../errors.ts'
import type { Observed, RuntimeFacts } from '../../types.ts'
import { activate, failureOf, missing, optional, versionOf, type Opened } from './optional.ts'
import { openTensorflow } from './tensorflow.ts'

export const BACKENDS = ['tensorflow', 'webgpu', 'wasm', 'cpu'] as const
export type BackendName = (typeof BACKENDS)[number]

/**
 * Makes the requested backend current and says what was chosen and why not the others.
 * Throws `usage` for an unknown name, `device` when the one that was asked for does not work here.
 */
export async function selectBackend(requested: string, signal?: AbortSignal): Promise<RuntimeFacts> {
  if (requested !== 'auto' && !isBackend(requested)) {
    const near = nearest(requested, ['auto', ...BACKENDS])
    throw new HarnessError(
      'usage',
      `"${requested}" is not a backend${near === undefined ? '' : `; did you mean "${near}"?`} Known: auto, ${BACKENDS.join(', ')}.`,
    )
  }
  tf.env().set('PROD', true) // keeps TensorFlow.js from printing advice into our output
  const rejected: { backend: string; why: string }[] = []
  for (const backend of requested === 'auto' ? BACKENDS : [requested]) {
    signal?.throwIfAborted()
    const opened = await open(backend, requested !== 'auto')
    if (opened.state === 'ok') return { backend, device: opened.value.device, versions: { 'tfjs-core': tf.version_core, ...opened.value.versions }, rejected }
    const why = opened.state === 'absent' ? opened.why : opened.error.message
    rejected.push({ backend, why })
  }
  const reasons = rejected.map(({ backend, why }) => `${backend}: ${why}`).join('; ')
  throw new HarnessError('device', `No backend works for "${requested}" (${reasons}).`, {
    hint: 'Run `distillbench doctor` to see what works here, or leave --backend out.',
  })
}

/** What would happen with each backend here. Loads native code: call it in a process that may be lost. Never throws. */
export async function probeBackends(signal?: AbortSignal): Promise<readonly { backend: BackendName; probe: Observed<string> }[]> {
  const out: { backend: BackendName; probe: Observed<string> }[] = []
  for (const backend of BACKENDS) {
    if (signal?.aborted === true) break
    const opened = await open(backend, false)
    out.push({ backend, probe: opened.state === 'ok' ? { state: 'ok', value: describe(opened.value) } : opened })
  }
  return out
}

// --- internal ---

const OPENERS: Record<BackendName, (explicit: boolean) => Promise<Observed<Opened>>> = {
  tensorflow: openTensorflow,
  webgpu: openWebgpu,
  wasm: openWasm,
  cpu: openCpu,
}

async function open(backend: BackendName, explicit: boolean): Promise<Observed<Opened>> {
  try {
    return await OPENERS[backend](explicit)
  } catch (error) {
    return failureOf(error)
  }
}

/** `explicit`: asked for by name; only then a software renderer of WebGPU is good enough. */
async function openWebgpu(explicit: boolean): Promise<Observed<Opened>> {
  const dawn = await optional<{ create(options: string[]): GpuLike; globals: object }>('webgpu')
  if (dawn === undefined) return missing('webgpu', 'npm install webgpu @tensorflow/tfjs-backend-webgpu')
  const gpu = dawn.create([])
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' })
  if (adapter === null) return { state: 'absent', why: 'no Vulkan, Metal or D3D12 driver offers an adapter' }
  const { vendor = '', device = '', description = '', architecture = '' } = adapter.info ?? {}
  const name = [vendor, description || device || architecture].filter(Boolean).join(' ') || 'unnamed adapter'
  const software = adapter.isFallbackAdapter === true || /swiftshader|llvmpipe|software|lavapipe/i.test(`${name} ${architecture}`)
  if (software && !explicit) return { state: 'absent', why: `only a software renderer (${name}); ask for it with --backend webgpu` }
  Object.assign(globalThis, dawn.globals)
  Object.defineProperty(globalThis, 'navigator', { value: { ...(globalThis as { navigator?: object }).navigator, gpu }, configurable: true, writable: true })
  if ((await optional('@tensorflow/tfjs-backend-webgpu')) === undefined)
    return missing('@tensorflow/tfjs-backend-webgpu', 'npm install @tensorflow/tfjs-backend-webgpu')
  return activate('webgpu', name + (software ? ' (software)' : ''), { webgpu: versionOf('webgpu') })
}

async function openWasm(): Promise<Observed<Opened>> {
  await import('@tensorflow/tfjs-backend-wasm')
  return activate('wasm', 'CPU, one thread, WebAssembly SIMD', { 'tfjs-backend-wasm': versionOf('@tensorflow/tfjs-backend-wasm') })
}

async function openCpu(): Promise<Observed<Opened>> {
  await import('@tensorflow/tfjs-backend-cpu')
  return activate('cpu', 'CPU, one thread, JavaScript', { 'tfjs-backend-cpu': versionOf('@tensorflow/tfjs-backend-cpu') })
}

function describe({ device, versions }: Opened): string {
  return `${device} (${Object.entries(versions)
    .map(([name, version]) => `${name} ${version}`)
    .join(', ')})`
}

function isBackend(name: string): name is BackendName {
  return (BACKENDS as readonly string[]).includes(name)
}

interface GpuLike {
  requestAdapter(options: { powerPreference: 'high-performance' }): Promise<{ info?: Record<string, string>; isFallbackAdapter?: boolean } | null>
}
