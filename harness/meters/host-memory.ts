/** Memory of the machine that is in use, by anything. */
import type { Meter } from '../types.ts'
import { poll } from './poll.ts'
import { hasProc, hostBytes } from './proc.ts'

const HOW = hasProc ? 'total less available memory of the machine' : 'total less free memory of the machine; caches count as used'

export const hostMemory: Meter = {
  id: 'host-memory',
  summary: 'memory in use on the whole machine',
  unit: 'byte',
  origin: 'measured',
  async probe() {
    try {
      await hostBytes()
      return { state: 'ok', value: HOW }
    } catch (error) {
      return { state: 'absent', why: (error as Error).message }
    }
  },
  start: (clock, context) => poll({ meter: hostMemory, how: HOW, context, read: async () => ({ v: await hostBytes(), t: clock() }) }),
}
