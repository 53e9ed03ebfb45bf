/** What a reader must know before trusting the numbers of a run. Codes are stable; messages are for people. */
import type { MetricRow, StoredRun, TableRun, Warning } from '../types.ts'
import type { GroupData } from './data.ts'
import { millis, type Units } from './groups.ts'
import { LATENCY } from './metrics/table/latency.ts'
import { RATES } from './metrics/table/rates.ts'
import { RESOURCES } from './metrics/table/resources.ts'
import { edgeError } from './energy/window.ts'
import { counted } from './observed.ts'
import { stageSummaries } from './stages.ts'
import { throttleWarnings } from './throttle.ts'
import { quantile } from './stats/quantiles.ts'
import { distinct, isAnswered, isGiven, isGraded } from './table/rows.ts'

const FEW_ITEMS = 100
const SHORT_POWER_WINDOW_MS = 10_000
/** Below so many distinct times, an answer of so many tokens says nothing about its tokens one by one. */
const FEW_READS = 4
const LONG_ANSWER = 8

export function runWarnings(run: Pick<TableRun, 'record' | 'series'>, groups: readonly GroupData[]): Warning[] {
  const { record } = run
  return [
    ...record.warnings,
    ...incomplete(record, groups),
    ...fewItems(groups),
    ...groups.flatMap(groupWarnings),
    ...unlikeScores(groups),
    ...throttleWarnings(run, groups),
    ...shortWindows(groups),
    ...unequalRuntimes(record),
  ]
}

/** Cautions beside the rows that a busy client spoils, or of which a file tells that they may be wrong. */
export function withCautions(rows: readonly MetricRow[], { record }: Pick<StoredRun, 'record'>): MetricRow[] {
  const spoiled = record.warnings.filter(({ code }) => code.startsWith('client-') || code === 'recorded-times')
  const stages = stageSummaries(record).filter(({ client }) => client.verdict !== 'valid')
  if (spoiled.length === 0 && stages.length === 0) return [...rows]
  const cells = new Map(record.cells.map(({ id, key }) => [id, key]))
  return rows.map((row) => {
    if (!TIMED.has(row.metric)) return row
    const told = spoiled.filter(({ cell, model }) => {
      const key = cell === undefined ? undefined : cells.get(cell)
      if (key !== undefined) return key.model === row.model && key.workload === row.workload && key.load === row.load
      return model === undefined || model === row.model
    })
    const own = stages.filter(({ model, workload, load }) => model === row.model && workload === row.workload && load === row.load)
    const cautions = [
      ...told.map(({ message }) => message),
      ...own.flatMap(({ client }) => client.reasons.map((reason) => `The client was the limit: ${reason}`)),
    ]
    return cautions.length === 0 ? row : { ...row, cautions: [...new Set(cautions)] }
  })
}

// --- internal ---

/** What depends on when things happened. */
const TIMED: ReadonlySet<string> = new Set(
  [...LATENCY, ...RATES, ...RESOURCES].map(({ id }) => id as string).filter((id) => !id.endsWith('-step') && !id.startsWith('memory') && id !== 'power-idle'),
)

function incomplete(record: StoredRun['record'], groups: readonly GroupData[]): Warning[] {
  const planned = groups.reduce((sum, { group }) => sum + group.planned, 0)
  const open = record.plan.length - record.cells.filter(({ state }) => state === 'done' || state === 'failed').length
  const asked = groups.reduce((sum, { group }) => sum + group.graded.length, 0)
  if (record.state === 'done' || (open <= 0 && asked >= planned)) return []
  const state = record.state === 'failed' ? 'had failures' : record.state === 'interrupted' ? 'was interrupted' : 'has not ended'
  return [{ code: 'partial', message: `The run ${state}: ${counted(asked, 'request')} of ${planned} known ones are in it. Numbers are of what was asked.` }]
}

/** Once for each workload and load, with the fewest items that any of the models was asked. */
function fewItems(groups: readonly GroupData[]): Warning[] {
  const fewest = new Map<string, number>()
  for (const { group } of groups) {
    const items = distinct(
      group.graded.map((row) => group.table.item[row]!),
      group.table.names.length,
    )
    const where = `${group.workload}, ${group.load}`
    if (items > 0) fewest.set(where, Math.min(items, fewest.get(where) ?? items))
  }
  return [...fewest]
    .filter(([, items]) => items < FEW_ITEMS)
    .map(([where, items]) => ({
      code: 'few-items',
      message: `${where}: ${counted(items, 'item')}, below ${FEW_ITEMS}; small differences cannot be told from chance.`,
    }))
}

/** Multiple choice by log-likelihood and by written answers stand in one table and are two things. */
function unlikeScores(groups: readonly GroupData[]): Warning[] {
  const ways = new Map<string, Map<string, Set<boolean>>>()
  for (const { group } of groups) {
    const { table, graded, workload, model } = group
    const models = ways.get(workload) ?? ways.set(workload, new Map()).get(workload)!
    const own = models.get(model.id) ?? models.set(model.id, new Set()).get(model.id)!
    for (const row of graded) if (isAnswered(table, row) && isGraded(table, row)) own.add(isGiven(table, row))
  }
  const words = (own: ReadonlySet<boolean>): string => (own.size === 2 ? 'partly by each' : own.has(true) ? 'by log-likelihood' : 'by written answers')
  return [...ways].flatMap(([workload, models]): Warning[] => {
    const asked = [...models].filter(([, own]) => own.size > 0)
    if (new Set(asked.flatMap(([, own]) => [...own])).size < 2) return []
    const who = asked.map(([model, own]) => `${model} ${words(own)}`).join(', ')
    return [
      { code: 'unlike-scores', message: `${workload} was scored in two ways: ${who}. These are different measurements; where they meet, nothing is compared.` },
    ]
  })
}

function groupWarnings(data: GroupData): Warning[] {
  const { group } = data
  if (group.samples.length === 0) return []
  const where = `${group.model.id} on ${group.workload}, ${group.load}`
  return [...itemWarnings(data, where), ...clockWarnings(data, where), ...readWarnings(data, where), ...energyWarnings(data, where)].map((warning) => ({
    ...warning,
    model: group.model.id,
  }))
}

function itemWarnings({ group, ledger }: GroupData, where: string): Warning[] {
  const warnings: Warning[] = []
  const { table, samples, graded } = group
  const failed = samples.filter((row) => !isAnswered(table, row))
  if (failed.length > 0)
    warnings.push({
      code: 'failed-requests',
      message: `${where}: ${failed.length} of ${counted(samples.length, 'request')} failed; first: ${table.errors.get(failed[0]!)?.message ?? 'no message'}`,
    })
  if (ledger.score.state === 'absent' && graded.some((row) => isGraded(table, row)))
    warnings.push({ code: 'ungraded', message: `${where}: ${ledger.score.why}; accuracy leaves them out.` })
  if (ledger.tokens === 'estimated')
    warnings.push({ code: 'tokens-estimated', message: `${where}: token counts are estimates, and with them speed, energy and cost per token.` })
  return warnings
}

/** The coarsest decimal step that all token times are multiples of, against the usual time per token. */
function clockWarnings(data: GroupData, where: string): Warning[] {
  const { ranks } = data.values('itl')
  if (ranks.length < 20) return []
  const { table, samples } = data.group
  const times = [...samples.subarray(0, 1000)].flatMap((row) => [...table.tokenMs.subarray(table.tokenFrom[row]!, table.tokenFrom[row + 1]!)])
  const step = [100, 10, 1, 0.1, 0.01].find((size) => times.every((time) => Math.abs(time / size - Math.round(time / size)) < 1e-6))
  const usual = quantile(ranks, 0.5)
  if (step === undefined || usual >= 10 * step) return []
  return [
    {
      code: 'clock-resolution',
      message: `${where}: token times come in steps of ${step} ms, but a token takes about ${Number(usual.toPrecision(2))} ms; times per token are coarse.`,
    },
  ]
}

/** Token times that are those of a few reads: what a proxy or the network held together says little about single tokens. */
function readWarnings({ group: { table, samples } }: GroupData, where: string): Warning[] {
  let [long, few] = [0, 0]
  for (const row of samples) {
    if (!isAnswered(table, row) || !(table.outputTokens[row]! >= LONG_ANSWER)) continue
    const [from, to] = [table.tokenFrom[row]!, table.tokenFrom[row + 1]!]
    let reads = from < to ? 1 : 0
    for (let i = from + 1; i < to && reads < FEW_READS; i++) if (table.tokenMs[i]! > table.tokenMs[i - 1]!) reads++
    long++
    if (reads > 1 && reads < FEW_READS) few++ // of one piece there is no TPOT at all
  }
  if (2 * few <= long) return []
  const message = `${where}: ${few} of ${counted(long, 'answer')} with ${LONG_ANSWER} tokens or more came in fewer than ${FEW_READS} pieces; TPOT and ITL tell when something passed the pieces on, not how fast tokens were made. Throughput and latency are not concerned.`
  return [{ code: 'few-reads', message }]
}

function energyWarnings({ group, ledger: { energy }, power }: GroupData, where: string): Warning[] {
  if (energy.state !== 'ok' || power.state !== 'ok') return []
  const warnings: Warning[] = []
  const { windows, missing } = energy.value
  if (missing > 0)
    warnings.push({
      code: 'energy-windows',
      message: `${where}: ${missing} of ${counted(windows, 'window')} have no energy; per-token and per-answer figures are of the others.`,
    })
  for (const note of energy.value.notes) warnings.push({ code: 'energy-sensor', message: `${where}: ${note}.` })
  const pauses = power.value.pauses(group.cells.map(({ id }) => id))
  if (pauses !== undefined && pauses.longest > Math.max(1000, 3 * pauses.usual))
    warnings.push({
      code: 'meter-gap',
      message: `${where}: ${power.value.meter} was silent for ${Math.round(pauses.longest)} ms, usually it reads every ${Math.round(pauses.usual)} ms.`,
    })
  return warnings
}

/** Once for the run: where energy comes from so little time that the ends of the windows weigh. */
function shortWindows(groups: readonly GroupData[]): Warning[] {
  const lengths = groups.flatMap(({ group, ledger }) => (ledger.energy.state === 'ok' ? [totalMillis(group.units)] : []))
  const short = lengths.filter((length) => length < SHORT_POWER_WINDOW_MS)
  if (short.length === 0) return []
  const message = `Energy of ${short.length} of ${lengths.length} combinations of model, workload and load comes from less than ${SHORT_POWER_WINDOW_MS / 1000} s of measurement (the shortest: ${(Math.min(...short) / 1000).toFixed(1)} s), where the edges of the window weigh: a sensor that moves every 100 ms leaves ${Number((100 * edgeError(100, Math.min(...short))).toPrecision(2))}% open (T ÷ (√6·W)) in that one, before anything is aligned. What is left is in the intervals.`
  return [{ code: 'short-power-window', message }]
}

function totalMillis(units: Units): number {
  let sum = 0
  for (let unit = 0; unit < units.length; unit++) sum += millis(units, unit)
  return sum
}

/** Ratios of times between different backends or devices compare those too. */
function unequalRuntimes({ cells }: StoredRun['record']): Warning[] {
  const backends = new Map<string, string>()
  for (const cell of cells) if (cell.state === 'done') backends.set(cell.key.model, `${cell.runtime.backend} on ${cell.runtime.device}`)
  if (new Set(backends.values()).size < 2) return []
  return [
    {
      code: 'mixed-runtimes',
      message: `The models ran on different backends or devices: ${[...backends].map(([model, runtime]) => `${model} ${runtime}`).join('; ')}. Ratios of times compare those too.`,
    },
  ]
}
