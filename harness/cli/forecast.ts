/** What a plan will take, told from earlier runs of the same suite. Nothing is guessed: without a run there is no number. */
import { hourlyUsd, tokenBill } from '../price.ts'
import type { CellKey, LoadedSuite, Observed, Plan, StoredRun } from '../types.ts'

export interface CellForecast {
  id: string
  key: CellKey
  items: number
  /** Opening, warm-up and measuring, in milliseconds. */
  ms: Observed<number>
}
export interface ModelForecast {
  model: string
  ms: Observed<number>
  promptTokens: Observed<number>
  outputTokens: Observed<number>
  usd: Observed<number>
}
export interface Forecast {
  cells: readonly CellForecast[]
  models: readonly ModelForecast[]
  ms: Observed<number>
  usd: Observed<number>
}

/** The forecast of a plan. `runs` are earlier runs of the suite, newest first: the newest that knows a cell's kind is used. */
export function forecast(plan: Plan, suite: LoadedSuite['suite'], runs: readonly StoredRun[]): Forecast {
  const past = paceTable(runs)
  const cells = plan.cells.map(({ id, key, items }) => {
    const pace = past.get(kindOf(key))
    return { id, key, items: items.length, ms: pace ? known(pace.fixedMs + pace.msPerItem * items.length) : UNKNOWN }
  })
  const models = suite.models
    .filter(({ id }) => cells.some(({ key }) => key.model === id))
    .map((model) => {
      const own = cells.filter(({ key }) => key.model === model.id)
      const tokens = (name: 'promptTokens' | 'outputTokens'): Observed<number> => {
        return total(own.map(({ key, items }) => observed(past.get(kindOf(key)), (pace) => pace[name] * items)))
      }
      const ms = total(own.map((cell) => cell.ms))
      const [promptTokens, outputTokens] = [tokens('promptTokens'), tokens('outputTokens')]
      return { model: model.id, ms, promptTokens, outputTokens, usd: costOf(model.price, ms, promptTokens, outputTokens) }
    })
  return { cells, models, ms: total(cells.map((cell) => cell.ms)), usd: total(models.map((model) => model.usd)) }
}

// --- internal ---

const UNKNOWN: Observed<number> = { state: 'absent', why: 'no earlier run tells' }

/** What one model did under one load: milliseconds of a cell that do not depend on its items, and means per item. */
interface Pace {
  fixedMs: number
  msPerItem: number
  promptTokens: number
  outputTokens: number
}

function paceTable(runs: readonly StoredRun[]): Map<string, Pace> {
  const table = new Map<string, Pace>()
  for (const run of runs) {
    const seen = new Map<string, { cells: number; items: number; fixedMs: number; measureMs: number; prompt: number; output: number; requests: number }>()
    const samplesOf = new Map<string, { requests: number; prompt: number; output: number }>()
    for (const { cell, promptTokens, outputTokens } of run.samples) {
      const sums = samplesOf.get(cell) ?? { requests: 0, prompt: 0, output: 0 }
      samplesOf.set(cell, { requests: sums.requests + 1, prompt: sums.prompt + promptTokens, output: sums.output + outputTokens })
    }
    for (const cell of run.record.cells) {
      if (cell.state !== 'done') continue
      const { open, measure } = cell.phases
      const samples = samplesOf.get(cell.id)
      const sums = seen.get(kindOf(cell.key)) ?? { cells: 0, items: 0, fixedMs: 0, measureMs: 0, prompt: 0, output: 0, requests: 0 }
      sums.cells += 1
      sums.items += cell.items.length
      sums.fixedMs += measure.startMs - open.startMs
      sums.measureMs += measure.endMs - measure.startMs
      sums.requests += samples?.requests ?? 0
      sums.prompt += samples?.prompt ?? 0
      sums.output += samples?.output ?? 0
      seen.set(kindOf(cell.key), sums)
    }
    for (const [kind, sums] of seen) {
      if (table.has(kind) || sums.items === 0 || sums.requests === 0) continue
      table.set(kind, {
        fixedMs: sums.fixedMs / sums.cells,
        msPerItem: sums.measureMs / sums.items,
        promptTokens: sums.prompt / sums.requests,
        outputTokens: sums.output / sums.requests,
      })
    }
  }
  return table
}

function kindOf({ model, workload, load }: CellKey): string {
  return `${model}\n${workload}\n${load}`
}

function costOf(
  price: LoadedSuite['suite']['models'][number]['price'],
  ms: Observed<number>,
  prompt: Observed<number>,
  output: Observed<number>,
): Observed<number> {
  if (!price) return { state: 'absent', why: 'the suite sets no price' }
  if (price.kind !== 'token') return observed(ms.state === 'ok' ? ms.value : undefined, (value) => (value / 3_600_000) * hourlyUsd(price))
  if (prompt.state !== 'ok' || output.state !== 'ok') return UNKNOWN
  return known(tokenBill(price, { prompt: prompt.value, cached: 0, output: output.value }))
}

function known(value: number): Observed<number> {
  return { state: 'ok', value }
}

function observed<T>(input: T | undefined, value: (input: T) => number): Observed<number> {
  return input === undefined ? UNKNOWN : known(value(input))
}

/** The sum, or the first reason why there is none. */
function total(parts: readonly Observed<number>[]): Observed<number> {
  let sum = 0
  for (const part of parts) {
    if (part.state !== 'ok') return part
    sum += part.value
  }
  return known(sum)
}
