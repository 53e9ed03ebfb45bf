/** From the figures of a run to machines, power, money and carbon at a demand; docs/cost.md has the formulae. */
import { HOURS_PER_YEAR, hourlyUsd } from '../price.ts'
import type { Analysis, Estimate, ModelSummary, Observed, Projection, ProjectionInput, Range, ServedBy } from '../types.ts'
import { absent } from './observed.ts'
import { moneySpent } from './verdict/savings.ts'

/** All models of the first run under the load where the teacher is fastest; routing where the run allows it. */
export function project(analysis: Analysis, input: ProjectionInput): Projection {
  const run = analysis.runs[0]!.id
  const models = analysis.models.filter((model) => model.run === run)
  const teacher = models.find(({ role }) => role === 'teacher') ?? models[0]!
  const place = busiest(analysis, run, teacher.id)
  const of = (model: string, metric: string): Observed<Estimate> => rowOf(analysis, { run, model, metric, ...place })
  const requests = requestsOf(input, of(teacher.id, 'output-tokens'))
  const alone = models.map((model) => servedBy(model, of, input, requests))
  const base = alone.find(({ id }) => id === teacher.id)!
  const served = [...alone, ...routed(analysis, run, alone, base, input)].map((one) => ({ ...one, paybackDays: payback(one, base) }))
  return { run, ...place, input, served, assumptions: [...assumptionsOf(input, place), ...energyOrigin(of, teacher.id)] }
}

export const range = (value: number): Range => ({ value, low: value, high: value })

// --- internal ---

const NOT_POSITIVE = 'it saves nothing against the teacher'

interface Place {
  workload: string
  load: string
}

function busiest(analysis: Analysis, run: string, teacher: string): Place {
  const rows = analysis.rows.filter((row) => row.run === run && row.model === teacher && row.metric === 'throughput' && row.slice === '')
  const best = rows.reduce<{ place: Place; speed: number } | undefined>((most, { workload, load, estimate }) => {
    if (estimate.state !== 'ok' || estimate.value.value <= (most?.speed ?? 0)) return most
    return { place: { workload, load }, speed: estimate.value.value }
  }, undefined)
  return best?.place ?? { workload: '', load: '' }
}

function rowOf({ rows }: Analysis, want: { run: string; model: string; metric: string } & Place): Observed<Estimate> {
  const row = rows.find(
    (one) =>
      one.slice === '' &&
      one.run === want.run &&
      one.model === want.model &&
      one.metric === want.metric &&
      one.workload === want.workload &&
      one.load === want.load,
  )
  return row?.estimate ?? absent(`the run has no ${want.metric.replaceAll('-', ' ')} of it`)
}

function energyOrigin(of: Of, teacher: string): string[] {
  const energy = of(teacher, 'energy-per-token')
  return energy.state === 'ok' && energy.value.origin !== 'measured' ? [`energy, and so power and CO2, is ${energy.value.origin}, not measured`] : []
}

/** Requests a day; a demand in tokens is in those of the teacher, so that all models answer the same requests. */
function requestsOf({ demand }: ProjectionInput, tokens: Observed<Estimate>): Observed<Range> {
  if (demand.kind === 'power') return absent('the demand is what the power allows')
  if (demand.kind === 'requests') return ok(range(demand.perDay))
  return map([tokens], ([each]) => divide(range(demand.perDay), each!))
}

type Of = (model: string, metric: string) => Observed<Estimate>

function servedBy(model: ModelSummary, of: Of, input: ProjectionInput, demanded: Observed<Range>): ServedBy {
  const { id, name, role } = model
  const [each, speed, energy] = [of(id, 'output-tokens'), of(id, 'throughput'), of(id, 'energy-per-token')]
  const { demand, pue, peakToMean, utilisation, redundancy } = input
  const ofTeacher = demand.kind === 'tokens' && role === 'teacher'
  const tokensPerDay =
    demand.kind === 'power'
      ? map([energy], ([joules]) => divide(range((demand.watts / pue / peakToMean) * DAY), joules!))
      : ofTeacher
        ? ok(range(demand.perDay))
        : map([demanded, each], ([requests, tokens]) => times(requests!, tokens!))
  const requestsPerDay = demand.kind === 'power' ? map([tokensPerDay, each], ([tokens, one]) => divide(tokens!, one!)) : demanded
  const machines = map([tokensPerDay, speed], ([tokens, perSecond]) =>
    scale(divide(tokens!, perSecond!), (peakToMean * (1 + redundancy)) / (DAY * utilisation)),
  )
  const watts = map([tokensPerDay, energy], ([tokens, joules]) => scale(times(tokens!, joules!), pue / DAY))
  const money = moneyOf(model, of, input, { tokensPerDay, machines, watts })
  return complete({ id, name, role, requestsPerDay, tokensPerDay, machines, watts, ...money, spentUsd: spentOf(model) }, input)
}

type Parts = Omit<ServedBy, 'tonnesPerYear' | 'curve' | 'paybackDays'>

function complete(parts: Parts, { gramsPerKwh, growth, years }: ProjectionInput): ServedBy {
  const tonnesPerYear = map([parts.watts], ([watts]) => scale(watts!, (HOURS_PER_YEAR / 1000) * (gramsPerKwh / 1e6)))
  const start = parts.spentUsd.state === 'ok' ? parts.spentUsd.value : 0
  const curve = parts.usdPerYear
  const points: ServedBy['curve'] =
    curve.state === 'ok'
      ? {
          state: 'ok',
          value: Array.from({ length: years + 1 }, (_, year) => ({ year, usd: plus(scale(curve.value, sumOfYears(growth, year)), range(start)) })),
        }
      : curve
  return { ...parts, tonnesPerYear, curve: points, paybackDays: absent('not a student') }
}

/** 1 + (1 + g) + (1 + g)² …: what the demand of so many years is to that of the first. */
function sumOfYears(growth: number, years: number): number {
  return Array.from({ length: years }, (_, year) => (1 + growth) ** year).reduce((sum, one) => sum + one, 0)
}

function moneyOf(
  model: ModelSummary,
  of: Of,
  { usdPerKwh, demand }: ProjectionInput,
  { tokensPerDay, machines, watts }: Pick<ServedBy, 'tokensPerDay' | 'machines' | 'watts'>,
): Pick<ServedBy, 'usdPerYear' | 'usdHow'> {
  const { price } = model
  if (price?.kind === 'token') {
    const usd = map([tokensPerDay, of(model.id, 'cost-per-mtoken')], ([tokens, perMillion]) => scale(times(tokens!, perMillion!), YEAR / 1e6))
    return { usdPerYear: usd, usdHow: 'list price' }
  }
  if (price !== undefined) {
    const hour = hourlyUsd({ ...price, utilisation: 1 })
    return {
      usdPerYear: map([machines], ([count]) => scale(count!, hour * HOURS_PER_YEAR)),
      usdHow: `${price.kind === 'owned' ? 'owned' : 'rented'} hardware, power included`,
    }
  }
  const blended = of(model.id, 'price-blended')
  if (blended.state === 'ok' && demand.kind === 'tokens') {
    return { usdPerYear: ok(range((demand.perDay * YEAR * blended.value.value) / 1e6)), usdHow: 'as many tokens at the quoted 3:1 price' }
  }
  if (usdPerKwh !== undefined && watts.state === 'ok')
    return { usdPerYear: ok(scale(watts.value, (HOURS_PER_YEAR / 1000) * usdPerKwh)), usdHow: 'electricity alone' }
  return { usdPerYear: absent('it has no price: give one in the suite, or --kwh-price for the electricity'), usdHow: '' }
}

function spentOf(model: ModelSummary): Observed<number> {
  if (model.role !== 'student') return absent('it is there already')
  const spent = moneySpent(model)
  return spent.state === 'ok' ? { state: 'ok', value: spent.value.value } : spent
}

/** Every request to the student, and a share of them to the teacher too. */
function routed(analysis: Analysis, run: string, alone: readonly ServedBy[], teacher: ServedBy, input: ProjectionInput): ServedBy[] {
  if (input.demand.kind === 'power') return []
  return alone.flatMap((student): ServedBy[] => {
    const rows = analysis.routing.filter((row) => row.run === run && row.student === student.id)
    const found = rows.flatMap(({ result }) => (result.state === 'ok' ? [result.value.chosen] : []))
    const best = found.filter(({ decision }) => decision === 'replace')[0] ?? found[0]
    if (student.role !== 'student' || best === undefined) return []
    const both = (name: 'tokensPerDay' | 'machines' | 'watts' | 'usdPerYear'): Observed<Range> =>
      map([student[name], teacher[name]], ([own, base]) => plus(own!, times(base!, best.escalated)))
    const parts = {
      requestsPerDay: student.requestsPerDay,
      tokensPerDay: both('tokensPerDay'),
      machines: both('machines'),
      watts: both('watts'),
      usdPerYear: both('usdPerYear'),
    }
    return [
      complete(
        {
          id: `${student.id}+routing`,
          name: `${student.name}, teacher on doubt`,
          role: 'routed',
          ...parts,
          usdHow: student.usdHow,
          spentUsd: student.spentUsd,
        },
        input,
      ),
    ]
  })
}

function payback(one: ServedBy, teacher: ServedBy): Observed<Range> {
  if (one.id === teacher.id || (one.role !== 'student' && one.role !== 'routed')) return absent('not a student')
  if (one.spentUsd.state !== 'ok') return one.spentUsd
  const saved = map([teacher.usdPerYear, one.usdPerYear], ([base, own]) => ({
    value: base!.value - own!.value,
    low: base!.low - own!.high,
    high: base!.high - own!.low,
  }))
  if (saved.state !== 'ok') return saved
  const { value, low, high } = saved.value
  if (!(value > 0)) return absent(NOT_POSITIVE)
  if (!(low > 0)) return absent('it is not clear that it saves anything')
  const spent = one.spentUsd.value * YEAR
  return ok({ value: spent / value, low: spent / high, high: spent / low })
}

function assumptionsOf(input: ProjectionInput, { workload, load }: Place): string[] {
  const percent = (share: number): string => `${Number((100 * share).toPrecision(3))}%`
  return [
    ...(load === ''
      ? ['nothing was measured: only what quoted prices allow is given']
      : [`speed, tokens per request and energy as measured on ${workload} under the load ${load}; one machine is the deployment that was measured`]),
    ...(input.demand.kind === 'tokens'
      ? ['tokens are output tokens as the teacher writes them; the others answer the same requests with their own number of tokens']
      : []),
    `peak ÷ mean demand ${input.peakToMean}, ${percent(input.utilisation)} of the measured speed kept up at the peak, ${percent(input.redundancy)} spare machines`,
    `PUE ${input.pue}; energy as the meter saw it, which for a meter of the GPU leaves out the rest of the machine; idle power of machines beyond the mean demand is not in it`,
    `${input.gramsPerKwh} g of CO2 per kWh (${input.gridSource})`,
    ...(input.usdPerKwh === undefined ? [] : [`${input.usdPerKwh} USD per kWh, for models without a price`]),
    `demand grows by ${percent(input.growth)} a year`,
    'ranges take every figure at the end of its 95% interval at once, so they are wider than an interval of the whole',
  ]
}

const DAY = 86_400
const YEAR = 365

function ok<T>(value: T): { state: 'ok'; value: T } {
  return { state: 'ok', value }
}

/** The first reason why a part is missing, or what is made of all of them. */
function map(parts: readonly Observed<Range>[], of: (values: readonly Range[]) => Range): Observed<Range> {
  const values: Range[] = []
  for (const part of parts) {
    if (part.state !== 'ok') return part
    values.push({ value: part.value.value, low: part.value.low, high: part.value.high })
  }
  const made = of(values)
  return [made.value, made.low, made.high].every(Number.isFinite) ? ok(made) : absent('the figures of the run do not allow a finite value')
}

const scale = ({ value, low, high }: Range, by: number): Range => ({ value: value * by, low: low * by, high: high * by })
const times = (a: Range, b: Range): Range => ({ value: a.value * b.value, low: a.low * b.low, high: a.high * b.high })
const divide = (a: Range, b: Range): Range => ({ value: a.value / b.value, low: a.low / b.high, high: a.high / b.low })
const plus = (a: Range, b: Range): Range => ({ value: a.value + b.value, low: a.low + b.low, high: a.high + b.high })
