/** Which adapter WebGPU computes on, and why. */
import type { Adapter, Dawn, Gpu } from './dawn.ts'

/** Names the adapter: `software`, or a part of its name. */
export const CHOICE = 'DISTILLBENCH_WEBGPU'

export interface Found {
  /** Must be kept as long as its device is used. */
  gpu: Gpu
  adapter: Adapter
  name: string
  software: boolean
  /** Why this one. */
  why: string
}
/** `why`: no adapter that may be used. */
export type Choice = { found: Found } | { why: string }

/**
 * A real GPU, the faster one where there are several; what CHOICE names, where it is set. A software renderer only where it is
 * asked for so: it computes on the CPU, and its figures would pass for those of a GPU.
 */
export async function chooseAdapter(dawn: Dawn, wanted = process.env[CHOICE]): Promise<Choice> {
  const asked = wanted === undefined || wanted === '' ? undefined : wanted
  const software = asked === 'software'
  const exact = 'disable-dawn-features=timestamp_quantization' // else the device's clock goes in steps of 0.1 ms
  const gpu = dawn.create([exact, ...(asked === undefined || software ? [] : [`adapter=${asked}`])])
  let adapter: Adapter | null
  try {
    adapter = await gpu.requestAdapter({ powerPreference: 'high-performance', ...(software ? { forceFallbackAdapter: true } : {}) })
  } catch (error) {
    return { why: `${asked === undefined ? '' : `${CHOICE}=${asked}: `}${error instanceof Error ? error.message.replaceAll(/\s+/g, ' ') : String(error)}` }
  }
  if (adapter === null) return { why: nothing(asked) }
  const name = nameOf(adapter)
  const isSoftware = isSoftwareAdapter(adapter)
  if (isSoftware && asked === undefined)
    return { why: `only a software renderer is here, ${name}: it computes on the CPU, and slower than wasm; ${CHOICE}=software uses it all the same` }
  if (software && !isSoftware) return { why: `${CHOICE}=software: no software renderer is here; the driver offers ${name}` }
  const why = asked === undefined ? 'the driver’s choice for high performance' : `asked for with ${CHOICE}=${asked}`
  return { found: { gpu, adapter, name, software: isSoftware, why } }
}

/** As reports name it: `nvidia NVIDIA H100 80GB HBM3`. */
export function nameOf({ info }: Pick<Adapter, 'info'>): string {
  const { vendor, device, description, architecture } = info
  return [vendor, description || device || architecture].filter(Boolean).join(' ') || 'unnamed adapter'
}

export function isSoftwareAdapter(adapter: Pick<Adapter, 'info'> & { isFallbackAdapter?: boolean }): boolean {
  const { info } = adapter
  return (
    info.isFallbackAdapter === true ||
    adapter.isFallbackAdapter === true ||
    /swiftshader|llvmpipe|lavapipe|softpipe|software|basic render/i.test(`${nameOf(adapter)} ${info.device} ${info.architecture}`)
  )
}

// --- internal ---

function nothing(asked: string | undefined): string {
  const driver =
    { linux: 'Vulkan (Debian: libvulkan1 and the driver of the GPU)', darwin: 'Metal', win32: 'Direct3D 12' }[process.platform as string] ?? 'Vulkan'
  return `${asked === undefined ? '' : `${CHOICE}=${asked}: `}no driver offers an adapter: ${driver} is needed; docs/gpu.md says how to set it up`
}
