/** Which meters see what a model ran on. */
import type { MeterSpec, RunRecord, RuntimeFacts, SeriesRecord } from '../../types.ts'

/** `described`: by a meter that the suite describes. */
export type PowerSeries = SeriesRecord & { described?: true }

/** The meters that the suite describes, by id. */
export function describedMeters({ meters }: RunRecord): ReadonlyMap<string, MeterSpec> {
  return new Map(meters.flatMap(({ id, spec }) => (spec === undefined ? [] : [[id, spec]])))
}

export function isGpuMeter({ meter, scope }: Pick<SeriesRecord, 'meter' | 'scope'>): boolean {
  return scope === 'gpu' || (scope === undefined && GPU_METERS.test(meter))
}

/**
 * A meter that is some model's sees that model only, wherever it runs. Else a GPU's meter says nothing about a model on the CPU, nor
 * the other way round; one of this machine nothing about a server elsewhere; and one that asks a server nothing about a model in a process of ours.
 */
export function sees(series: PowerSeries, spec: MeterSpec | undefined, runtime: RuntimeFacts | undefined, model: string): boolean {
  if (series.model !== undefined) return series.model === model
  if (spec?.kind === 'prometheus') return runtime === undefined || runtime.backend === SERVED
  const served = runtime?.backend === SERVED
  if (served && !LOOPBACK.test(runtime.device)) return false
  if (spec?.kind === 'wall') return true
  if (served) return series.meter !== 'estimate' // CPU time of the client, not of the model
  const onGpu = runtime === undefined ? undefined : isGpu(runtime)
  if (onGpu === undefined) return true
  return onGpu ? !isCpuMeter(series) : !isGpuMeter(series)
}

/** The backend of models behind a server: what this machine sees is the client. */
export const SERVED = 'http'

/** Why no series is of use to the model: what the meters said when they were probed, or what they see. */
export function whyUnseen(record: RunRecord, power: readonly PowerSeries[], runtime: RuntimeFacts | undefined, model: string): string {
  const own = record.meters.filter(({ spec }) => spec !== undefined && (spec.model === undefined || spec.model === model))
  const said = reasons(own)
  if (power.length === 0) {
    const all = reasons(record.meters.filter(({ unit, spec }) => (unit === 'W' || unit === 'J') && (spec?.model ?? model) === model))
    return all.length === 0 ? 'the run had no power meter' : `no power meter (${all.join('; ')})`
  }
  const also = said.length === 0 ? '' : ` (${said.join('; ')})`
  if (runtime?.backend === SERVED) return `the model is behind a server (${runtime.device}), and no meter here sees what it runs on${also}`
  return `${power[0]!.meter} does not see what the model ran on (${runtime?.backend ?? 'unknown'}, ${runtime?.device ?? 'unknown'})${also}`
}

// --- internal ---

const GPU_METERS = /^(?:nvidia|nvml|dcgm|amd)/
const CPU_METERS = /^(?:estimate|rapl)/
/** Backend of models behind a server; their device names the host. A server on this machine may use a device that has a meter. */
const LOOPBACK = /^server (?:localhost|127\.\d+\.\d+\.\d+|\[::1\])(?::|$)|\bthis machine$/

function isCpuMeter({ meter, scope }: PowerSeries): boolean {
  return scope === 'package' || scope === 'dram' || (scope === undefined && CPU_METERS.test(meter))
}

function isGpu({ backend, device }: RuntimeFacts): boolean | undefined {
  if (backend === 'cpu' || backend === 'wasm' || device.endsWith('(software)')) return false
  if (backend === 'webgpu' || /gpu|cuda|nvidia|radeon/i.test(device)) return true
  return /cpu|x86|arm64/i.test(device) ? false : undefined
}

function reasons(meters: RunRecord['meters']): string[] {
  return meters.map(({ id, probe }) =>
    probe.state === 'absent' ? `${id}: ${probe.why}` : probe.state === 'failed' ? `${id}: ${probe.error.message}` : `${id} gave no readings`,
  )
}
