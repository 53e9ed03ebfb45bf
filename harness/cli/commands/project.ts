import { formatFactor } from '../../../reports/format.ts'
import { wrap } from '../../../reports/text.ts'
import { EXIT, HarnessError } from '../../errors.ts'
import type { Observed, Projection, ProjectionInput, Range, ServedBy } from '../../types.ts'
import type { Arguments } from '../arguments.ts'
import { command } from '../command.ts'
import { textTable } from '../format.ts'
import { jsonText } from '../io.ts'
import { resolveRun } from '../runs.ts'

export default command('project', async (args, { io }) => {
  const input = inputOf(args)
  const { readRun } = await import('../../run/index.ts')
  const { analyse } = await import('../../analysis/index.ts')
  const { project } = await import('../../analysis/projection.ts')
  const run = await readRun(await resolveRun(args.run, args.runs), { out: args.runs, texts: false })
  const projection = project(analyse([run]), input)
  await io.result(args.json ? jsonText(projection) : projectionText(projection, io.stdout.width))
  return EXIT.ok
})

// --- internal ---

function inputOf(args: Arguments<'project'>): ProjectionInput {
  const asked = [args['tokens-per-day'], args['requests-per-day'], args.power].filter((one) => one !== undefined)
  if (asked.length !== 1) throw new HarnessError('usage', 'command project needs one demand: --tokens-per-day, --requests-per-day or --power')
  const pue = args.pue ?? 1
  const [utilisation, peakToMean] = [args.utilisation ?? 1, args['peak-to-mean'] ?? 1]
  if (pue < 1) throw new HarnessError('usage', `option --pue is the power of the site ÷ that of its computers, so at least 1, and was given ${pue}`)
  if (!(utilisation > 0 && utilisation <= 1)) throw new HarnessError('usage', `option --utilisation is above 0 and at most 1, and was given ${utilisation}`)
  if (peakToMean < 1) throw new HarnessError('usage', `option --peak-to-mean is at least 1, and was given ${peakToMean}`)
  const tokens = args['tokens-per-day']
  const perDay = tokens ?? args['requests-per-day'] ?? 0
  if (args.power === undefined && perDay === 0) throw new HarnessError('usage', 'a demand of 0 needs nothing; give a number above 0')
  if ((args.years ?? 3) > 100) throw new HarnessError('usage', `option --years is at most 100, and was given ${args.years}`)
  return {
    demand: args.power === undefined ? { kind: tokens === undefined ? 'requests' : 'tokens', perDay } : { kind: 'power', watts: wattsOf(args.power) },
    pue,
    ...(args['kwh-price'] === undefined ? {} : { usdPerKwh: args['kwh-price'] }),
    gramsPerKwh: args['grid-intensity'] ?? GRID.grams,
    gridSource: args['grid-intensity'] === undefined ? GRID.source : 'as given',
    growth: args.growth ?? 0,
    years: args.years ?? 3,
    utilisation,
    redundancy: args.redundancy ?? 0,
    peakToMean,
  }
}

/** Read in Statista’s copy of Ember’s data, dated 2024-07-03. */
const GRID = { grams: 481, source: 'mean of the world in 2023, Ember, 2024-07-03' }

const POWERS: Readonly<Record<string, number>> = { w: 1, kw: 1e3, mw: 1e6, gw: 1e9 }

function wattsOf(text: string): number {
  const match = /^(\d{1,12}(?:\.\d{1,6})?) ?([kMG]?W)$/i.exec(text)
  const watts = Number(match?.[1]) * (POWERS[match?.[2]?.toLowerCase() ?? ''] ?? Number.NaN)
  if (!(watts > 0)) throw new HarnessError('usage', `option --power is a power such as 10GW, 300MW or 50kW, and was given "${text}"`)
  return watts
}

function projectionText({ run, input, served, assumptions }: Projection, width: number): string {
  const { demand } = input
  const asked = demand.kind === 'power' ? `What ${watts(demand.watts)} would serve` : `Serving ${big(demand.perDay)} ${demand.kind} a day`
  const head =
    demand.kind === 'power' ? ['model', 'requests/day', 'tokens/day', 'machines'] : ['model', 'machines', 'power', '$/year', 't CO2/year', 'pays back']
  const rows = served.flatMap((one) => {
    const figures: readonly Figure[] =
      demand.kind === 'power'
        ? [
            [one.requestsPerDay, big],
            [one.tokensPerDay, big],
            [one.machines, machines],
          ]
        : [
            [one.machines, machines],
            [one.watts, watts],
            [one.usdPerYear, usd],
            [one.tonnesPerYear, big],
            [one.paybackDays, days],
          ]
    if (figures.every(([figure]) => figure.state !== 'ok')) return []
    const ends = figures.map(rangeCell)
    return [[one.id, ...figures.map(valueCell)], ...(ends.some((end) => end !== '') ? [['  95% ends', ...ends]] : [])]
  })
  const notes = [...missing(served), ...assumptions]
  const words = comparison(served, demand.kind === 'power')
  return [
    `${asked}, by run ${run}\n\n${rows.length === 0 ? 'The run allows no figure; why stands below.\n' : textTable(head, rows, Math.max(width, 110))}`,
    ...(words.length === 0 ? [] : [`${words.join('\n')}\n`]),
    `Assumptions and what is missing:\n${notes
      .map((note) =>
        wrap(note, Math.max(20, width - 4))
          .map((line, i) => `${i === 0 ? '  - ' : '    '}${line}`)
          .join('\n'),
      )
      .join('\n')}\n`,
  ].join('\n')
}

/** "small: 3.1 times fewer machines than teacher". */
function comparison(served: readonly ServedBy[], inverse: boolean): string[] {
  const teacher = served.find(({ role }) => role === 'teacher')
  if (teacher === undefined) return []
  return served.flatMap((one) => {
    if (one === teacher) return []
    const parts = inverse
      ? [ratio(one.requestsPerDay, teacher.requestsPerDay, 'more requests', 'fewer requests')]
      : [
          ratio(one.machines, teacher.machines, 'more machines', 'fewer machines'),
          ratio(one.watts, teacher.watts, 'more power', 'less power'),
          ratio(one.usdPerYear, teacher.usdPerYear, 'more money', 'less money'),
        ]
    const known = parts.flat()
    return known.length === 0 ? [] : [`${one.id}: ${known.join(', ')} than ${teacher.id}`]
  })
}

function ratio(own: Observed<Range>, base: Observed<Range>, more: string, less: string): string[] {
  if (own.state !== 'ok' || base.state !== 'ok' || !(own.value.value > 0) || !(base.value.value > 0)) return []
  const factor = own.value.value / base.value.value
  return [factor >= 1 ? `${formatFactor(round(factor, 2))} times ${more}` : `${formatFactor(round(1 / factor, 2))} times ${less}`]
}

/** Why a figure is not there, once for each reason. */
function missing(served: readonly ServedBy[]): string[] {
  const names = new Map<string, Set<string>>()
  for (const { id, machines: count, watts: power, usdPerYear, requestsPerDay } of served)
    for (const one of [count, power, usdPerYear, requestsPerDay])
      if (one.state !== 'ok') {
        const why = one.state === 'absent' ? one.why : one.error.message
        names.set(why, (names.get(why) ?? new Set()).add(id))
      }
  return [...names].filter(([why]) => why !== 'the demand is what the power allows').map(([why, ids]) => `missing for ${few([...ids])}: ${why}`)
}

function few(names: readonly string[]): string {
  return names.length <= 4 ? names.join(', ') : `${names.slice(0, 3).join(', ')} and ${names.length - 3} more`
}

type Figure = readonly [figure: Observed<Range>, show: (value: number) => string]

function valueCell([figure, show]: Figure): string {
  return figure.state === 'ok' ? show(figure.value.value) : '—'
}

function rangeCell([figure, show]: Figure): string {
  if (figure.state !== 'ok' || figure.value.low === figure.value.high) return ''
  return `${show(figure.value.low)} to ${show(figure.value.high)}`
}

const round = (value: number, digits: number): number => Number(value.toPrecision(digits))
const machines = (count: number): string => big(Math.ceil(round(count, 3)))
const usd = (value: number): string => `$${big(value)}`
const days = (value: number): string => (value < 1 ? 'in a day' : `${big(Math.ceil(value))} days`)
const watts = (value: number): string =>
  steps(value, [
    [1e9, 'GW'],
    [1e6, 'MW'],
    [1e3, 'kW'],
    [0, 'W'],
  ])
const big = (value: number): string =>
  steps(value, [
    [1e15, 'quadrillion'],
    [1e12, 'trillion'],
    [1e9, 'billion'],
    [1e6, 'million'],
    [0, ''],
  ])

/** Two or three digits are all that a projection has. */
function steps(value: number, units: readonly (readonly [number, string])[]): string {
  const [from, name] = units.find(([least]) => value >= least) ?? units.at(-1)!
  const shown = round(value / (from || 1), 3).toLocaleString('en-US', { maximumSignificantDigits: 3 })
  return name === '' ? shown : `${shown} ${name}`
}
