/** The tables as facts: percentages become ratios, blended prices are computed, and a figure that is not given becomes no fact at all. */
import { blendedPrice, type Fact } from '../../harness/index.ts'
import { R1_README, R1_README_DISTILLED, type Source } from './sources.ts'
import {
  ITEMS,
  LIST_PRICES,
  OTHERS,
  PRESS_PRICES,
  RIVAL_TABLE,
  RIVALS,
  SECOND_OPINIONS,
  STUDENT_COLUMNS,
  STUDENT_TABLE,
  USED_ALL_THE_SAME,
  type Cell,
  type ListPrice,
} from './tables.ts'

export const facts: readonly Fact[] = [
  ...RIVAL_TABLE.flatMap(([benchmark, metric, ...values]) => RIVALS.flatMap((model, i) => score(model, benchmark, metric, values[i] ?? '–', R1_README))),
  ...STUDENT_TABLE.flatMap(([model, ...values]) =>
    STUDENT_COLUMNS.flatMap(([benchmark, metric], i) => score(model, benchmark, metric, values[i] ?? '–', R1_README_DISTILLED)),
  ),
  ...SECOND_OPINIONS.flatMap(([model, benchmark, metric, value, source, mark, note]) => score(model, benchmark, metric, value, source, { mark, note })),
  ...LIST_PRICES.flatMap(priceFacts),
  ...PRESS_PRICES,
  ...OTHERS,
]

// --- internal ---

function score(
  model: string,
  benchmark: string,
  metric: string,
  value: Cell,
  source: Source,
  extra: { mark?: '*' | undefined; note?: string | undefined } = {},
): Fact[] {
  if (value === '–') return []
  const share = metric === 'accuracy' || metric === 'consensus'
  const items = share ? ITEMS[benchmark] : undefined
  const preferred = extra.mark === '*' || (source === R1_README && USED_ALL_THE_SAME.includes(`${model} ${benchmark} ${metric}`))
  return [
    {
      model,
      workload: benchmark,
      metric,
      value: share ? Number((value / 100).toFixed(4)) : value,
      unit: share ? 'ratio' : metric === 'rating' ? 'rating' : 'percentile',
      ...(items === undefined ? {} : { n: items }),
      ...source,
      ...(extra.note === undefined ? {} : { note: extra.note }),
      ...(preferred ? { preferred: true } : {}),
    },
  ]
}

function priceFacts({ model, input, cached, output, source, until, used, note }: ListPrice): Fact[] {
  const common = {
    model,
    unit: 'USD/Mtoken',
    ...source,
    ...(until === undefined ? {} : { until }),
    ...(used === true ? { preferred: true } : {}),
    ...(note === undefined ? {} : { note }),
  } as const
  const blended = Number(blendedPrice({ input, output }).toFixed(6))
  return [
    { ...common, id: priceId(model, 'input', until), metric: 'price-input', value: input },
    ...(cached === '–' ? [] : [{ ...common, metric: 'price-cached-input', value: cached }]),
    { ...common, id: priceId(model, 'output', until), metric: 'price-output', value: output },
    {
      ...common,
      id: priceId(model, 'blended', until),
      metric: 'price-blended',
      value: blended,
      source: `computed, (3 × input + output) ÷ 4, from: ${source.source}`,
    },
  ]
}

/** `o1-blended`; the price that ended on a day has the day in its id. */
function priceId(model: string, what: string, until: string | undefined): string {
  return until === undefined ? `${model}-${what}` : `${model}-${what}-until-${until}`
}
