/** model ÷ teacher and model − teacher for every metric, from the same items under the same load. */
import type { RatioRow } from '../../types.ts'
import { pairedComponents } from '../components.ts'
import type { GroupData } from '../data.ts'
import { accuracyComparisons } from './accuracy.ts'
import { compareMeasures } from './measure.ts'
import { memoryComparisons } from './memory.ts'
import { textMeasures } from '../metrics/texts.ts'
import { timeMeasures, tokensMeasure } from './times.ts'

/** Ratios of every group to the group of the teacher with the same workload and load; none where nothing was asked of one of the two. */
export function ratioRows(groups: readonly GroupData[]): RatioRow[] {
  const asked = groups.filter(({ group }) => group.samples.length > 0)
  const teachers = asked.filter(({ group }) => group.model.role === 'teacher')
  return asked.flatMap((model) => {
    if (model.group.model.role === 'teacher') return []
    return teachers
      .filter(({ group }) => group.workload === model.group.workload && group.load === model.group.load)
      .flatMap((teacher) => compareGroups(model, teacher))
  })
}

/** All comparisons of a model's group with its teacher's group. */
export function compareGroups(model: GroupData, teacher: GroupData): RatioRow[] {
  const { run, workload, load, model: spec } = model.group
  const seed = [...[spec.id, teacher.group.model.id].sort(), workload, load] // the other way round, and in another run, the same resamples
  const byItem = pairedComponents(model.group, teacher.group, 'item')
  const byUnit = pairedComponents(model.group, teacher.group, 'unit')
  // Separate resamples for the two grains; within one, all metrics share them.
  const comparisons = [
    ...accuracyComparisons(model, teacher, seed),
    ...compareMeasures([tokensMeasure(model, teacher, byItem)], byItem, [...seed, 'items']),
    ...compareMeasures(textMeasures(model, teacher, byItem), byItem, [...seed, 'texts']),
    ...compareMeasures(timeMeasures(model, teacher, byUnit), byUnit, [...seed, 'units']),
    ...memoryComparisons(model, teacher),
  ]
  return comparisons.map((comparison) => ({ run, model: spec.id, workload, load, ...comparison }))
}
