/**
 * NVML through koffi. Loaded in a process of its own only: a driver may crash, or block for milliseconds. Reads run on
 * koffi's threads and are given up after a while. Names and numbers are those of nvml.h.
 */
import type { KoffiFunc } from 'koffi'
import { installCommand } from '../../package.ts'
import type { GpuIdentity, Observed } from '../../types.ts'
import { chooseGpus, type SeenGpu } from '../gpu-choice.ts'
import { findNvml } from './library.ts'

export interface Gpu extends SeenGpu {
  readonly handle: unknown
  readonly uuid: string
}

export interface Driver {
  readonly version: string
  readonly gpus: readonly Gpu[]
  /** How they were chosen for a model, and what is not sure of it. */
  readonly how?: string
  readonly unsure?: string
  /** Calls `name(gpu, …arguments)` off the thread. Rejects with NVML's own words where it does not return success, or is not there. */
  call(name: string, gpu: Gpu, ...args: readonly unknown[]): Promise<void>
}

/** Loads NVML once per process and chooses the GPUs: that of a model, else those that CUDA leaves. Never throws. */
export function openDriver(target?: GpuIdentity): Promise<Observed<Driver>> {
  const path = findNvml()
  if (path.state !== 'ok') return Promise.resolve(path)
  const key = [path.value, process.env.CUDA_VISIBLE_DEVICES, process.env.CUDA_DEVICE_ORDER, JSON.stringify(target)].join('\0')
  const known =
    drivers.get(key) ??
    load(path.value, target).catch((error: unknown) => ({ state: 'absent' as const, why: `NVML does not work: ${(error as Error).message}` }))
  drivers.set(key, known)
  return known
}

/** Positions of the GPUs that CUDA leaves visible; undefined where that is not sure, and all are read. NVML counts by PCI bus id. */
export function visibleGpus(env: NodeJS.ProcessEnv, uuids: readonly string[]): number[] | undefined {
  const visible = (env.CUDA_VISIBLE_DEVICES ?? '').split(',').map((part) => part.trim())
  if (visible.every((part) => /^GPU-[\w-]+$/.test(part))) {
    const found = visible.map((part) => uuids.findIndex((uuid) => uuid.startsWith(part)))
    return found.includes(-1) ? undefined : found
  }
  if (env.CUDA_DEVICE_ORDER !== 'PCI_BUS_ID' || !visible.every((part) => /^\d+$/.test(part))) return undefined
  const numbers = visible.map(Number)
  return numbers.every((number) => number < uuids.length) ? numbers : undefined
}

// --- internal ---

const drivers = new Map<string, Promise<Observed<Driver>>>()
const CALL_TIMEOUT_MS = 2000
const TEXT_BYTES = 96
/** nvmlPciInfo_t, and where its long bus id begins. */
const [PCI_BYTES, PCI_BUS_ID] = [68, 36]
/** Arguments after the device. All that is written to goes through buffers, so one type fits. */
const SIGNATURES: Readonly<Record<string, readonly string[]>> = {
  nvmlDeviceGetTotalEnergyConsumption: ['void *'],
  nvmlDeviceGetFieldValues: ['int', 'void *'],
  nvmlDeviceGetPowerUsage: ['void *'],
  nvmlDeviceGetUtilizationRates: ['void *'],
  nvmlDeviceGetMemoryInfo: ['void *'],
  nvmlDeviceGetTemperature: ['int', 'void *'],
  nvmlDeviceGetClockInfo: ['int', 'void *'],
  nvmlDeviceGetCurrentClocksEventReasons: ['void *'],
  nvmlDeviceGetCurrentClocksThrottleReasons: ['void *'],
}
/** nvmlReturn_t */
const ERRORS: Readonly<Record<number, string>> = {
  1: 'uninitialized',
  2: 'invalid argument',
  3: 'not supported',
  4: 'no permission',
  6: 'not found',
  9: 'driver not loaded',
  12: 'library and kernel module differ',
  13: 'function not found',
  15: 'GPU is lost',
  18: 'library version mismatch',
  999: 'unknown error',
}

async function load(path: string, target: GpuIdentity | undefined): Promise<Observed<Driver>> {
  const koffi = await import('koffi').catch(() => undefined)
  if (koffi === undefined) return { state: 'absent', why: `the optional package koffi is not installed: ${installCommand('koffi')}` }
  const library = koffi.default.load(path)
  const bind = (name: string, args: readonly string[]): KoffiFunc<(...args: unknown[]) => number> | undefined => {
    try {
      return library.func(name, 'int', [...args]) as KoffiFunc<(...args: unknown[]) => number>
    } catch {
      return undefined // an older driver
    }
  }
  const must = (name: string, args: readonly string[], ...values: readonly unknown[]): void => {
    const bound = bind(name, args)
    if (bound === undefined) throw new Error(`the library lacks ${name}`)
    check(name, bound(...values))
  }
  must('nvmlInit_v2', [])
  const text = Buffer.alloc(TEXT_BYTES)
  const said = (): string => text.toString('utf8').split('\0')[0] ?? ''
  must('nvmlSystemGetDriverVersion', ['void *', 'uint'], text, TEXT_BYTES)
  const version = said()
  const count = Buffer.alloc(4)
  must('nvmlDeviceGetCount_v2', ['void *'], count)
  const all: Gpu[] = []
  const out = koffi.default.out(koffi.default.pointer('void *'))
  const byIndex = bind('nvmlDeviceGetHandleByIndex_v2', ['uint', out as unknown as string])
  if (byIndex === undefined) throw new Error('the library lacks nvmlDeviceGetHandleByIndex_v2')
  for (let i = 0; i < count.readUInt32LE(); i++) {
    const handle: unknown[] = [null]
    check('nvmlDeviceGetHandleByIndex_v2', byIndex(i, handle))
    must('nvmlDeviceGetName', ['void *', 'void *', 'uint'], handle[0], text.fill(0), TEXT_BYTES)
    const name = said()
    must('nvmlDeviceGetUUID', ['void *', 'void *', 'uint'], handle[0], text.fill(0), TEXT_BYTES)
    const uuid = said()
    const pci = Buffer.alloc(PCI_BYTES)
    const busId = bind('nvmlDeviceGetPciInfo_v3', ['void *', 'void *'])?.(handle[0], pci) === 0 ? pci.toString('utf8', PCI_BUS_ID).split('\0')[0] : undefined
    all.push({ index: i, handle: handle[0], name, uuid, busId })
  }
  const choice = target === undefined ? undefined : chooseGpus(all, target, process.env)
  if (choice !== undefined && choice.gpus.length === 0) return { state: 'absent', why: choice.how }
  const gpus =
    choice?.gpus ??
    visibleGpus(
      process.env,
      all.map(({ uuid }) => uuid),
    )?.flatMap((i) => all[i] ?? []) ??
    all
  if (gpus.length === 0) return { state: 'absent', why: 'NVML lists no GPU' }
  const mig = bind('nvmlDeviceGetMigMode', ['void *', 'void *', 'void *'])
  const [current, pending] = [Buffer.alloc(4), Buffer.alloc(4)]
  const cut = gpus.find(({ handle }) => mig?.(handle, current, pending) === 0 && current.readUInt32LE() === 1)
  if (cut !== undefined)
    return { state: 'absent', why: `MIG is on for ${cut.name}, and power is told for the whole GPU only, so MIG instances are not supported` }
  const functions = new Map(Object.entries(SIGNATURES).map(([name, args]) => [name, bind(name, ['void *', ...args])]))
  const call: Driver['call'] = (name, gpu, ...args) => {
    const bound = functions.get(name)
    if (bound === undefined) return Promise.reject(new Error(`the driver ${version} has no ${name}`))
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`${name} gave no answer within ${CALL_TIMEOUT_MS / 1000} s`)), CALL_TIMEOUT_MS)
      bound.async(gpu.handle, ...args, (error: unknown, code: number) => {
        clearTimeout(timer)
        try {
          if (error !== null && error !== undefined) throw error
          check(name, code)
          resolve()
        } catch (failure) {
          reject(failure as Error)
        }
      })
    })
  }
  return {
    state: 'ok',
    value: { version, gpus, call, ...(choice === undefined ? {} : { how: choice.how }), ...(choice?.unsure === undefined ? {} : { unsure: choice.unsure }) },
  }
}

function check(name: string, code: number): void {
  if (code !== 0) throw new Error(`${name}: ${ERRORS[code] ?? `error ${code}`}`)
}
