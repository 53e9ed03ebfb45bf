/** What must hold for every number of every analysis. Returns what does not, as readable lines. */
import type { Analysis } from '../../harness/types.ts'

/** Paths of values that are no finite number where they are a number, or that JSON would turn into null. */
export function unsound(value: unknown, path = 'analysis'): string[] {
  if (typeof value === 'number') return Number.isFinite(value) ? [] : [`${path} is ${value}`]
  if (value === null) return [`${path} is null`]
  if (Array.isArray(value)) return value.flatMap((one, i) => unsound(one, `${path}[${i}]`))
  if (typeof value === 'object')
    return Object.entries(value).flatMap(([key, one]) => (one === undefined ? [`${path}.${key} is undefined`] : unsound(one, `${path}.${key}`)))
  return []
}

/** Estimates whose ends do not enclose the value, whose level is no level, or that do not say how they came about. */
export function unordered({ rows, ratios, gap, verdicts, routing }: Analysis): string[] {
  const all = [
    ...rows.map(({ metric, model, estimate }) => ({ what: `${metric} of ${model}`, estimate })),
    ...ratios.flatMap(({ metric, model, ratio, difference }) => [ratio, difference].map((estimate) => ({ what: `${metric} ratio of ${model}`, estimate }))),
    ...gap.map(({ student, recovered }) => ({ what: `gap of ${student}`, estimate: recovered })),
    ...verdicts.flatMap(({ student, tasks, savings, breakEven }) =>
      [
        ...tasks.flatMap((task) => [task.difference, task.retained, task.anytime]),
        ...savings.flatMap((one) => [one.share, one.difference]),
        ...breakEven.map(({ answers }) => answers),
      ].map((estimate) => ({ what: `verdict of ${student}`, estimate })),
    ),
    ...routing.flatMap(({ student, rule, result }) =>
      result.state === 'ok'
        ? [result.value.chosen.escalated, result.value.chosen.accuracy, result.value.chosen.difference, result.value.chosen.cost].map((value) => ({
            what: `${rule} of ${student}`,
            estimate: { state: 'ok' as const, value },
          }))
        : [],
    ),
  ]
  return all.flatMap(({ what, estimate }) => {
    if (estimate.state !== 'ok') return []
    const { value, low, high, level, method, n } = estimate.value
    const sound = low <= value && value <= high && level >= 0 && level <= 1 && method.length > 3 && n >= 1
    return sound ? [] : [`${what}: ${JSON.stringify(estimate.value)}`]
  })
}
