/**
 * The figures, as tables to be read and checked against their sources. Percentages are written as in the source; `–` is a
 * figure that the source does not give. facts.ts makes facts of them.
 */
import type { Fact } from '../../harness/index.ts'
import {
  DEEPSEEK_PRICES,
  DEEPSEEK_PROMOTION,
  OPENAI_PRICES,
  PRESS,
  R1_NATURE,
  R1_PAPER,
  R1_README_DISTILLED,
  R1_README_SIZES,
  SIMPLE_EVALS,
  V3_PAPER,
  V3_README,
  WIRED,
  type Source,
} from './sources.ts'

export type Cell = number | '–'

/** Benchmarks with the number of their questions, where it is fixed; intervals in the report come from it. */
export const ITEMS: Record<string, number> = { 'AIME-2024': 30, 'MATH-500': 500, 'GPQA-Diamond': 198, MMLU: 14_042, 'SWE-bench-Verified': 500 }

// ---- accuracy: R1 and those it is compared with

export const RIVALS = ['deepseek-r1', 'o1', 'o1-mini', 'deepseek-v3', 'gpt-4o', 'claude-3.5-sonnet'] as const
// prettier-ignore
export const RIVAL_TABLE: readonly (readonly [benchmark: string, metric: string, ...Cell[]])[] = [
  //                                      R1    o1  o1-mini  V3  GPT-4o Claude
  ['AIME-2024',          'accuracy',    79.8, 79.2,  63.6, 39.2,   9.3, 16.0],
  ['MATH-500',           'accuracy',    97.3, 96.4,  90.0, 90.2,  74.6, 78.3],
  ['GPQA-Diamond',       'accuracy',    71.5, 75.7,  60.0, 59.1,  49.9, 65.0],
  ['MMLU',               'accuracy',    90.8, 91.8,  85.2, 88.5,  87.2, 88.3],
  ['SWE-bench-Verified', 'accuracy',    49.2, 48.9,  41.6, 42.0,  38.8, 50.8],
  ['LiveCodeBench',      'accuracy',    65.9, 63.4,  53.8,  '–',  34.2, 33.8],
  ['Codeforces',         'percentile',  96.3, 96.6,  93.4, 58.7,  23.6, 20.3],
  ['Codeforces',         'rating',      2029, 2061,  1820, 1134,   759,  717],
]

/** Figures of this table that another source contradicts and that are used all the same. */
export const USED_ALL_THE_SAME: readonly string[] = ['deepseek-v3 Codeforces percentile']

// ---- accuracy: the six students, and the rows that the same table gives for others

export const STUDENT_COLUMNS = [
  ['AIME-2024', 'accuracy'],
  ['AIME-2024', 'consensus'],
  ['MATH-500', 'accuracy'],
  ['GPQA-Diamond', 'accuracy'],
  ['LiveCodeBench', 'accuracy'],
  ['Codeforces', 'rating'],
] as const
// prettier-ignore
export const STUDENT_TABLE: readonly (readonly [model: string, ...number[]])[] = [
  //                       AIME 2024
  //                      pass@1 cons@64 MATH  GPQA   LCB rating
  ['r1-distill-qwen-1.5b',  28.9,  52.7, 83.9, 33.8, 16.9,  954],
  ['r1-distill-qwen-7b',    55.5,  83.3, 92.8, 49.1, 37.6, 1189],
  ['r1-distill-llama-8b',   50.4,  80.0, 89.1, 49.0, 39.6, 1205],
  ['r1-distill-qwen-14b',   69.7,  80.0, 93.9, 59.1, 53.1, 1481],
  ['r1-distill-qwen-32b',   72.6,  83.3, 94.3, 62.1, 57.2, 1691],
  ['r1-distill-llama-70b',  70.0,  86.7, 94.5, 65.2, 57.5, 1633],
  ['qwq-32b-preview',       44.0,  60.0, 90.6, 54.5, 41.9, 1316],
]

// ---- the same figures from other sources, whether they agree or not; `*` marks the one that tables use

export const SECOND_OPINIONS: readonly (readonly [
  model: string,
  benchmark: string,
  metric: string,
  value: number,
  source: Source,
  mark?: '*' | undefined,
  note?: string,
])[] = [
  [
    'gpt-4o',
    'LiveCodeBench',
    'accuracy',
    32.9,
    R1_README_DISTILLED,
    '*',
    'the same README gives 34.2 in its first table; table 4 of the paper agrees with 32.9',
  ],
  ['gpt-4o', 'LiveCodeBench', 'accuracy', 33.4, V3_README, undefined, 'with chain of thought; without it 34.2, the figure of R1’s first table'],
  [
    'claude-3.5-sonnet',
    'LiveCodeBench',
    'accuracy',
    38.9,
    R1_README_DISTILLED,
    '*',
    'the same README gives 33.8 in its first table; table 4 of the paper agrees with 38.9',
  ],
  ['claude-3.5-sonnet', 'LiveCodeBench', 'accuracy', 36.3, V3_README, undefined, 'with chain of thought; without it 32.8'],
  ['deepseek-v3', 'LiveCodeBench', 'accuracy', 36.2, R1_PAPER, '*', 'blank in R1’s README'],
  ['deepseek-v3', 'LiveCodeBench', 'accuracy', 40.5, V3_README, undefined, 'with chain of thought; without it 37.6'],
  ['deepseek-v3', 'Codeforces', 'percentile', 51.6, V3_README],
  ['gpt-4o', 'AIME-2024', 'consensus', 13.4, R1_README_DISTILLED],
  ['claude-3.5-sonnet', 'AIME-2024', 'consensus', 26.7, R1_README_DISTILLED],
  ['o1-mini', 'AIME-2024', 'consensus', 80.0, R1_README_DISTILLED],
  ['o1', 'MMLU', 'accuracy', 91.8, SIMPLE_EVALS],
  ['o1', 'GPQA-Diamond', 'accuracy', 75.7, SIMPLE_EVALS],
  ['o1', 'MATH-500', 'accuracy', 96.4, SIMPLE_EVALS],
  ['o1-mini', 'MMLU', 'accuracy', 85.2, SIMPLE_EVALS],
  ['o1-mini', 'GPQA-Diamond', 'accuracy', 60.0, SIMPLE_EVALS],
  ['o1-mini', 'MATH-500', 'accuracy', 90.0, SIMPLE_EVALS],
  ['gpt-4o', 'MMLU', 'accuracy', 87.2, SIMPLE_EVALS],
  ['gpt-4o', 'GPQA-Diamond', 'accuracy', 49.9, SIMPLE_EVALS],
  ['gpt-4o', 'MATH', 'accuracy', 76.6, SIMPLE_EVALS, undefined, 'the whole MATH test set, not MATH-500, on which DeepSeek reports 74.6'],
]

// ---- list prices, US dollars per million tokens; each holds from its date, some until another

export interface ListPrice {
  model: string
  input: number
  cached: Cell
  output: number
  source: Source
  until?: string
  used?: boolean
  note?: string
}
export const LIST_PRICES: readonly ListPrice[] = [
  { model: 'o1', input: 15, cached: 7.5, output: 60, source: { ...OPENAI_PRICES, date: '2024-12-17' }, used: true, note: 'still in force on 2025-02-28' },
  { model: 'o1-mini', input: 3, cached: '–', output: 12, source: OPENAI_PRICES, until: '2025-01-31' },
  { model: 'o1-mini', input: 1.1, cached: 0.55, output: 4.4, source: { ...OPENAI_PRICES, date: '2025-01-31' }, used: true },
  {
    model: 'gpt-4o',
    input: 2.5,
    cached: 1.25,
    output: 10,
    source: OPENAI_PRICES,
    used: true,
    note: 'price of the name gpt-4o; the benchmark figures are of its snapshot of 2024-05-13',
  },
  {
    model: 'deepseek-r1',
    input: 0.55,
    cached: 0.14,
    output: 2.19,
    source: DEEPSEEK_PRICES,
    used: true,
    note: 'deepseek-reasoner; still in force on 2025-02-28',
  },
  {
    model: 'deepseek-v3',
    input: 0.14,
    cached: '–',
    output: 0.28,
    source: DEEPSEEK_PROMOTION,
    until: '2025-02-08',
    note: 'promotion, until 16:00 UTC of its last day',
  },
  { model: 'deepseek-v3', input: 0.27, cached: 0.07, output: 1.1, source: { ...DEEPSEEK_PRICES, date: '2025-02-08' }, used: true },
]

// ---- sizes and training

export const OTHERS: readonly Fact[] = [
  { model: 'deepseek-r1', metric: 'parameters-total', value: 671e9, unit: 'parameter', ...R1_README_SIZES },
  { model: 'deepseek-r1', metric: 'parameters-active', value: 37e9, unit: 'parameter', ...R1_README_SIZES },
  {
    model: 'deepseek-v3',
    metric: 'parameters-total',
    value: 671e9,
    unit: 'parameter',
    ...described(V3_README),
    note: '685B on the model hub, with 14B of multi-token prediction',
  },
  { model: 'deepseek-v3', metric: 'parameters-active', value: 37e9, unit: 'parameter', ...described(V3_README) },
  ...Object.entries({ 'qwen-1.5b': 1.5, 'qwen-7b': 7, 'llama-8b': 8, 'qwen-14b': 14, 'qwen-32b': 32, 'llama-70b': 70 }).map(([name, billions]): Fact => ({
    model: `r1-distill-${name}`,
    metric: 'parameters-total',
    value: billions * 1e9,
    unit: 'parameter',
    ...R1_README_SIZES,
    note: 'nominal, from the name',
  })),
  {
    id: 'v3-training-cost',
    model: 'deepseek-v3',
    metric: 'training-cost',
    value: 5.576e6,
    unit: 'USD',
    ...V3_PAPER,
    preferred: true,
    note: '2.788 million H800 hours at an assumed rent of $2; the final run alone, without research, failed runs, data and staff',
  },
  {
    id: 'v3-training-cost-press',
    model: 'deepseek-v3',
    metric: 'training-cost',
    value: 5.57e6,
    unit: 'USD',
    ...PRESS,
    note: 'often said of R1; it is the cost of V3, cut to three figures',
  },
  {
    model: 'deepseek-v3',
    metric: 'training-time',
    value: 2.788e6,
    unit: 'h',
    ...V3_PAPER,
    note: 'H800 hours: pre-training 2.664 million, context extension 119 thousand, post-training 5 thousand',
  },
  {
    id: 'r1-training-cost',
    model: 'deepseek-r1',
    metric: 'training-cost',
    value: 294e3,
    unit: 'USD',
    ...R1_NATURE,
    note: 'on top of V3-Base, at an assumed rent of $2 per H800 hour: R1-Zero, data, R1',
  },
  {
    model: 'deepseek-r1',
    metric: 'training-time',
    value: 147e3,
    unit: 'h',
    ...R1_NATURE,
    note: 'H800 hours on top of V3-Base: R1-Zero about 101 thousand, data 5 thousand, R1 about 41 thousand',
  },
  {
    id: 'gpt-4-training-cost',
    model: 'gpt-4',
    metric: 'training-cost',
    value: 100e6,
    unit: 'USD',
    ...WIRED,
    preferred: true,
    note: 'a lower bound, and what it includes was not said; neither o1 nor GPT-4o has a published figure',
  },
  { id: 'gpt-4-training-cost-press', model: 'gpt-4', metric: 'training-cost', value: 100e6, unit: 'USD', ...PRESS },
]

// ---- the blended prices as the press had them

export const PRESS_PRICES: readonly Fact[] = [
  {
    id: 'o1-blended-press',
    model: 'o1',
    metric: 'price-blended',
    value: 26.25,
    unit: 'USD/Mtoken',
    ...PRESS,
    note: 'equal to the 3:1 blend of the list prices',
  },
  {
    id: 'r1-blended-press',
    model: 'deepseek-r1',
    metric: 'price-blended',
    value: 3,
    unit: 'USD/Mtoken',
    ...PRESS,
    note: 'not the blend of DeepSeek’s own list prices, which is 0.96',
  },
]

// --- internal ---

/** A source without its way of asking: a size has none. */
function described({ source, date, url }: Source): Omit<Source, 'protocol'> {
  return { source, date, ...(url === undefined ? {} : { url }) }
}
