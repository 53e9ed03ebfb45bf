/** Backend `webgpu`: Dawn, through the optional packages `webgpu` and `@tensorflow/tfjs-backend-webgpu`. */
import * as tf from '@tensorflow/tfjs-core'
import { HarnessError } from '../../../errors.ts'
import { installCommand } from '../../../package.ts'
import type { Observed } from '../../../types.ts'
import { activate, missing, optional, versionOf, type Opened } from '../optional.ts'
import { chooseAdapter, type Found } from './adapter.ts'
import { LIMITS, type Dawn, type Device, type Limits, type WebgpuBackend, type WebgpuPackage } from './dawn.ts'

/** Opens the device once per process, and makes the backend current. Throws HarnessError `device` for a device that cannot be had. */
export async function openWebgpu(): Promise<Observed<Opened>> {
  if (current !== undefined && current.problem === undefined) return activated(current)
  const dawn = await optional<Dawn>('webgpu')
  if (dawn === undefined) return missing('webgpu', installCommand(...PACKAGES))
  const choice = await chooseAdapter(dawn)
  if ('why' in choice) return { state: 'absent', why: choice.why }
  const { found } = choice
  Object.assign(globalThis, dawn.globals)
  const before = (globalThis as { navigator?: object }).navigator
  Object.defineProperty(globalThis, 'navigator', { value: { ...before, gpu: found.gpu }, configurable: true, writable: true })
  const pack = await optional<WebgpuPackage>('@tensorflow/tfjs-backend-webgpu')
  if (pack === undefined) return missing(PACKAGES[1], installCommand(...PACKAGES))
  const device = await requestDevice(found)
  current = { found, device, problem: undefined }
  watch(current)
  tf.removeBackend('webgpu') // the one of the package asks for an adapter of its own
  tf.registerBackend('webgpu', () => new pack.WebGPUBackend(device, found.adapter.info))
  return activated(current)
}

/** What the device allows; undefined where the current backend is another. */
export function deviceLimits(): Limits | undefined {
  return tf.getBackend() === 'webgpu' ? current?.device.limits : undefined
}

/** Bytes of all buffers on the device, those kept for reuse too; undefined where the current backend is another. */
export function allocatedBytes(): number | undefined {
  return tf.getBackend() === 'webgpu' ? webgpuBackend().bufferManager.numBytesAllocated : undefined
}

export function webgpuBackend(): WebgpuBackend {
  return tf.backend() as WebgpuBackend
}

/** Throws what has gone wrong on the device: it is lost, out of memory, or was given something invalid. Values read after that are not to be believed. */
export function checkDevice(): void {
  if (current?.problem !== undefined) throw current.problem
}

/** As `checkDevice` after a read-back that failed: the loss is told a moment later. */
export async function explainFailure(cause: unknown): Promise<never> {
  await Promise.race([current?.device.lost, new Promise((resolve) => setTimeout(resolve, 500).unref())])
  checkDevice()
  throw cause
}

// --- internal ---

const PACKAGES = ['webgpu', '@tensorflow/tfjs-backend-webgpu'] as const

interface Current {
  found: Found
  device: Device
  problem: HarnessError | undefined
}
let current: Current | undefined

async function activated({ found, device, problem }: Current): Promise<Observed<Opened>> {
  const opened = await activate('webgpu', ...describe({ found, device, problem }))
  if (opened.state !== 'ok' || found.software) return opened
  const { vendor, device: model, description } = found.adapter.info
  return { state: 'ok', value: { ...opened.value, gpu: { names: [model, description].filter(Boolean), vendor } } }
}

async function requestDevice({ adapter, name }: Found): Promise<Device> {
  try {
    return await adapter.requestDevice({
      requiredFeatures: ['timestamp-query'].filter((feature) => adapter.features.has(feature)),
      requiredLimits: Object.fromEntries(LIMITS.map((limit) => [limit, adapter.limits[limit]])),
    })
  } catch (cause) {
    throw new HarnessError('device', `${name} gives no device: ${cause instanceof Error ? cause.message : String(cause)}.`, { cause })
  }
}

/** Errors of WebGPU do not throw: they are told, and the values are wrong. The first is kept, since the others follow from it. */
function watch(open: Current): void {
  const { found, device } = open
  void noteLoss(open)
  device.addEventListener('uncapturederror', ({ error }) => {
    const memory = error.constructor.name === 'GPUOutOfMemoryError'
    open.problem ??= new HarnessError('device', `The device ${found.name} ${memory ? 'is out of memory' : 'refused a command'}: ${oneLine(error.message)}`, {
      kind: memory ? 'device-memory' : 'device-error',
      ...(memory ? { hint: 'Take a smaller batch, shorter answers or a smaller model.' } : {}),
    })
  })
}

async function noteLoss(open: Current): Promise<void> {
  const { reason, message } = await open.device.lost
  open.problem ??= new HarnessError('device', `The device ${open.found.name} was lost (${reason}${message === '' ? '' : `: ${oneLine(message)}`}).`, {
    kind: 'device-lost',
    hint: 'A driver that was reset or ran out of memory does this: look at its log, and take a smaller batch.',
  })
}

function oneLine(text: string): string {
  return text.trim().replaceAll(/\s+/g, ' ').slice(0, 300)
}

function describe({ found, device }: Current): [device: string, versions: Record<string, string>, why: string] {
  const gib = (bytes: number): string => `${Math.round((bytes / 2 ** 30) * 10) / 10} GiB`
  const { maxBufferSize, maxStorageBufferBindingSize } = device.limits
  const clock = device.features.has('timestamp-query') ? 'with' : 'without'
  return [
    found.name + (found.software ? ' (software)' : ''),
    { webgpu: versionOf('webgpu'), 'tfjs-backend-webgpu': versionOf('@tensorflow/tfjs-backend-webgpu') },
    `${found.why}; tensors up to ${gib(Math.min(maxBufferSize, maxStorageBufferBindingSize))}, ${clock} timestamp queries`,
  ]
}
