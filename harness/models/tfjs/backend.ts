/**
 * One switch for where TensorFlow.js computes: `tensorflow` (native, CUDA where there is one), `webgpu` (Dawn, on a real
 * GPU), `wasm` (SIMD), `cpu` (plain JavaScript). `auto` takes the first that works, in that order.
 */
import * as tf from '@tensorflow/tfjs-core'
import { HarnessError, nearest } from '../../errors.ts'
import type { Observed, RuntimeFacts } from '../../types.ts'
import { activate, failureOf, versionOf, type Opened } from './optional.ts'
import { openTensorflow } from './tensorflow.ts'
import { openWebgpu } from './webgpu/index.ts'

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
  let hint: string | undefined
  for (const backend of requested === 'auto' ? BACKENDS : [requested]) {
    signal?.throwIfAborted()
    const opened = await open(backend)
    const why = opened.state === 'ok' ? leftOutOfAuto(requested, opened.value) : opened.state === 'absent' ? opened.why : opened.error.message
    if (opened.state === 'ok' && why === undefined)
      return {
        backend,
        device: opened.value.device,
        versions: { 'tfjs-core': tf.version_core, ...opened.value.versions },
        rejected,
        ...(opened.value.gpu === undefined ? {} : { gpu: opened.value.gpu }),
      }
    if (opened.state === 'failed') hint = opened.error.hint
    rejected.push({ backend, why: why! })
  }
  const reasons = rejected.map(({ backend, why }) => `${backend}: ${why}`).join('; ')
  throw new HarnessError('device', `No backend works for "${requested}" (${reasons}).`, {
    hint: hint ?? 'Run `distillbench doctor` to see what works here, or leave --backend out.',
  })
}

/** What would happen with each backend here. Loads native code: call it in a process that may be lost. Never throws. */
export async function probeBackends(signal?: AbortSignal): Promise<readonly { backend: BackendName; probe: Observed<string> }[]> {
  const out: { backend: BackendName; probe: Observed<string> }[] = []
  for (const backend of BACKENDS) {
    if (signal?.aborted === true) break
    const opened = await open(backend)
    out.push({ backend, probe: opened.state === 'ok' ? { state: 'ok', value: describe(opened.value) } : opened })
  }
  return out
}

// --- internal ---

const OPENERS: Record<BackendName, () => Promise<Observed<Opened>>> = {
  tensorflow: openTensorflow,
  webgpu: openWebgpu,
  wasm: openWasm,
  cpu: openCpu,
}

async function open(backend: BackendName): Promise<Observed<Opened>> {
  try {
    return await OPENERS[backend]()
  } catch (error) {
    return failureOf(error)
  }
}

async function openWasm(): Promise<Observed<Opened>> {
  await import('@tensorflow/tfjs-backend-wasm')
  return activate('wasm', 'CPU, one thread, WebAssembly SIMD', { 'tfjs-backend-wasm': versionOf('@tensorflow/tfjs-backend-wasm') })
}

async function openCpu(): Promise<Observed<Opened>> {
  await import('@tensorflow/tfjs-backend-cpu')
  return activate('cpu', 'CPU, one thread, JavaScript', { 'tfjs-backend-cpu': versionOf('@tensorflow/tfjs-backend-cpu') })
}

/** A software renderer is slower than wasm: only --backend webgpu takes it, even where it was asked for. */
function leftOutOfAuto(requested: string, { device }: Opened): string | undefined {
  return requested === 'auto' && device.endsWith('(software)') ? `${device} computes on the CPU; --backend webgpu takes it` : undefined
}

function describe({ device, versions, why }: Opened): string {
  const list = Object.entries(versions).map(([name, version]) => `${name} ${version}`)
  return `${device} (${list.join(', ')})${why === undefined ? '' : `: ${why}`}`
}

function isBackend(name: string): name is BackendName {
  return (BACKENDS as readonly string[]).includes(name)
}
