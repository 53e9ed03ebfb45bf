/** Meters: what is sampled beside the requests. */
import { HarnessError, nearest } from '../errors.ts'
import type { Meter, Observed } from '../types.ts'
import { estimate } from './estimate.ts'
import { hostCpu } from './host-cpu.ts'
import { hostMemory } from './host-memory.ts'
import { nvidiaClock, nvidiaMemory, nvidiaSmi, nvidiaTemperature, nvidiaUtilisation } from './nvidia-smi.ts'
import { processMemory } from './process-memory.ts'

/** All meters; of several that give one quantity, the better comes first. */
export const METERS: readonly Meter[] = [
  nvidiaSmi,
  estimate,
  nvidiaMemory,
  nvidiaUtilisation,
  nvidiaTemperature,
  nvidiaClock,
  processMemory,
  hostMemory,
  hostCpu,
]

/**
 * Asks each meter how it would measure here. `auto` stands for all meters that work here; one that is named is in the
 * answer even if it does not, with the reason. Throws HarnessError `usage` for an id that is no meter.
 */
export async function probeMeters(ids: readonly string[], signal: AbortSignal): Promise<{ meter: Meter; probe: Observed<string> }[]> {
  const known = METERS.map(({ id }) => id)
  const unknown = ids.find((id) => id !== 'auto' && !known.includes(id))
  if (unknown !== undefined) {
    const guess = nearest(unknown, ['auto', ...known])
    throw new HarnessError('usage', `there is no meter "${unknown}"${guess === undefined ? '' : `; did you mean ${guess}?`}`, {
      hint: `meters: auto, ${known.join(', ')}`,
    })
  }
  const asked = METERS.filter(({ id }) => ids.includes('auto') || ids.includes(id))
  const probed = await Promise.all(asked.map(async (meter) => ({ meter, probe: await meter.probe(signal) })))
  return probed.filter(({ meter, probe }) => probe.state === 'ok' || ids.includes(meter.id))
}
