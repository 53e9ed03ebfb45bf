/** Memory of the model's process. */
import type { Meter } from '../types.ts'
import { poll } from './poll.ts'
import { hasProc, processBytes } from './proc.ts'

const HOW = "memory of the model's process that is in RAM (resident set), libraries shared with others included"

export const processMemory: Meter = {
  id: 'process-memory',
  summary: "resident memory of the model's process",
  unit: 'byte',
  origin: 'measured',
  async probe() {
    return hasProc ? { state: 'ok', value: HOW } : { state: 'absent', why: 'read from /proc, which only Linux has' }
  },
  start(clock, context) {
    const { pid } = context
    const read = async () => (pid === undefined ? undefined : { v: await processBytes(pid), t: clock() })
    return poll({ meter: processMemory, how: pid === undefined ? `${HOW}; the model has no process of its own here` : HOW, context, read })
  },
}
