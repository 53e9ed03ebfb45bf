/** Meters: what is sampled beside the requests. */
import { HarnessError, nearest } from '../errors.ts'
import type { Meter, MeterSpec, Observed } from '../types.ts'
import { probeInHost } from './host/index.ts'
import { findNvml } from './nvml/library.ts'
import { meterOfSpec } from './specs.ts'
import { METERS } from './table.ts'

export { METERS } from './table.ts'
export { startHost, type Host } from './host/index.ts'

/**
 * Asks each meter how it would measure here. `auto` stands for all meters that work here; one that is named is in the
 * answer even if it does not, with the reason; so is one that the suite describes. Throws HarnessError `usage` for an id that is no meter.
 */
export async function probeMeters(wanted: readonly (string | MeterSpec)[], signal: AbortSignal): Promise<{ meter: Meter; probe: Observed<string> }[]> {
  const ids = wanted.filter((one) => typeof one === 'string')
  const described = wanted.filter((one) => typeof one !== 'string').map(meterOfSpec)
  const known = METERS.map(({ id }) => id)
  const unknown = ids.find((id) => id !== 'auto' && !known.includes(id))
  if (unknown !== undefined) {
    const guess = nearest(unknown, ['auto', ...known])
    throw new HarnessError('usage', `there is no meter "${unknown}"${guess === undefined ? '' : `; did you mean ${guess}?`}`, {
      hint: `meters: auto, ${known.join(', ')}`,
    })
  }
  const asked = [...described, ...METERS.filter(({ id }) => ids.includes('auto') || ids.includes(id))]
  const native = asked.filter((meter) => meter.native === true)
  const [natives, others] = await Promise.all([
    probeNative(native, signal),
    Promise.all(asked.filter((meter) => meter.native !== true).map((meter) => meter.probe(signal))),
  ])
  const probed = asked.map((meter) => ({ meter, probe: (meter.native === true ? natives : others).shift()! }))
  const works = (id: string): boolean => probed.some(({ meter, probe }) => meter.id === id && probe.state === 'ok')
  const [nvml, amd] = [works('nvml'), works('amd')]
  return probed.filter(
    ({ meter, probe }) =>
      meter.spec !== undefined ||
      ids.includes(meter.id) ||
      (probe.state === 'ok' && !(nvml && meter.id.startsWith('nvidia-smi')) && !(amd && meter.id === 'amd-smi')),
  )
}

// --- internal ---

/** A driver may take the process down that calls it, so another one does; where there is no driver, none is started. */
async function probeNative(meters: readonly Meter[], signal: AbortSignal): Promise<Observed<string>[]> {
  const library = findNvml()
  return library.state === 'ok' ? probeInHost(meters, signal) : meters.map(() => library)
}
