/** What a student gains and loses against its teacher, as a few large figures: the first screen and the card show the same ones. */
import type { Observed, Saving, Verdict } from '../harness/types.ts'
import { formatPoints } from './format.ts'
import type { Messages } from './messages/index.ts'
import { valueOf, type View } from './view.ts'
import { ratioInWords, whyMissing, type Comparison } from './words.ts'

/** `figure` is read first; `range` says how sure it is, `note` of what it is. */
export interface Tile {
  title: string
  figure: string
  range: string
  note: string
  tone: Comparison['tone'] | 'unknown'
}

/** Accuracy, cost, speed and energy, where the verdict has them. Of several tasks each tile shows the one that speaks least for the student, and says so. */
export function tilesOf(view: View, verdict: Verdict): Tile[] {
  const accuracy = accuracyTile(view, verdict)
  const savings = KINDS.flatMap((kind) => savingTile(view, verdict, kind) ?? [])
  return [...(accuracy === undefined ? [] : [accuracy]), ...savings]
}

// --- internal ---

const KINDS: readonly Saving['kind'][] = ['cost', 'latency', 'energy']

function accuracyTile({ words }: View, { tasks, margin }: Verdict): Tile | undefined {
  const known = tasks.flatMap((task) => (task.difference.state === 'ok' ? [{ task, difference: task.difference.value }] : []))
  const worst = least(known, ({ difference }) => difference.low)
  if (worst === undefined) return unknown(words, words.verdict.tiles.accuracy, tasks[0]?.difference)
  const { task, difference } = worst
  const tone = difference.low > 0 ? 'better' : difference.high < -margin ? 'worse' : 'even'
  return {
    title: words.verdict.tiles.accuracy,
    figure: words.basics.points(formatPoints(difference.value)),
    range: difference.level > 0 ? words.basics.range(formatPoints(difference.low), formatPoints(difference.high)) : '',
    note: [words.verdict.margin(formatPoints(-margin)), ...ofTasks(words, task.workload, tasks.length)].join(', '),
    tone,
  }
}

function savingTile(view: View, { savings }: Verdict, kind: Saving['kind']): Tile | undefined {
  const { words } = view
  const title = words.verdict.tiles[kind]
  const own = savings.filter((saving) => saving.kind === kind)
  if (own.length === 0) return undefined
  const known = own.flatMap((saving) => (saving.share.state === 'ok' ? [{ saving, share: saving.share.value }] : []))
  const worst = least(known, ({ share }) => share.low)
  if (worst === undefined) return unknown(words, title, own[0]?.share)
  const { saving, share } = worst
  const metric = view.metric(saving.metric)
  if (metric === undefined) return undefined
  const { text, range, tone } = ratioInWords({ value: 1 - share.value, low: 1 - share.high, high: 1 - share.low }, metric, words)
  const what = saving.perCorrect
    ? words.verdict.per.correct
    : metric.unit.endsWith('token')
      ? words.verdict.per.token
      : metric.unit === 'ms'
        ? words.verdict.per.whole
        : words.verdict.per.answer
  const note = [what, ...ofTasks(words, saving.workload, new Set(own.map(({ workload }) => workload)).size), words.basics.origins[share.origin]]
  return { title, figure: text, range, note: note.filter((part) => part !== '').join(', '), tone }
}

function unknown(words: Messages, title: string, observed: Observed<unknown> | undefined): Tile | undefined {
  return valueOf(observed) === undefined && observed !== undefined
    ? { title, figure: words.basics.unknown, range: '', note: whyMissing(observed, words), tone: 'unknown' }
    : undefined
}

function ofTasks({ verdict }: Messages, workload: string, tasks: number): string[] {
  return tasks > 1 ? [verdict.leastOf(workload, tasks)] : []
}

function least<T>(values: readonly T[], of: (value: T) => number): T | undefined {
  return values.reduce<T | undefined>((best, one) => (best === undefined || of(one) < of(best) ? one : best), undefined)
}
