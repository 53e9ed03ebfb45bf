/** Published accuracies of students beside their teacher's: what distillation kept, benchmark by benchmark. */
import type { ChartTable } from './charts/chart.ts'
import { figuresOf, nameOfModel } from './charts/published.ts'
import { formatPublished } from './format.ts'
import type { View } from './view.ts'

/** Rows are the teacher and its students, columns the benchmarks; undefined where no student has a figure beside its teacher's. */
export function keptTable(view: View): ChartTable | undefined {
  const { models } = view.analysis
  const teacher = models.find(({ role }) => role === 'teacher')
  const students = models.filter(({ role }) => role === 'student')
  if (teacher === undefined || students.length === 0) return undefined
  const benchmarks = figuresOf(view).filter(
    ({ metric, facts }) =>
      metric === 'accuracy' && facts.some(({ model }) => model === teacher.id) && facts.some(({ model }) => students.some(({ id }) => id === model)),
  )
  if (benchmarks.length === 0) return undefined
  const rows = [teacher, ...students].map(({ id }) => [
    nameOfModel(view, id),
    ...benchmarks.map(({ facts }) => {
      const own = facts.find(({ model }) => model === id)
      const base = facts.find(({ model }) => model === teacher.id)
      if (own === undefined) return '–'
      const text = formatPublished(own.value, own.unit, own.unit === 'ratio' ? 1 : 0, view.words.basics.units)
      return id === teacher.id || base === undefined || base.value === 0 || base.unit !== own.unit
        ? text
        : `${text} (${Math.round((own.value / base.value) * 100)}%)`
    }),
  ])
  return { columns: [view.words.tables.model, ...benchmarks.map(({ title }) => title)], rows: rows.filter((row) => row.slice(1).some((cell) => cell !== '–')) }
}
