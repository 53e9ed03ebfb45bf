/** The verdicts in words and tables: HTML, Markdown and the terminal show the same ones. */
import type { Decision, Estimate, Observed, RoutingRow, Saving, TaskVerdict, Verdict } from '../harness/types.ts'
import type { ChartTable } from './charts/chart.ts'
import { tilesOf, type Tile } from './tiles.ts'
import { formatAbout, formatInterval, formatNumber, formatPoints, formatValue, formatWithInterval } from './format.ts'
import type { Messages } from './messages/index.ts'
import { clip, oneLine, visible } from './text.ts'
import { valueOf, type View } from './view.ts'
import { ratioInWords, whyMissing } from './words.ts'

/** `head` stands before the colon; `details` say what the student saves, when that pays, and whether to ask both. */
export interface VerdictText {
  decision: Decision
  /** The decision in a few words. */
  stamp: string
  head: string
  sentence: string
  details: readonly string[]
  tiles: readonly Tile[]
}

/** One for each student that was measured, then one for all of which only quoted figures are known. */
export function verdictTexts(view: View): VerdictText[] {
  const measured = view.analysis.verdicts.filter(({ tasks }) => tasks.length > 0)
  return [...measured.map((verdict) => textOf(view, verdict)), ...unmeasured(view)]
}

/** "Student S may replace Teacher: non-inferior within 2 points on all 4 tasks." */
export function verdictSentence({ head, sentence }: Pick<VerdictText, 'head' | 'sentence'>): string {
  return `${head}: ${sentence}.`
}

/** A row for each task of a student. */
export function taskTable({ words: { basics, verdict: words } }: View, verdict: Verdict): ChartTable {
  return {
    columns: words.taskColumns,
    rows: (verdict.ungraded === true ? [] : verdict.tasks).map((task) => {
      const difference = valueOf(task.difference)
      const z = valueOf(task.test)?.z
      const more = valueOf(task.moreItems.ifEqual)
      return [
        task.workload,
        basics.decisions[task.decision],
        `${whole(task.items)} (${whole(task.lost)}, ${whole(task.won)})`,
        difference === undefined ? '–' : `${formatPoints(difference.value)} (${basics.range(formatPoints(difference.low), formatPoints(difference.high))})`,
        mcnemarText(task) ?? '–',
        z === undefined ? '–' : zText(z),
        task.decision !== 'undecided' || more === undefined ? '–' : whole(more),
      ]
    }),
  }
}

/** What the paired test of each task says, a line each: for the terminal. */
export function testLines(view: View): string[] {
  const several = view.workloads.length > 1
  return view.analysis.verdicts.flatMap(({ run, student, margin, tasks }) =>
    tasks.flatMap((task): string[] => {
      const [difference, test] = [valueOf(task.difference), valueOf(task.test)]
      if (difference === undefined || test === undefined) return []
      const name = `${view.labelOf(run, student)}${several ? `, ${task.workload}` : ''}`
      const mcnemar = mcnemarText(task)
      const parts = [
        `${whole(task.items)} items, ${whole(task.lost)} lost and ${whole(task.won)} won`,
        `difference ${formatPoints(difference.value)} points (${formatPoints(difference.low)} to ${formatPoints(difference.high)})`,
        ...(mcnemar === undefined ? [] : [`McNemar p ${mcnemar.replace('(', '(mid-p ')}`]),
        ...(test.z === undefined ? [] : [`z ${zText(test.z)} against the margin of ${formatNumber(100 * margin)} points`]),
        view.words.basics.decisions[task.decision],
      ]
      return [visible(oneLine(clip(`${name}: ${parts.join('; ')}.`, 400)))]
    }),
  )
}

/** A row for each kind of saving and each break-even of a student. */
export function savingTable(view: View, { savings, breakEven }: Verdict): ChartTable {
  const { basics, verdict: words } = view.words
  return {
    columns: words.savingColumns,
    rows: savings.map((saving) => {
      const difference = valueOf(saving.difference)
      const pays = breakEven.find(({ kind, workload, load }) => kind === saving.kind && workload === saving.workload && load === saving.load)
      return [
        `${view.metric(saving.metric)?.title ?? saving.metric} (${[...(view.workloads.length > 1 ? [saving.workload] : []), saving.load].join(', ')})`,
        savingText(view, saving) ?? whyMissing(saving.share),
        difference === undefined ? '–' : formatWithInterval(difference, basics.units),
        difference === undefined ? '–' : basics.originNames[difference.origin],
        pays === undefined ? '–' : answersText(view.words, pays.answers),
      ]
    }),
  }
}

/** A row for each rule of routing that was tried for a student. */
export function routingTable({ words: { basics, verdict: words } }: View, rows: readonly RoutingRow[]): ChartTable {
  return {
    columns: words.routingColumns,
    rows: rows.map(({ rule, workload, result }) => {
      const routing = valueOf(result)
      if (routing === undefined) return [basics.rules[rule], workload, whyMissing(result), '–', '–', '–']
      const { escalated, accuracy, difference, cost } = routing.chosen
      const ends = (one: Estimate): string => `${formatValue(one.value, 'ratio')} (${formatInterval(one, basics.units)})`
      return [
        basics.rules[rule],
        workload,
        ends(escalated),
        ends(accuracy),
        `${formatPoints(difference.value)} (${basics.range(formatPoints(difference.low), formatPoints(difference.high))})`,
        `${ends(cost)}${mark(basics, cost)}`,
      ]
    }),
  }
}

// --- internal ---

/** "0.2430 (0.1877)": exact, and mid-p. */
function mcnemarText({ mcnemar }: TaskVerdict): string | undefined {
  const p = valueOf(mcnemar)
  const digits = (one: number): string => (one < 0.0001 ? '<0.0001' : one.toFixed(4))
  return p && `${digits(p.exact)} (${digits(p.midP)})`
}

/** Above 1.960 the student is shown to be non-inferior, below −1.960 inferior. */
function zText(z: number): string {
  return Math.abs(z) >= 1e6 ? (z > 0 ? '>1,000' : '<−1,000') : z.toFixed(3).replace('-', '−')
}

function textOf(view: View, verdict: Verdict): VerdictText {
  const { run, student, teacher, decision, sentence } = verdict
  const [own, base] = [view.labelOf(run, student), view.labelOf(run, teacher)]
  const { basics, verdict: words } = view.words
  const head = verdict.ungraded === true ? words.noVerdict(own) : words.heads[decision](own, base)
  return {
    decision,
    stamp: verdict.ungraded === true ? words.noAccuracyStamp : basics.decisions[decision],
    head,
    sentence,
    details: [...savingDetails(view, verdict), ...breakEvenDetails(view, verdict), ...routingDetails(view, verdict)],
    tiles: tilesOf(view, verdict),
  }
}

function unmeasured(view: View): VerdictText[] {
  const groups = new Map<string, string[]>()
  for (const { run, student, tasks, sentence } of view.analysis.verdicts) {
    if (tasks.length === 0) groups.set(sentence, [...(groups.get(sentence) ?? []), view.labelOf(run, student)])
  }
  return [...groups].map(([sentence, names]) => {
    const { basics, verdict: words } = view.words
    const shown = names.length > 4 ? [...names.slice(0, 3), basics.more(names.length - 3)] : names
    return { decision: 'undecided', stamp: basics.decisions.undecided, head: words.noVerdict(basics.list(shown)), sentence, details: [], tiles: [] }
  })
}

/** "It is 74% cheaper per correct answer (72 to 76%; estimated) and 4.2 times faster (4.0 to 4.4), with no clear difference in energy." */
function savingDetails(view: View, { savings }: Verdict): string[] {
  const workloads = [...new Set(savings.map(({ workload }) => workload))]
  return workloads.flatMap((workload) => {
    const own = savings.filter((one) => one.workload === workload).flatMap((one) => wordsOf(view, one) ?? [])
    const of = (form: Words['form']): string => view.words.basics.list(own.filter((one) => one.form === form).map(({ text }) => text))
    const where = workloads.length > 1 ? workload : undefined
    return own.length === 0 ? [] : [view.words.verdict.saving({ workload: where, is: of('is'), takes: of('takes'), unclear: of('unclear') })]
  })
}

function savingText(view: View, saving: Saving): string | undefined {
  const words = wordsOf(view, saving)
  return words === undefined || words.form !== 'unclear' ? words?.text : view.words.verdict.unclearIn(words.text, words.range)
}

/** "it is 74% cheaper", "it takes 74% less energy", "no clear difference in latency". */
interface Words {
  form: 'is' | 'takes' | 'unclear'
  text: string
  range: string
}

function wordsOf(view: View, { metric: id, kind, perCorrect, share }: Saving): Words | undefined {
  const metric = view.metric(id)
  const saved = valueOf(share)
  if (metric === undefined || saved === undefined) return undefined
  const { basics, verdict: words } = view.words
  const { text, range, clear } = ratioInWords({ value: 1 - saved.value, low: 1 - saved.high, high: 1 - saved.low }, metric, view.words)
  if (!clear) return { form: 'unclear', text: words.savedNothing(basics.kinds[kind], perCorrect), range }
  const aside = [range, basics.origins[saved.origin]].filter((part) => part !== '').join('; ')
  return { form: metric.unit.startsWith('J') ? 'takes' : 'is', text: words.saved(text, perCorrect, aside), range }
}

/** Of no interest where the student is not taken. */
function breakEvenDetails({ words }: View, { breakEven, decision }: Verdict): string[] {
  if (decision === 'keep-teacher') return []
  const several = new Set(breakEven.map(({ workload }) => workload)).size > 1
  return breakEven.flatMap(({ kind, workload, spent, answers }) => {
    const paid = valueOf(spent)
    if (paid === undefined || answers.state !== 'ok') return []
    const cost = `${formatValue(paid.value, paid.unit, words.basics.units)}${mark(words.basics, paid)}`
    return [words.verdict.paid(kind, cost, answersText(words, answers), several ? workload : undefined)]
  })
}

function answersText({ basics, verdict: words }: Messages, answers: Observed<Estimate>): string {
  const known = valueOf(answers)
  if (known === undefined) return whyMissing(answers)
  const range = known.level > 0 ? basics.range(formatAbout(known.low), formatAbout(known.high)) : ''
  const aside = [range, basics.origins[known.origin]].filter((part) => part !== '').join('; ')
  return words.answers(formatAbout(known.value), aside)
}

/** The cheapest rule per workload that keeps the accuracy, or else the cheapest; of no interest where nothing is handed on. */
function routingDetails(view: View, { run, student }: Verdict): string[] {
  const rows = view.analysis.routing.filter((row) => row.run === run && row.student === student && row.result.state === 'ok')
  const workloads = [...new Set(rows.map(({ workload }) => workload))]
  return workloads.flatMap((workload) => {
    const tried = rows
      .filter((row) => row.workload === workload)
      .flatMap(({ rule, result }) => (result.state === 'ok' ? [{ rule, routing: result.value }] : []))
    const good = tried.filter(({ routing }) => routing.chosen.decision === 'replace')
    const best = (good.length > 0 ? good : tried).reduce((one, other) => (other.routing.chosen.cost.value < one.routing.chosen.cost.value ? other : one))
    if (best.routing.chosen.escalated.value === 0) return []
    return [view.words.verdict.routed(best.routing.sentence, workloads.length > 1 ? workload : undefined)]
  })
}

function mark({ origins }: Messages['basics'], { origin }: Pick<Estimate, 'origin'>): string {
  const text = origins[origin]
  return text === '' ? '' : `, ${text}`
}

/** A whole number with all its digits. */
function whole(count: number): string {
  return count.toLocaleString('en-US')
}
