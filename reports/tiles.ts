/** What a student gains and loses against its teacher, as a few large figures: the first screen and the card show the same ones. */
import type { Observed, Saving, Verdict } from '../harness/types.ts'
import { formatPoints, originMark } from './format.ts'
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
  const accuracy = accuracyTile(verdict)
  const savings = KINDS.flatMap(({ kind, title }) => savingTile(view, verdict, kind, title) ?? [])
  return [...(accuracy === undefined ? [] : [accuracy]), ...savings]
}

// --- internal ---

const KINDS: readonly { kind: Saving['kind']; title: string }[] = [
  { kind: 'cost', title: 'Cost' },
  { kind: 'latency', title: 'Speed' },
  { kind: 'energy', title: 'Energy' },
]

function accuracyTile({ tasks, margin }: Verdict): Tile | undefined {
  const known = tasks.flatMap((task) => (task.difference.state === 'ok' ? [{ task, difference: task.difference.value }] : []))
  const worst = least(known, ({ difference }) => difference.low)
  if (worst === undefined) return unknown('Accuracy', tasks[0]?.difference)
  const { task, difference } = worst
  const tone = difference.low > 0 ? 'better' : difference.high < -margin ? 'worse' : 'even'
  return {
    title: 'Accuracy',
    figure: `${formatPoints(difference.value)} points`,
    range: difference.level > 0 ? `${formatPoints(difference.low)} to ${formatPoints(difference.high)}` : '',
    note: [`margin ${formatPoints(-margin)}`, ...ofTasks(task.workload, tasks.length)].join(', '),
    tone,
  }
}

function savingTile(view: View, { savings }: Verdict, kind: Saving['kind'], title: string): Tile | undefined {
  const own = savings.filter((saving) => saving.kind === kind)
  if (own.length === 0) return undefined
  const known = own.flatMap((saving) => (saving.share.state === 'ok' ? [{ saving, share: saving.share.value }] : []))
  const worst = least(known, ({ share }) => share.low)
  if (worst === undefined) return unknown(title, own[0]?.share)
  const { saving, share } = worst
  const metric = view.metric(saving.metric)
  if (metric === undefined) return undefined
  const { text, range, tone } = ratioInWords({ value: 1 - share.value, low: 1 - share.high, high: 1 - share.low }, metric)
  const what = saving.perCorrect
    ? 'per correct answer'
    : metric.unit.endsWith('token')
      ? 'per token'
      : metric.unit === 'ms'
        ? 'for a whole answer'
        : 'per answer'
  const note = [what, ...ofTasks(saving.workload, new Set(own.map(({ workload }) => workload)).size), originMark(share.origin)]
  return { title, figure: text, range, note: note.filter((part) => part !== '').join(', '), tone }
}

function unknown(title: string, observed: Observed<unknown> | undefined): Tile | undefined {
  return valueOf(observed) === undefined && observed !== undefined
    ? { title, figure: 'unknown', range: '', note: whyMissing(observed), tone: 'unknown' }
    : undefined
}

function ofTasks(workload: string, tasks: number): string[] {
  return tasks > 1 ? [`${workload}, the least of ${tasks} tasks`] : []
}

function least<T>(values: readonly T[], of: (value: T) => number): T | undefined {
  return values.reduce<T | undefined>((best, one) => (best === undefined || of(one) < of(best) ? one : best), undefined)
}
