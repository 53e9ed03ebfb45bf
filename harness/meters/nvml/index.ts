/** NVIDIA GPUs through NVML. One meter per quantity; several GPUs are one series, and one that fails spoils only that reading. */
import type { GpuIdentity, Meter, Observed } from '../../types.ts'
import { drawIsAverage, HEAT, SLOWED } from '../nvidia-board.ts'
import { meterFrom, type OpenSensor, type SensorOptions } from '../sensor.ts'
import { openDriver, type Driver, type Gpu } from './driver.ts'

export { findNvml } from './library.ts'

type Read = (driver: Driver, gpu: Gpu) => Promise<number>
interface Way {
  readonly what: string
  readonly read: Read
}

const AVERAGE_NOTE = 'a mean over up to 1 s on most boards since Ampere'
export const nvmlEnergy = nvml({ id: 'nvml-energy', unit: 'J', kind: 'counter', everyMs: 20, summary: 'energy counter of NVIDIA GPUs' }, 'sum', [
  { what: 'total energy consumption', read: (d, g) => out(d, g, 'nvmlDeviceGetTotalEnergyConsumption', 8, (b) => Number(b.readBigUInt64LE()) / 1000) },
])
export const nvmlPower = nvml({ id: 'nvml', unit: 'W', kind: 'instant', summary: 'power of NVIDIA GPUs at the moment' }, 'sum', [
  { what: 'instant power (field 186)', read: (d, g) => field(d, g, 186, 0) },
  { what: 'instant power of the module, CPU included (field 186, scope 1)', read: (d, g) => field(d, g, 186, 1) },
  { what: `power usage, ${AVERAGE_NOTE}, as the driver has no instant power`, read: usage },
])
export const nvmlAverage = nvml({ id: 'nvml-average', unit: 'W', kind: 'average', summary: 'power of NVIDIA GPUs, mean of about a second' }, 'sum', [
  { what: 'average power (field 185)', read: (d, g) => field(d, g, 185, 0) },
  { what: `power usage, ${AVERAGE_NOTE}`, read: usage },
])
export const nvmlUtilisation = nvml({ id: 'nvml-utilisation', unit: 'ratio', summary: 'utilisation of NVIDIA GPUs' }, 'mean', [
  { what: 'share of time in which a kernel ran', read: (d, g) => out(d, g, 'nvmlDeviceGetUtilizationRates', 8, (b) => b.readUInt32LE() / 100) },
])
export const nvmlMemory = nvml({ id: 'nvml-memory', unit: 'byte', summary: 'memory in use on NVIDIA GPUs' }, 'sum', [
  { what: 'memory in use', read: (d, g) => out(d, g, 'nvmlDeviceGetMemoryInfo', 24, (b) => Number(b.readBigUInt64LE(16))) },
])
export const nvmlTemperature = nvml({ id: 'nvml-temperature', unit: 'celsius', summary: 'temperature of NVIDIA GPUs' }, 'max', [
  { what: 'core temperature', read: (d, g) => out(d, g, 'nvmlDeviceGetTemperature', 4, (b) => b.readUInt32LE(), 0) },
])
export const nvmlClock = nvml({ id: 'nvml-clock', unit: 'MHz', summary: 'clock of NVIDIA GPUs' }, 'mean', [
  { what: 'clock of the multiprocessors', read: (d, g) => out(d, g, 'nvmlDeviceGetClockInfo', 4, (b) => b.readUInt32LE(), 1) },
])
export const nvmlMemoryClock = nvml({ id: 'nvml-memory-clock', unit: 'MHz', summary: 'memory clock of NVIDIA GPUs' }, 'mean', [
  { what: 'clock of the memory', read: (d, g) => out(d, g, 'nvmlDeviceGetClockInfo', 4, (b) => b.readUInt32LE(), 2) },
])
export const nvmlThrottle = throttle('nvml-throttle', 'power cap, heat or the power brake', SLOWED)
export const nvmlThrottleHeat = throttle('nvml-throttle-heat', 'heat', HEAT)

// --- internal ---

type About = Pick<SensorOptions, 'id' | 'unit' | 'kind' | 'summary' | 'everyMs'>
const MERGE = {
  sum: (values: readonly number[]) => values.reduce((total, value) => total + value, 0),
  mean: (values: readonly number[]) => values.reduce((total, value) => total + value, 0) / values.length,
  max: (values: readonly number[]) => Math.max(...values),
}

/** `ways` in order of preference: the first that works for every GPU is kept. */
function nvml(about: About, merge: keyof typeof MERGE, ways: readonly Way[]): Meter {
  return meterFrom({ ...about, scope: 'gpu', native: true, open: (_signal, context) => openNvml(merge, ways, context?.gpu) })
}

async function openNvml(merge: keyof typeof MERGE, ways: readonly Way[], target: GpuIdentity | undefined): Promise<Observed<OpenSensor>> {
  const driver = await openDriver(target)
  if (driver.state !== 'ok') return driver
  const { gpus, version, how, unsure } = driver.value
  const names = [...new Set(gpus.map(({ name }) => name))].join(', ')
  const failures: string[] = []
  for (const { what, read } of ways) {
    const readAll = (): Promise<number[]> => Promise.all(gpus.map((gpu) => read(driver.value, gpu)))
    try {
      await readAll()
    } catch (error) {
      failures.push((error as Error).message)
      continue
    }
    const scope = gpus.length === 1 ? names : `${merge} over ${gpus.length} GPUs (${names})`
    return {
      state: 'ok',
      value: {
        how: `${what} by NVML, ${scope}, driver ${version}${how === undefined ? '' : `, ${how}`}`,
        ...(unsure === undefined ? {} : { notes: [unsure] }),
        device: gpus.length === 1 ? names : `${gpus.length} × ${names}`,
        ...(what.startsWith('power usage') ? { kind: drawIsAverage(gpus.map(({ name }) => name)) ? ('average' as const) : ('instant' as const) } : {}),
        async read(clock) {
          const before = clock()
          const values = await readAll()
          return { t: (before + clock()) / 2, v: MERGE[merge](values) } // a read takes up to milliseconds
        },
      },
    }
  }
  return { state: 'absent', why: `${names} does not tell it (driver ${version}; ${failures.join('; ')})` }
}

/** Calls a function whose last argument is written to. */
async function out(driver: Driver, gpu: Gpu, name: string, bytes: number, get: (buffer: Buffer) => number, ...before: readonly number[]): Promise<number> {
  const buffer = Buffer.alloc(bytes)
  await driver.call(name, gpu, ...before, buffer)
  return get(buffer)
}

function usage(driver: Driver, gpu: Gpu): Promise<number> {
  return out(driver, gpu, 'nvmlDeviceGetPowerUsage', 4, (buffer) => buffer.readUInt32LE() / 1000)
}

/** nvmlFieldValue_t: id, scope, timestamp, latency, type of the value, return code, value. Power is in mW; `scope` 0 is the GPU, 1 the module. */
async function field(driver: Driver, gpu: Gpu, id: number, scope: number): Promise<number> {
  const buffer = Buffer.alloc(40)
  buffer.writeUInt32LE(id, 0)
  buffer.writeUInt32LE(scope, 4)
  await driver.call('nvmlDeviceGetFieldValues', gpu, 1, buffer)
  const [type, code] = [buffer.readUInt32LE(24), buffer.readUInt32LE(28)]
  if (code !== 0) throw new Error(`field ${id}: ${code === 3 ? 'not supported' : `error ${code}`}`)
  if (type === 0) return buffer.readDoubleLE(32) / 1000
  return (type === 1 || type === 5 ? buffer.readUInt32LE(32) : Number(buffer.readBigUInt64LE(32))) / 1000
}

function throttle(id: string, what: string, bits: bigint): Meter {
  const reasons =
    (name: string): Read =>
    (driver, gpu) =>
      out(driver, gpu, name, 8, (buffer) => ((buffer.readBigUInt64LE() & bits) === 0n ? 0 : 1))
  return nvml({ id, unit: 'ratio', summary: `whether ${what} slows NVIDIA GPUs` }, 'max', [
    { what: `1 while ${what} slows the clocks, by clocks event reasons`, read: reasons('nvmlDeviceGetCurrentClocksEventReasons') },
    { what: `1 while ${what} slows the clocks, by throttle reasons`, read: reasons('nvmlDeviceGetCurrentClocksThrottleReasons') },
  ])
}
