/**
 * Energy counters of x86 processors (RAPL), as the kernel shows them in /sys/class/powercap. Microjoules that wrap at
 * `max_energy_range_uj`. Since 2020 (CVE-2020-8694) only root may read them, and virtual machines seldom have them.
 */
import { realpath } from 'node:fs/promises'
import { join } from 'node:path'
import type { Observed } from '../types.ts'
import { meterFrom, type OpenSensor } from './sensor.ts'
import { isDenied, namesIn, numberIn, sysRoot, textOf } from './sysfs.ts'

export const raplPackage = raplMeter('rapl-package', 'package', /^package-\d+(?:-die-\d+)?$/, 'energy of the processors')
export const raplDram = raplMeter('rapl-dram', 'dram', /^dram$/, 'energy of the memory beside the processors')
export const raplPsys = raplMeter('rapl-psys', 'system', /^psys$/, 'energy of the whole platform, where the maker wired that sensor')

export interface Zone {
  /** Name with that of the zone it lies in, `package-0/dram`: what must be unique. */
  readonly name: string
  readonly file: string
  /** Value after which the counter begins at zero, in microjoules. */
  readonly range: number
}

/** Zones by name. One that is shown twice (two drivers, or mirrored dies) is one zone. Rejects where a file may not be read. */
export async function raplZones(wanted: RegExp): Promise<Zone[]> {
  const root = join(sysRoot(), 'class/powercap')
  const zones = new Map<string, Zone>()
  // The mmio interface shows the registers of the first one again.
  for (const folder of (await namesIn(root)).filter((name) => /^intel-rapl(?::\d+)+$/.test(name))) {
    const own = await textOf(join(root, folder, 'name'))
    if (own === undefined || !wanted.test(own)) continue
    const parent = folder.split(':').length > 2 ? await textOf(join(root, folder.replace(/:\d+$/, ''), 'name')) : undefined
    const name = parent === undefined ? own : `${parent}/${own}`
    const file = await realpath(join(root, folder, 'energy_uj')).catch(() => undefined)
    if (file === undefined || zones.has(name) || [...zones.values()].some((zone) => zone.file === file)) continue
    zones.set(name, { name, file, range: await numberIn(join(root, folder, 'max_energy_range_uj')) })
  }
  return [...zones.values()]
}

/** Joules since the first reading of a counter that wraps. More than one wrap between two readings cannot be seen. */
export function unwrapped(range: number): (microjoules: number) => number {
  let [last, total] = [undefined as number | undefined, 0]
  return (now) => {
    if (last !== undefined) total += now >= last ? now - last : now + range - last
    last = now
    return total / 1e6
  }
}

// --- internal ---

function raplMeter(id: string, scope: 'package' | 'dram' | 'system', wanted: RegExp, summary: string) {
  return meterFrom({ id, summary, unit: 'J', kind: 'counter', scope, open: () => openRapl(wanted) })
}

async function openRapl(wanted: RegExp): Promise<Observed<OpenSensor>> {
  const folder = join(sysRoot(), 'class/powercap')
  if ((await namesIn(folder)).length === 0)
    return { state: 'absent', why: `${folder} has no RAPL counters; virtual machines and processors that are not x86 have none` }
  try {
    const zones = await raplZones(wanted)
    if (zones.length === 0) return { state: 'absent', why: `this processor has no RAPL zone ${wanted.source.replace(/[\^$\\]|\(\?:.*/g, '')}` }
    for (const { file } of zones) await numberIn(file)
    const counters = zones.map((zone) => ({ ...zone, joules: unwrapped(zone.range) }))
    const names = zones.map(({ name }) => name).join(', ')
    return {
      state: 'ok',
      value: {
        how: `RAPL energy counter of ${names}, from ${folder}; wraps are followed`,
        device: names,
        async read(clock) {
          // All are read before any counts, so that one that fails leaves no half sum.
          const values = await Promise.all(counters.map(({ file }) => numberIn(file)))
          return { t: clock(), v: counters.reduce((sum, { joules }, i) => sum + joules(values[i]!), 0) }
        },
      },
    }
  } catch (error) {
    if (isDenied(error))
      return { state: 'absent', why: `RAPL may be read by root only; allow it until the next start with: sudo chmod -R a+r ${folder}/intel-rapl*/` }
    throw error
  }
}
