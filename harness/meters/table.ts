/** The meters that every machine may have. */
import type { Meter } from '../types.ts'
import { amdSmi } from './amd-smi.ts'
import { battery } from './battery.ts'
import { estimate } from './estimate.ts'
import { hostCpu } from './host-cpu.ts'
import { hostMemory } from './host-memory.ts'
import { amdEnergy, amdPower, intelEnergy } from './hwmon.ts'
import { nvidiaAverage, nvidiaClock, nvidiaHeat, nvidiaMemory, nvidiaSmi, nvidiaTemperature, nvidiaThrottle, nvidiaUtilisation } from './nvidia-smi.ts'
import {
  nvmlAverage,
  nvmlClock,
  nvmlEnergy,
  nvmlMemory,
  nvmlMemoryClock,
  nvmlPower,
  nvmlTemperature,
  nvmlThrottle,
  nvmlThrottleHeat,
  nvmlUtilisation,
} from './nvml/index.ts'
import { appleGpu, applePower } from './powermetrics.ts'
import { processMemory } from './process-memory.ts'
import { raplDram, raplPackage, raplPsys } from './rapl.ts'

/** All meters; of several that give one quantity, the better comes first. */
export const METERS: readonly Meter[] = [
  nvmlEnergy,
  nvmlPower,
  nvmlAverage,
  nvidiaSmi,
  nvidiaAverage,
  amdEnergy,
  amdPower,
  amdSmi,
  intelEnergy,
  raplPackage,
  raplDram,
  raplPsys,
  applePower,
  appleGpu,
  battery,
  estimate,
  nvmlMemory,
  nvmlUtilisation,
  nvmlTemperature,
  nvmlClock,
  nvmlMemoryClock,
  nvmlThrottle,
  nvmlThrottleHeat,
  nvidiaMemory,
  nvidiaUtilisation,
  nvidiaTemperature,
  nvidiaClock,
  nvidiaThrottle,
  nvidiaHeat,
  processMemory,
  hostMemory,
  hostCpu,
]
