/** Share of the machine's CPU time that was in use, by anything. */
import type { Meter } from '../types.ts'
import { poll, type Reading } from './poll.ts'
import { hostCpuTimes, type CpuTimes } from './proc.ts'

const HOW = 'busy share of all logical CPUs, by anything that runs on the machine'

export const hostCpu: Meter = {
  id: 'host-cpu',
  summary: 'CPU utilisation of the whole machine',
  unit: 'ratio',
  origin: 'measured',
  async probe() {
    try {
      await hostCpuTimes()
      return { state: 'ok', value: HOW }
    } catch (error) {
      return { state: 'absent', why: (error as Error).message }
    }
  },
  async start(clock, context) {
    let before: (CpuTimes & { t: number }) | undefined
    const read = async (): Promise<Reading | undefined> => {
      const now = { ...(await hostCpuTimes()), t: clock() }
      const since = before
      if (since !== undefined && now.total - since.total <= 0) return undefined // the counters have not moved yet
      before = now
      if (since === undefined) return undefined
      return { t: (since.t + now.t) / 2, v: (now.busy - since.busy) / (now.total - since.total) }
    }
    return poll({ meter: hostCpu, how: HOW, context, read })
  },
}
