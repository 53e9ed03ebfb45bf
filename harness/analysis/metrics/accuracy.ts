/** Right answers, answers cut off and answers that failed. */
import type { Estimate, Observed, SampleTable } from '../../types.ts'
import type { Cell, GroupData } from '../data.ts'
import type { Group } from '../groups.ts'
import { absent, counted, estimate } from '../observed.ts'
import { scoreInterval } from '../stats/means.ts'
import { wilson } from '../stats/wilson.ts'
import { BY_LENGTH, CUT_OFF } from '../table/codes.ts'
import { clusterOf, countRows, gradedItems, isAnswered, isGiven, isGraded, Numbering, rowsByItem, scoreOf, tells } from '../table/rows.ts'
import { NOT_TOLD } from '../values.ts'

/** By written answers, by the likelihood of given texts, by both, which are different measurements; or every request failed. */
export const WAY = { written: 0, given: 1, mixed: 2, none: 3 } as const

/** Whether scores that were found in these ways may be compared; what failed counts as wrong either way. */
export function isAlike(a: number, b: number): boolean {
  return a !== WAY.mixed && b !== WAY.mixed && (a === b || a === WAY.none || b === WAY.none)
}

/** The score of each item: its repeats averaged, a failed request as 0; ungraded answers left out. As columns. */
export interface ItemScores {
  readonly length: number
  readonly table: SampleTable
  item: Int32Array
  cluster: Int32Array
  slice: Int32Array
  score: Float64Array
  /** How many graded requests it is the mean of. */
  requests: Int32Array
  /** How it was found: `WAY`. */
  way: Uint8Array
}

export function accuracyCells({ group }: GroupData): Cell[] {
  const scores = itemScores(group)
  const whole: Cell = { metric: 'accuracy', slice: '', estimate: accuracyOf(scores, undefined, group.likely) }
  return [whole, ...slicesIn(scores).map(([slice, name]): Cell => ({ metric: 'accuracy', slice: name, estimate: accuracyOf(scores, slice, group.likely) }))]
}

/** Multiple choice by log-likelihood, whatever the suite takes: as the sums are, and divided by the length of the text. Written answers are left out. */
export function byLengthCells({ group: { table, graded, promptsOnly, likelyBy } }: GroupData): Cell[] {
  const told = (row: number): boolean => (table.byLength[row]! & BY_LENGTH.told) !== 0
  if (countRows(graded, told) === 0) return []
  const rows = graded.filter((row) => told(row) || !isAnswered(table, row))
  return LENGTHS.map(({ how, metric }): Cell => {
    const scores = scoresOf(table, rows, promptsOnly, (row) => ((table.byLength[row]! & BY_LENGTH[how]) === 0 ? 0 : 1))
    const found = accuracyOf(scores, undefined, false)
    const note = how === likelyBy ? ', the graded one' : ', for comparison only'
    return { metric, slice: '', estimate: found.state === 'ok' ? { state: 'ok', value: { ...found.value, method: `${found.value.method}${note}` } } : found }
  })
}

export function shareCells({ group }: GroupData): Cell[] {
  const { table, samples } = group
  return [
    { metric: 'truncated', slice: '', estimate: truncatedOf(table, samples) },
    { metric: 'failed', slice: '', estimate: shareOf(samples, (row) => !isAnswered(table, row)) },
  ]
}

/** Worked out once for a group. */
export function itemScores({ table, graded, promptsOnly }: Pick<Group, 'table' | 'graded' | 'promptsOnly'>): ItemScores {
  const known = scored.get(graded)
  if (known !== undefined) return known
  const scores = scoresOf(table, graded, promptsOnly)
  scored.set(graded, scores)
  return scores
}

/** Slices with a name that occur, by name. */
export function slicesIn({ slice, table }: Pick<ItemScores, 'slice' | 'table'>): [slice: number, name: string][] {
  return [...new Set(slice)]
    .map((own): [number, string] => [own, own < 0 ? '' : table.slices[own]!])
    .filter(([, name]) => name !== '')
    .sort(([, a], [, b]) => (a < b ? -1 : 1))
}

// --- internal ---

const scored = new WeakMap<Int32Array, ItemScores>()

const LENGTHS = [
  { how: 'raw', metric: 'accuracy-raw' },
  { how: 'bytes', metric: 'accuracy-per-byte' },
  { how: 'characters', metric: 'accuracy-per-character' },
] as const

function scoresOf(table: SampleTable, graded: Int32Array, promptsOnly: boolean, scoreAt = (row: number): number => scoreOf(table, row)): ItemScores {
  const { count, items, from, rows } = promptsOnly ? rowsByItem(table, graded, (row) => isGraded(table, row)) : gradedItems(table, graded)
  const [score, way] = [new Float64Array(count), new Uint8Array(count)]
  const [cluster, slice, requests] = [new Int32Array(count), new Int32Array(count), new Int32Array(count)]
  for (let i = 0; i < count; i++) {
    const [begin, end] = [from[i]!, from[i + 1]!]
    const first = rows[begin]!
    for (let at = begin; at < end; at++) score[i]! += scoreAt(rows[at]!)
    score[i]! /= end - begin
    cluster[i] = clusterOf(table, first)
    slice[i] = table.slice[first]!
    requests[i] = end - begin
    way[i] = wayOf(table, rows, begin, end)
  }
  return { length: count, table, item: items, cluster, slice, score, requests, way }
}

/** A request that failed was asked in no way. */
function wayOf(table: SampleTable, rows: Int32Array, from: number, to: number): number {
  let [given, written] = [0, 0]
  for (let at = from; at < to; at++) {
    const row = rows[at]!
    if (!isAnswered(table, row)) continue
    if (isGiven(table, row)) given = 1
    else written = 1
  }
  return given + written === 2 ? WAY.mixed : given === 1 ? WAY.given : written === 1 ? WAY.written : WAY.none
}

/** In words, of a workload that is scored by log-likelihood where that is told. */
function wayIn(counts: Int32Array): string {
  const [given, written] = [counts[WAY.given]!, counts[WAY.written]!]
  const all = given + written + counts[WAY.mixed]!
  if (given === all) return ', by log-likelihood of the choices'
  if (written === all) return ', of written answers in place of log-likelihood'
  return `, ${given} by log-likelihood and the others written: not one measurement`
}

/** Of all, or of one slice. */
function accuracyOf({ length, table, cluster, slice, score, requests, way }: ItemScores, only: number | undefined, likely: boolean): Observed<Estimate> {
  const clusters = new Numbering(table.names.length, length)
  const [top, bottom] = [new Float64Array(clusters.keys.length), new Float64Array(clusters.keys.length)]
  let [items, repeated] = [0, false]
  const ways = new Int32Array(4)
  for (let i = 0; i < length; i++) {
    if (only !== undefined && slice[i] !== only) continue
    const at = clusters.add(cluster[i]!)
    top[at]! += score[i]!
    bottom[at]!++
    items++
    ways[way[i]!]!++
    repeated ||= requests[i]! > 1
  }
  if (items === 0) return absent('no answer was graded')
  const { count } = clusters
  const repeats = repeated ? ', repeats averaged per item' : ''
  const clustered = count < items ? `, in ${counted(count, 'cluster')}` : ''
  const method = `mean score of ${counted(items, 'item')}${clustered}${repeats}${likely ? wayIn(ways) : ''}; Wilson interval`
  const interval = scoreInterval({ top: top.subarray(0, count), bottom: bottom.subarray(0, count) })
  return estimate(interval, { n: items, unit: 'ratio', origin: 'measured', method })
}

function truncatedOf(table: SampleTable, samples: Int32Array): Observed<Estimate> {
  const known = samples.filter((row) => tells(table, row, ['finish']))
  if (known.length === 0 && samples.length > 0) return absent(NOT_TOLD.finish)
  return shareOf(known, (row) => table.finish[row] === CUT_OFF)
}

function shareOf(samples: Int32Array, has: (row: number) => boolean): Observed<Estimate> {
  if (samples.length === 0) return absent('nothing was asked')
  const method = `share of ${counted(samples.length, 'request')}; Wilson interval`
  return estimate(wilson(countRows(samples, has), samples.length), { n: samples.length, unit: 'ratio', origin: 'measured', method })
}
