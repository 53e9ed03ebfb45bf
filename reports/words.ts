/** Comparisons in words: "4.2 times faster", "74% cheaper", never a bare sign. */
import type { Estimate, Metric, Observed, RatioRow } from '../harness/types.ts'
import { formatFactor, formatPoints } from './format.ts'
import { EN } from './messages/en/index.ts'
import type { Messages } from './messages/index.ts'

/** `text` says what the difference is, `range` how sure it is; `clear` when the interval leaves no doubt about the direction. */
export interface Comparison {
  text: string
  range: string
  clear: boolean
  tone: 'better' | 'worse' | 'even'
}

/** A ratio to the teacher, in the words of the metric. `ratio` above 1: the model has more of it. */
export function ratioInWords(ratio: Pick<Estimate, 'value' | 'low' | 'high'>, metric: Pick<Metric, 'unit' | 'better'>, messages: Messages = EN): Comparison {
  const words = wordsOf(metric, messages)
  if (ratio.low === ratio.high) return withoutInterval(ratio.value, metric, words)
  const clear = ratio.low > 1 || ratio.high < 1
  const form = clear ? formOf(ratio.value, words) : undefined // one form for the value and both ends
  const ends = [magnitude(ratio.low, words, form), magnitude(ratio.high, words, form)] as [Magnitude, Magnitude]
  if (ratio.value < 1) ends.reverse()
  const { basics } = messages
  if (!clear) return { text: basics.comparison.unclear, range: basics.range(ends[0].text, ends[1].text), clear, tone: 'even' }
  const value = magnitude(ratio.value, words)
  return {
    text: value.text,
    range: rangeText(value, ends, messages),
    clear,
    tone: toneOf(ratio.value - 1, metric.better),
  }
}

/** A difference of accuracies in points: "−1.3 points", range "−3.0 to +0.4". */
export function differenceInPoints(
  difference: Pick<Estimate, 'value' | 'low' | 'high'>,
  metric: Pick<Metric, 'better'>,
  { basics }: Messages = EN,
): Comparison {
  const clear = difference.low > 0 || difference.high < 0
  return {
    text: basics.points(formatPoints(difference.value)),
    range: difference.low === difference.high ? '' : basics.range(formatPoints(difference.low), formatPoints(difference.high)),
    clear,
    tone: clear ? toneOf(difference.value, metric.better) : 'even',
  }
}

/** How a row compares with the teacher: points for shares such as accuracy, a ratio in words for the rest. */
export function comparisonOf(row: RatioRow | undefined, metric: Metric, messages: Messages = EN): Comparison | undefined {
  if (row === undefined) return undefined
  if (metric.unit === 'ratio' || metric.unit === 'percent')
    return row.difference.state === 'ok' ? differenceInPoints(row.difference.value, metric, messages) : undefined
  return row.ratio.state === 'ok' ? ratioInWords(row.ratio.value, metric, messages) : undefined
}

/** Why a value is missing, as a sentence for people. */
export function whyMissing(observed: Observed<unknown> | undefined, { basics }: Messages = EN): string {
  if (observed === undefined) return basics.notMeasured
  if (observed.state === 'absent') return observed.why
  if (observed.state === 'failed') return observed.error.message
  return ''
}

// --- internal ---

/** A ratio that nothing says how sure it is of: two quoted figures, two sizes. */
function withoutInterval(ratio: number, metric: Pick<Metric, 'unit' | 'better'>, words: Words): Comparison {
  if (ratio === 1) return { text: words.comparison.same, range: '', clear: true, tone: 'even' }
  return { text: magnitude(ratio, words).text, range: '', clear: true, tone: toneOf(ratio - 1, metric.better) }
}

function toneOf(more: number, better: Metric['better']): Comparison['tone'] {
  if (better === 'neither' || more === 0) return 'even'
  return more > 0 === (better === 'higher') ? 'better' : 'worse'
}

type ComparisonWords = Messages['basics']['comparison']

/** `pair` describes having more or less of the metric; `asShare` prefers "74% cheaper" to "3.8 times cheaper". */
interface Words {
  comparison: ComparisonWords
  pair: readonly [more: (amount: string) => string, less: (amount: string) => string]
  asShare: boolean
}

function wordsOf({ unit }: Pick<Metric, 'unit'>, { basics: { comparison } }: Messages): Words {
  const of = (pair: Words['pair'], asShare: boolean): Words => ({ comparison, pair, asShare })
  if (unit === 'token/s' || unit === 'request/s' || unit === 'byte/s') return of(comparison.speed, false)
  if (unit === 'ms' || unit === 's') return of(comparison.time, false)
  if (unit.startsWith('USD')) return of(comparison.cost, true)
  if (unit.startsWith('J')) return of(comparison.energy, true)
  if (unit === 'W') return of(comparison.power, true)
  if (unit === 'byte' || unit === 'parameter') return of(comparison.size, false)
  return of(comparison.other, false)
}

/** `kind` and `more` tell whether two of them are said in the same words. */
interface Magnitude {
  text: string
  number: string
  kind: 'times' | 'percent' | 'none'
  more: boolean
}

function magnitude(ratio: number, words: Words, form: Form = formOf(ratio, words)): Magnitude {
  const { comparison, pair } = words
  if (!(ratio > 0)) return { text: comparison.none, number: '', kind: 'none', more: false }
  const more = ratio >= 1
  const say = pair[more ? 0 : 1]
  const factor = Math.max(ratio, 1 / ratio)
  if (form === 'times') return { text: say(comparison.times(timesText(factor))), number: timesText(factor), kind: 'times', more }
  const number = percentText(form === 'less' ? 1 - ratio : factor - 1)
  return { text: say(`${number}%`), number, kind: 'percent', more: form === 'less' ? false : more }
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

function percentText(part: number): string {
  const percent = part * 100
  return percent < 10 ? percent.toFixed(1) : percent.toFixed(0)
}

/** Beside "4.2 times faster": "4.0 to 4.4". The words are said again only where an end needs other ones. */
function rangeText({ kind, more }: Magnitude, [first, second]: readonly [Magnitude, Magnitude], { basics }: Messages): string {
  const alike = [first, second].every((end) => end.kind === kind && end.more === more)
  if (kind === 'none' || !alike) return basics.range(first.text, second.text)
  return basics.comparison.range(first.number, second.number, kind)
}
