/** Right answers, answers cut off and answers that failed. */
import type { Estimate, Observed, Sample } from '../../types.ts'
import type { Cell, GroupData } from '../data.ts'
import { absent, counted, estimate } from '../observed.ts'
import { scoreInterval, type Sums } from '../stats/means.ts'
import { wilson } from '../stats/wilson.ts'
import { NOT_TOLD, tells } from '../values.ts'

/** The score of each item: its repeats averaged, a failed request as 0; ungraded answers left out. */
export interface ItemScore {
  item: string
  cluster: string
  slice: string
  score: number
  /** How many graded requests it is the mean of. */
  requests: number
}

export function accuracyCells({ group }: GroupData): Cell[] {
  const scores = itemScores(group.graded)
  const slices = [...new Set(scores.map(({ slice }) => slice))].filter((slice) => slice !== '').sort()
  const whole: Cell = { metric: 'accuracy', slice: '', estimate: accuracyOf(scores) }
  return [whole, ...slices.map((slice): Cell => ({ metric: 'accuracy', slice, estimate: accuracyOf(scores.filter((one) => one.slice === slice)) }))]
}

export function shareCells({ group: { samples } }: GroupData): Cell[] {
  return [
    { metric: 'truncated', slice: '', estimate: truncatedOf(samples) },
    { metric: 'failed', slice: '', estimate: shareOf(samples, ({ finish }) => finish === 'error') },
  ]
}

/** Worked out once for a list of samples. */
export function itemScores(samples: readonly Sample[]): readonly ItemScore[] {
  const known = scored.get(samples)
  if (known !== undefined) return known
  const scores = scoresOf(samples)
  scored.set(samples, scores)
  return scores
}

// --- internal ---

const scored = new WeakMap<readonly Sample[], readonly ItemScore[]>()

function scoresOf(samples: readonly Sample[]): ItemScore[] {
  // prompts that nobody can grade: a failed one is no wrong answer
  if (samples.every(({ grade }) => grade === undefined) && samples.some(({ finish }) => finish !== 'error')) return []
  const items = new Map<string, { cluster: string; slice: string; sum: number; requests: number }>()
  for (const { item, cluster, slice, grade, finish } of samples) {
    if (grade === undefined && finish !== 'error') continue
    let entry = items.get(item)
    if (entry === undefined) items.set(item, (entry = { cluster: cluster ?? item, slice: slice ?? '', sum: 0, requests: 0 }))
    entry.sum += grade?.score ?? 0
    entry.requests++
  }
  return [...items].map(([item, { cluster, slice, sum, requests }]) => ({ item, cluster, slice, score: sum / requests, requests }))
}

function accuracyOf(scores: readonly ItemScore[]): Observed<Estimate> {
  if (scores.length === 0) return absent('no answer was graded')
  const clusters = new Map<string, Sums>()
  for (const { cluster, score } of scores) {
    let sums = clusters.get(cluster)
    if (sums === undefined) clusters.set(cluster, (sums = { top: 0, bottom: 0 }))
    sums.top += score
    sums.bottom++
  }
  const repeats = scores.some(({ requests }) => requests > 1) ? ', repeats averaged per item' : ''
  const clustered = clusters.size < scores.length ? `, in ${counted(clusters.size, 'cluster')}` : ''
  const method = `mean score of ${counted(scores.length, 'item')}${clustered}${repeats}; Wilson interval`
  return estimate(scoreInterval([...clusters.values()]), { n: scores.length, unit: 'ratio', origin: 'measured', method })
}

function truncatedOf(samples: readonly Sample[]): Observed<Estimate> {
  const known = samples.filter((sample) => tells(sample, ['finish']))
  if (known.length === 0 && samples.length > 0) return absent(NOT_TOLD.finish)
  return shareOf(known, ({ finish }) => finish === 'length')
}

function shareOf(samples: readonly Sample[], has: (sample: Sample) => boolean): Observed<Estimate> {
  if (samples.length === 0) return absent('nothing was asked')
  const method = `share of ${counted(samples.length, 'request')}; Wilson interval`
  return estimate(wilson(samples.filter(has).length, samples.length), { n: samples.length, unit: 'ratio', origin: 'measured', method })
}
