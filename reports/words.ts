/** Comparisons in words: "4.2 times faster", "74% cheaper", never a bare sign. */
import type { Estimate, Metric, Observed, RatioRow } from '../harness/types.ts'
import { formatFactor, formatPoints } from './format.ts'

/** `text` says what the difference is, `range` how sure it is; `clear` when the interval leaves no doubt about the direction. */
export interface Comparison {
  text: string
  range: string
  clear: boolean
  tone: 'better' | 'worse' | 'even'
}

/** A ratio to the teacher, in the words of the metric. `ratio` above 1: the model has more of it. */
export function ratioInWords(ratio: Pick<Estimate, 'value' | 'low' | 'high'>, metric: Pick<Metric, 'unit' | 'better'>): Comparison {
  const words = wordsOf(metric)
  if (ratio.low === ratio.high) return withoutInterval(ratio.value, metric)
  const clear = ratio.low > 1 || ratio.high < 1
  const form = clear ? formOf(ratio.value, words) : undefined // one form for the value and both ends
  const ends = [magnitude(ratio.low, words, form), magnitude(ratio.high, words, form)]
  if (ratio.value < 1) ends.reverse()
  if (!clear) return { text: 'no clear difference', range: `${ends[0]} to ${ends[1]}`, clear, tone: 'even' }
  return {
    text: magnitude(ratio.value, words),
    range: rangeText(magnitude(ratio.value, words), ends[0]!, ends[1]!),
    clear,
    tone: toneOf(ratio.value - 1, metric.better),
  }
}

/** A difference of accuracies in points: "−1.3 points", range "−3.0 to +0.4". */
export function differenceInPoints(difference: Pick<Estimate, 'value' | 'low' | 'high'>, metric: Pick<Metric, 'better'>): Comparison {
  const clear = difference.low > 0 || difference.high < 0
  return {
    text: `${formatPoints(difference.value)} points`,
    range: difference.low === difference.high ? '' : `${formatPoints(difference.low)} to ${formatPoints(difference.high)}`,
    clear,
    tone: clear ? toneOf(difference.value, metric.better) : 'even',
  }
}

/** How a row compares with the teacher: points for shares such as accuracy, a ratio in words for the rest. */
export function comparisonOf(row: RatioRow | undefined, metric: Metric): Comparison | undefined {
  if (row === undefined) return undefined
  if (metric.unit === 'ratio' || metric.unit === 'percent') return row.difference.state === 'ok' ? differenceInPoints(row.difference.value, metric) : undefined
  return row.ratio.state === 'ok' ? ratioInWords(row.ratio.value, metric) : undefined
}

/** Why a value is missing, as a sentence for people. */
export function whyMissing(observed: Observed<unknown> | undefined): string {
  if (observed === undefined) return 'not measured'
  if (observed.state === 'absent') return observed.why
  if (observed.state === 'failed') return observed.error.message
  return ''
}

/** "a", "a and b", "a, b and c". */
export function listInWords(parts: readonly string[]): string {
  if (parts.length <= 1) return parts.join('')
  return `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`
}

// --- internal ---

/** A ratio that nothing says how sure it is of: two quoted figures, two sizes. */
function withoutInterval(ratio: number, metric: Pick<Metric, 'unit' | 'better'>): Comparison {
  if (ratio === 1) return { text: 'the same', range: '', clear: true, tone: 'even' }
  return { text: magnitude(ratio, wordsOf(metric)), range: '', clear: true, tone: toneOf(ratio - 1, metric.better) }
}

function toneOf(more: number, better: Metric['better']): Comparison['tone'] {
  if (better === 'neither' || more === 0) return 'even'
  return more > 0 === (better === 'higher') ? 'better' : 'worse'
}

/** `more` and `less` describe having more or less of the metric; `asShare` prefers "74% cheaper" to "3.8 times cheaper". */
interface Words {
  more: string
  less: string
  asShare: boolean
}

function wordsOf(metric: Pick<Metric, 'unit' | 'better'>): Words {
  const { unit } = metric
  if (unit === 'token/s' || unit === 'request/s' || unit === 'byte/s') return { more: 'faster', less: 'slower', asShare: false }
  if (unit === 'ms' || unit === 's') return { more: 'slower', less: 'faster', asShare: false }
  if (unit.startsWith('USD')) return { more: 'dearer', less: 'cheaper', asShare: true }
  if (unit.startsWith('J')) return { more: 'more energy', less: 'less energy', asShare: true }
  if (unit === 'W') return { more: 'more power', less: 'less power', asShare: true }
  if (unit === 'byte' || unit === 'parameter') return { more: 'larger', less: 'smaller', asShare: false }
  return { more: 'more', less: 'fewer', asShare: false }
}

function magnitude(ratio: number, words: Words, form: Form = formOf(ratio, words)): string {
  if (!(ratio > 0)) return 'none at all'
  const word = ratio >= 1 ? words.more : words.less
  const factor = Math.max(ratio, 1 / ratio)
  if (form === 'less') return `${share(1 - ratio)} ${word}`
  if (form === 'more') return `${share(factor - 1)} ${word}`
  return `${timesText(factor)} times ${word}`
}

/** "74% cheaper" counts from the teacher's figure down, "18% faster" from it up, "4.2 times faster" multiplies. */
type Form = 'less' | 'more' | 'times'

function formOf(ratio: number, words: Words): Form {
  if (ratio < 1 && words.asShare && ratio >= 0.1) return 'less'
  return Math.max(ratio, 1 / ratio) < 1.5 ? 'more' : 'times'
}

/** Two digits are enough for a factor in a sentence: 4.2, 12, 140. */
function timesText(factor: number): string {
  return factor < 10 ? factor.toFixed(1) : formatFactor(Number(factor.toPrecision(3)))
}

function share(part: number): string {
  const percent = part * 100
  return `${percent < 10 ? percent.toFixed(1) : percent.toFixed(0)}%`
}

/** Beside "4.2 times faster": "4.0 to 4.4". The words are said again only where an end needs other ones. */
function rangeText(text: string, first: string, second: string): string {
  const ending = /(?:%| times) .*$/.exec(text)?.[0]
  if (ending === undefined || !first.endsWith(ending) || !second.endsWith(ending)) return `${first} to ${second}`
  const [low, high] = [first, second].map((end) => end.slice(0, -ending.length))
  return `${low} to ${high}${ending.startsWith('%') ? '%' : ''}`
}
