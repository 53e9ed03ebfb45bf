/** Distillation against what every request saves afterwards: where the totals cross, and how long that takes. docs/cost.md has the formulae. */
import type { Estimate, LifecycleRow, MetricRow, ModelSummary, Observed, Range, RatioRow } from '../types.ts'
import { weakestOrigin } from '../units.ts'
import { absent, estimate } from './observed.ts'
import { spentOn } from './verdict/savings.ts'

/** For each student, workload and kind the first load under which both were compared. */
export function lifecycleRows(models: readonly ModelSummary[], rows: readonly MetricRow[], ratios: readonly RatioRow[]): LifecycleRow[] {
  const teacher = models.find(({ role }) => role === 'teacher')
  if (teacher === undefined) return []
  return models
    .filter(({ role }) => role === 'student')
    .flatMap((student) => {
      const own = ratios.filter(({ model, slice, workload, pairs }) => model === student.id && slice === '' && workload !== '' && pairs > 0)
      return [...new Set(own.map(({ workload }) => workload))].flatMap((workload) =>
        KINDS.flatMap(({ kind, metric }): LifecycleRow[] => {
          const compared = own.filter((row) => row.workload === workload && row.metric === metric)
          const ratio = compared.find(({ difference }) => difference.state === 'ok') ?? compared[0]
          const spent = spentOn(kind, student, teacher)
          // without any of the two there is nothing to say of it
          if (ratio === undefined || (ratio.difference.state !== 'ok' && spent.state !== 'ok')) return []
          const each = (model: string): Observed<Estimate> =>
            rows.find((row) => row.model === model && row.workload === workload && row.load === ratio.load && row.slice === '' && row.metric === metric)
              ?.estimate ?? absent('the run has no such figure')
          return [
            {
              run: student.run,
              student: student.id,
              teacher: teacher.id,
              workload,
              load: ratio.load,
              kind,
              ...totals(spent, { teacher: each(teacher.id), student: each(student.id) }, ratio.difference),
            },
          ]
        }),
      )
    })
}

// --- internal ---

const KINDS = [
  { kind: 'cost', metric: 'cost-per-request' },
  { kind: 'energy', metric: 'energy-per-request' },
] as const
const VOLUMES = [1000, 10_000, 100_000, 1_000_000]
const POINTS = 10

type Totals = Pick<LifecycleRow, 'spent' | 'each' | 'crossing' | 'payback' | 'curve'>

function totals(spent: LifecycleRow['spent'], each: LifecycleRow['each'], difference: Observed<Estimate>): Totals {
  const crossing = crossingOf(spent, difference)
  return {
    spent,
    each,
    crossing,
    payback: VOLUMES.map((requestsPerDay) => ({ requestsPerDay, days: daysAt(crossing, requestsPerDay) })),
    curve: curveOf(spent, each.teacher, difference, crossing),
  }
}

/** `difference` is student − teacher. */
function crossingOf(spent: LifecycleRow['spent'], difference: Observed<Estimate>): Observed<Estimate> {
  if (spent.state !== 'ok') return spent
  if (difference.state !== 'ok') return difference
  const [value, low, high] = [-difference.value.value, -difference.value.high, -difference.value.low]
  if (!(value > 0)) return absent('a request of the student saves nothing')
  if (!(low > 0)) return absent('it is not clear that a request of the student saves anything')
  const total = spent.value.value
  return estimate(
    { value: total / value, low: total / high, high: total / low, level: difference.value.level },
    {
      n: difference.value.n,
      unit: 'count',
      origin: weakestOrigin(spent.value.origin, difference.value.origin),
      method: `distillation (${spent.value.how}) ÷ saving per request; ${difference.value.method}`,
    },
  )
}

function daysAt(crossing: Observed<Estimate>, perDay: number): Observed<Range> {
  if (crossing.state !== 'ok') return crossing
  const { value, low, high } = crossing.value
  return { state: 'ok', value: { value: value / perDay, low: low / perDay, high: high / perDay } }
}

/** From nothing to twice the crossing; where the student never gets there, to a million requests. */
function curveOf(
  spent: LifecycleRow['spent'],
  teacher: Observed<Estimate>,
  difference: Observed<Estimate>,
  crossing: Observed<Estimate>,
): LifecycleRow['curve'] {
  if (spent.state !== 'ok') return spent
  if (teacher.state !== 'ok') return teacher
  if (difference.state !== 'ok') return difference
  const most = crossing.state === 'ok' ? 2 * crossing.value.value : NEVER
  const [each, start, { value, low, high }] = [teacher.value.value, spent.value.value, difference.value]
  const points = Array.from({ length: POINTS + 1 }, (_, i) => {
    const requests = (most * i) / POINTS
    const after = (more: number): number => start + requests * (each + more)
    return { requests, teacher: requests * each, student: { value: after(value), low: after(low), high: after(high) } }
  })
  return { state: 'ok', value: points }
}

const NEVER = 1_000_000
