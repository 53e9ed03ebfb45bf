/**
 * Power by calculation: CPU time × thermal design power. Always marked as estimated. For comparing models on one
 * machine it says little more than CPU time does; as an absolute figure it may be wrong by a factor of two.
 */
import { cpus } from 'node:os'
import type { Meter } from '../types.ts'
import { poll, type Reading } from './poll.ts'
import { hasProc, hostCpuTimes, processCpuMs } from './proc.ts'
import { cpuPower } from './tdp.ts'

export const estimate: Meter = {
  id: 'estimate',
  summary: 'CPU power from CPU time × thermal design power; a model, no measurement',
  unit: 'W',
  origin: 'estimated',
  async probe() {
    return { state: 'ok', value: describe(true) }
  },
  async start(clock, context) {
    const { wattsPerCpu } = cpuPower(cpuModel())
    const pid = hasProc ? context.pid : undefined
    const used = pid === undefined ? hostCpuMs : () => processCpuMs(pid)
    const minimumMs = context.intervalMs / 2 // counters move in steps of 10 ms; a shorter time between two readings would be noise
    let before: { t: number; cpuMs: number } | undefined
    const read = async (): Promise<Reading | undefined> => {
      const now = { cpuMs: await used(), t: clock() }
      const since = before
      if (since !== undefined && now.t - since.t < minimumMs) return undefined
      before = now
      if (since === undefined) return undefined
      // The mean over the time between two readings belongs to its middle.
      return { t: (since.t + now.t) / 2, v: ((now.cpuMs - since.cpuMs) / (now.t - since.t)) * wattsPerCpu }
    }
    return poll({ meter: estimate, how: describe(pid !== undefined), context, read })
  },
}

// --- internal ---

const cpuModel = (): string => cpus()[0]?.model ?? ''

function describe(ofProcess: boolean): string {
  const whose = ofProcess && hasProc ? "CPU time of the model's process" : 'CPU time of the whole machine, whatever else runs on it,'
  return `estimated, not measured: ${whose} × ${cpuPower(cpuModel()).how}; leaves out idle power, accelerators, memory, disks, fans and the power supply`
}

/** Busy time of all logical CPUs together, in milliseconds. */
async function hostCpuMs(): Promise<number> {
  const { busy } = await hostCpuTimes()
  return hasProc ? busy * 10 : busy
}
