/** Memory of a model against its teacher: the largest of the one by the largest of the other, without an interval. */
import type { GroupData } from '../data.ts'
import { memoryCells } from '../metrics/memory.ts'
import { absent, estimate, point } from '../observed.ts'
import type { Comparison } from './measure.ts'

export function memoryComparisons(model: GroupData, teacher: GroupData): Comparison[] {
  const bases = new Map(memoryCells(teacher).map((cell) => [cell.metric, cell.estimate]))
  return memoryCells(model).map(({ metric, slice, estimate: own }): Comparison => {
    const base = bases.get(metric) ?? absent('no cell was finished')
    if (own.state !== 'ok') return { metric, slice, ratio: own, difference: own, pairs: 0 }
    if (base.state !== 'ok') return { metric, slice, ratio: base, difference: base, pairs: 0 }
    const account = { n: own.value.n, origin: 'measured', method: 'largest over the cells of each; no interval' } as const
    return {
      metric,
      slice,
      pairs: 0,
      ratio: base.value.value === 0 ? absent('the teacher’s value is 0') : estimate(point(own.value.value / base.value.value), { ...account, unit: 'ratio' }),
      difference: estimate(point(own.value.value - base.value.value), { ...account, unit: 'byte' }),
    }
  })
}
