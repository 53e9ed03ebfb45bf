/** What a laptop draws from its batteries: the whole machine, screen included. Says nothing while a charger is connected. */
import { join } from 'node:path'
import type { Observed } from '../types.ts'
import { meterFrom, type OpenSensor } from './sensor.ts'
import { namesIn, numberIn, sysRoot, textOf } from './sysfs.ts'

export const battery = meterFrom({ id: 'battery', summary: 'power drawn from the batteries', unit: 'W', kind: 'average', scope: 'system', open: openBattery })

// --- internal ---

async function openBattery(): Promise<Observed<OpenSensor>> {
  const root = join(sysRoot(), 'class/power_supply')
  const batteries: string[] = []
  for (const name of await namesIn(root))
    if ((await textOf(join(root, name, 'type'))) === 'Battery' && (await textOf(join(root, name, 'scope'))) !== 'Device') batteries.push(join(root, name))
  if (batteries.length === 0) return { state: 'absent', why: 'this machine has no battery' }
  const states = await Promise.all(batteries.map((folder) => textOf(join(folder, 'status'))))
  if (!states.includes('Discharging'))
    return { state: 'absent', why: `no battery is discharging (${states[0] ?? 'unknown'}); unplug the charger to measure by battery` }
  return {
    state: 'ok',
    value: {
      how: `discharge of ${batteries.length === 1 ? 'the battery' : `${batteries.length} batteries`}, the whole machine; the battery's own sensor moves slowly`,
      async read(clock) {
        const watts = await Promise.all(batteries.map(wattsOf))
        const used = watts.filter((value) => value !== undefined)
        if (used.length === 0) throw new Error('no battery is discharging any more')
        return { t: clock(), v: used.reduce((sum, value) => sum + value, 0) }
      },
    },
  }
}

/** Watts that leave a battery; undefined where it does not discharge. Some drivers give the current as a negative number. */
async function wattsOf(folder: string): Promise<number | undefined> {
  if ((await textOf(join(folder, 'status'))) !== 'Discharging') return undefined
  if ((await textOf(join(folder, 'power_now'))) !== undefined) return Math.abs(await numberIn(join(folder, 'power_now'))) / 1e6
  const [current, voltage] = await Promise.all([numberIn(join(folder, 'current_now')), numberIn(join(folder, 'voltage_now'))])
  return (Math.abs(current) / 1e6) * (voltage / 1e6)
}
