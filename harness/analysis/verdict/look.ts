/** A look at a run that asks until it is clear: the verdicts of the report, without anything else of it. */
import type { StoredRun, StudentLook } from '../../types.ts'
import { differencesOf } from '../compare/pairs.ts'
import { groupsOf } from '../groups.ts'
import { ALPHA } from '../stats/margin.ts'
import { anytimePValues } from '../stats/anytime.ts'
import { tabled } from '../table/build.ts'
import { corrections, decide } from './decide.ts'
import { taskPairs } from './pairs.ts'

/**
 * Where every student stands, with bounds that hold however often one looks. What is decided stays decided: the p-values
 * only fall. A task is settled once it could hold no student back whatever becomes of the others (α ÷ students).
 */
export function lookAtStudents(run: Pick<StoredRun, 'record' | 'samples'>): StudentLook[] {
  const { models, margin } = run.record.suite
  const teacher = models.find(({ role }) => role === 'teacher')
  const groups = groupsOf(tabled({ ...run, series: [], dir: '' })).map((group) => ({ group }))
  const students = models.filter(({ role }) => role === 'student')
  if (teacher === undefined) return []
  const tasks = students.map(({ id }) =>
    (groups.some(({ group }) => group.model.id === id) ? taskPairs(groups, id, teacher.id) : []).map(({ workload, pairs }) => ({
      workload,
      items: pairs.length,
      test: pairs.length === 0 ? undefined : anytimePValues(differencesOf(pairs), margin),
    })),
  )
  const corrected = corrections(tasks.map((own) => own.map(({ test }) => test)))
  return students.map(({ id }, index) => ({
    model: id,
    decision: decide(corrected[index]!),
    items: tasks[index]!.reduce((sum, { items }) => sum + items, 0),
    workloads: tasks[index]!.map(({ workload, items, test }) => ({
      id: workload,
      items,
      settled: test !== undefined && test.nonInferior <= ALPHA / students.length,
    })),
  }))
}
