/** GPUs of AMD and Intel through the hardware monitors of the Linux kernel: /sys/class/hwmon. Microwatts and microjoules. */
import { realpath } from 'node:fs/promises'
import { join } from 'node:path'
import type { Meter, Observed } from '../types.ts'
import { meterFrom, type OpenSensor } from './sensor.ts'
import { namesIn, numberIn, sysRoot, textOf } from './sysfs.ts'

export const amdPower = hwmonMeter({ id: 'amd', drivers: ['amdgpu'], files: ['power1_input', 'power1_average'], unit: 'W', summary: 'power of AMD GPUs' })
export const amdEnergy = hwmonMeter({ id: 'amd-energy', drivers: ['amdgpu'], files: ['energy1_input'], unit: 'J', summary: 'energy counter of AMD GPUs' })
export const intelEnergy = hwmonMeter({
  id: 'intel-gpu-energy',
  drivers: ['i915', 'xe'],
  files: ['energy1_input', 'energy2_input'],
  unit: 'J',
  summary: 'energy counter of Intel GPUs',
})

// --- internal ---

interface HwmonOptions {
  readonly id: string
  readonly drivers: readonly string[]
  /** In order of preference. */
  readonly files: readonly string[]
  readonly unit: 'W' | 'J'
  readonly summary: string
}

function hwmonMeter({ id, drivers, files, unit, summary }: HwmonOptions): Meter {
  return meterFrom({ id, summary, unit, kind: unit === 'J' ? 'counter' : 'instant', scope: 'gpu', open: () => openHwmon(drivers, files) })
}

async function openHwmon(drivers: readonly string[], files: readonly string[]): Promise<Observed<OpenSensor>> {
  const root = join(sysRoot(), 'class/hwmon')
  const devices = new Set<string>()
  for (const name of await namesIn(root)) {
    if (!drivers.includes((await textOf(join(root, name, 'name'))) ?? '')) continue
    devices.add(await realpath(join(root, name)))
  }
  if (devices.size === 0) return { state: 'absent', why: `no GPU with the driver ${drivers.join(' or ')} in ${root}` }
  for (const file of files) {
    const paths = [...devices].map((device) => join(device, file))
    const readable = await Promise.all(
      paths.map((path) =>
        numberIn(path).then(
          () => true,
          () => false,
        ),
      ),
    )
    if (!readable.every(Boolean)) continue
    return {
      state: 'ok',
      value: {
        how: `${file} of ${drivers.join('/')}, ${devices.size === 1 ? '1 GPU' : `sum over ${devices.size} GPUs`}, from ${root}${file.endsWith('average') ? '; averaged by the driver' : ''}`,
        device: `${drivers[0]} × ${devices.size}`,
        async read(clock) {
          const values = await Promise.all(paths.map(numberIn))
          return { t: clock(), v: values.reduce((sum, value) => sum + value, 0) / 1e6 }
        },
      },
    }
  }
  return { state: 'absent', why: `the driver ${drivers.join('/')} shows no ${files.join(' or ')} for every GPU` }
}
