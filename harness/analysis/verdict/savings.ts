/** What the student saves, from the paired comparisons; and how many answers pay for its distillation. */
import { hourlyUsd } from '../../price.ts'
import type { BreakEven, Estimate, ModelSummary, Observed, Origin, RatioRow, Saving, Unit } from '../../types.ts'
import { weakestOrigin } from '../../units.ts'
import { absent, estimate } from '../observed.ts'

/** For each workload and kind the first metric, under the first load, that has a paired ratio. */
export function savingsOf(ratios: readonly RatioRow[], run: string, student: string): Saving[] {
  const own = ratios.filter((row) => row.run === run && row.model === student && row.slice === '' && row.workload !== '' && row.pairs > 0)
  const workloads = [...new Set(own.map(({ workload }) => workload))]
  return workloads.flatMap((workload) =>
    KINDS.flatMap(({ kind, metrics }): Saving[] => {
      const rows = metrics.flatMap((metric) => own.filter((row) => row.workload === workload && row.metric === metric))
      const row = rows.find(({ ratio }) => ratio.state === 'ok') ?? rows[0]
      if (row === undefined) return []
      const { load, metric } = row
      return [
        {
          workload,
          load,
          kind,
          metric,
          perCorrect: metric.endsWith('-per-correct'),
          share: mapped(row.ratio, (one) => 1 - one),
          difference: mapped(row.difference, (one) => -one),
        },
      ]
    }),
  )
}

/** Money and energy of the distillation, by the student's card, against the saving per correct answer of each workload. */
export function breakEvenOf(savings: readonly Saving[], student: ModelSummary, teacher: ModelSummary): BreakEven[] {
  return savings.flatMap(({ kind, workload, load, perCorrect, difference }): BreakEven[] => {
    if (kind === 'latency' || !perCorrect) return []
    const spent = spentOn(kind, student, teacher)
    return [{ workload, load, kind, spent, answers: answersOf(spent, difference) }]
  })
}

// --- internal ---

const KINDS: readonly { kind: Saving['kind']; metrics: readonly string[] }[] = [
  { kind: 'cost', metrics: ['cost-per-correct', 'cost-per-mtoken'] },
  { kind: 'energy', metrics: ['energy-per-correct', 'energy-per-token'] },
  { kind: 'latency', metrics: ['latency'] },
]

/** A falling function of the value turns the ends of the interval around. */
function mapped(observed: Observed<Estimate>, of: (value: number) => number): Observed<Estimate> {
  if (observed.state !== 'ok') return observed
  const { value, low, high } = observed.value
  return { state: 'ok', value: { ...observed.value, value: of(value), low: of(high), high: of(low) } }
}

type Spent = BreakEven['spent']

/** What the student took to make, where something was made: the same model in two runs, or behind two engines, was paid for once. */
export function spentOn(kind: 'cost' | 'energy', student: ModelSummary, teacher: ModelSummary): Spent {
  const [own, other] = [student.card?.training, teacher.card?.training]
  if (own !== undefined && JSON.stringify(own) === JSON.stringify(other)) return absent('both are of one training: no distillation lies between them')
  return kind === 'cost' ? moneySpent(student) : energySpent(student)
}

/** Cost of the training by the model card, or its time at the hourly price. */
export function moneySpent({ card, price }: ModelSummary): Spent {
  const training = card?.training
  if (training === undefined) return absent('the model card does not tell of its training')
  if (training.costUsd !== undefined) return known(training.costUsd, 'USD')
  const { gpuHours } = training
  if (gpuHours?.usdPerHour !== undefined) return known(timesHours(gpuHours, gpuHours.usdPerHour, 'USD an hour'), 'USD')
  if (training.seconds === undefined)
    return absent(
      gpuHours === undefined
        ? 'the model card tells neither the cost nor the time of its training'
        : 'the model card tells the GPU hours of its training and not what an hour costs',
    )
  if (price === undefined || price.kind === 'token') return absent('the model card tells no cost of its training, and there is no hourly price to work it out')
  const how = `${Math.round(training.seconds)} s of training by the model card, at the hourly price of the run (${Number(hourlyUsd(price).toPrecision(4))} USD)`
  return { state: 'ok', value: { value: (training.seconds * hourlyUsd(price)) / 3600, unit: 'USD', origin: 'estimated', how } }
}

function energySpent({ card }: ModelSummary): Spent {
  const { energyJ, gpuHours } = card?.training ?? {}
  if (energyJ !== undefined) return known(energyJ, 'J')
  if (gpuHours?.watts !== undefined) return known(timesHours(gpuHours, 3600 * gpuHours.watts, 'J an hour'), 'J')
  return absent('the model card does not tell the energy of its training')
}

/** A product of a quoted and another figure is an estimate at best. */
function timesHours({ value, origin, how }: { value: number; origin: Origin; how: string }, each: number, unit: string): Parameters<typeof known>[0] {
  return {
    value: value * each,
    origin: weakestOrigin('estimated', origin),
    how: `${Number(value.toPrecision(4))} GPU hours (${how}) × ${Number(each.toPrecision(4))} ${unit}`,
  }
}

function known({ value, origin, how }: { value: number; origin: Origin; how: string }, unit: Unit): Spent {
  return { state: 'ok', value: { value, unit, origin, how } }
}

function answersOf(spent: Spent, difference: Observed<Estimate>): Observed<Estimate> {
  if (spent.state !== 'ok') return spent
  if (difference.state !== 'ok') return difference
  const { value, low, high, n, origin, level } = difference.value
  if (!(value > 0)) return absent('a correct answer of the student saves nothing')
  if (!(low > 0)) return absent('it is not clear that a correct answer of the student saves anything')
  const cost = spent.value.value
  return estimate(
    { value: cost / value, low: cost / high, high: cost / low, level },
    { n, unit: 'count', origin: weakestOrigin(spent.value.origin, origin), method: `distillation (${spent.value.how}) ÷ saving per correct answer` },
  )
}
