/** Memory held: the largest over the cells. */
import type { CellRecord, Estimate, Observed } from '../../types.ts'
import type { Cell, GroupData } from '../data.ts'
import { SERVED } from '../energy/seen.ts'
import { absent, counted, estimate } from '../observed.ts'

export function memoryCells({ group, processPeak }: GroupData): Cell[] {
  const done = group.cells.filter((cell): cell is DoneCell => cell.state === 'done')
  return [
    {
      metric: 'memory-device',
      slice: '',
      estimate: largest(
        done.map(({ memory }) => memory.deviceBytes),
        'after the measured window',
      ),
    },
    {
      metric: 'memory-process',
      slice: '',
      estimate: largest(
        done.map(({ id, memory, runtime }) =>
          runtime.backend === SERVED ? absent(OF_CLIENT) : { state: 'ok', value: Math.max(memory.processBytes, processPeak(id) ?? 0) },
        ),
        done.some(({ id }) => processPeak(id) !== undefined) ? 'in and after the measured window' : 'after the measured window',
      ),
    },
  ]
}

// --- internal ---

const OF_CLIENT = 'the model is on a server; the process here is the client'

type DoneCell = Extract<CellRecord, { state: 'done' }>

function largest(observed: readonly Observed<number>[], when: string): Observed<Estimate> {
  const bytes = observed.flatMap((one) => (one.state === 'ok' ? [one.value] : []))
  if (bytes.length === 0) return observed.find((one) => one.state !== 'ok') ?? absent('no cell was finished')
  const value = Math.max(...bytes)
  const method = `largest over ${counted(bytes.length, 'cell')}, ${when}; low and high are the range`
  return estimate({ value, low: Math.min(...bytes), high: value, level: 0 }, { n: bytes.length, unit: 'byte', origin: 'measured', method })
}
