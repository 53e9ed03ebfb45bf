/** The verdicts in words and tables: HTML, Markdown and the terminal show the same ones. */
import type { Decision, Estimate, Observed, RoutingRow, Saving, TaskVerdict, Verdict } from '../harness/types.ts'
import type { ChartTable } from './charts/chart.ts'
import { tilesOf, type Tile } from './tiles.ts'
import { formatAbout, formatInterval, formatNumber, formatPoints, formatValue, formatWithInterval, originMark } from './format.ts'
import { clip, oneLine, visible } from './text.ts'
import { valueOf, type View } from './view.ts'
import { listInWords, ratioInWords, whyMissing } from './words.ts'

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

export const DECISION_WORDS: Record<Decision, string> = { replace: 'replace', 'keep-teacher': 'keep the teacher', undecided: 'undecided' }

/** A row for each task of a student. */
export function taskTable(verdict: Verdict): ChartTable {
  return {
    columns: ['Task', 'Verdict', 'Items (lost, won)', 'Difference, points', 'McNemar p (mid-p)', 'z against the margin', 'More items needed'],
    rows: (verdict.ungraded === true ? [] : verdict.tasks).map((task) => {
      const difference = valueOf(task.difference)
      const z = valueOf(task.test)?.z
      const more = valueOf(task.moreItems.ifEqual)
      return [
        task.workload,
        DECISION_WORDS[task.decision],
        `${whole(task.items)} (${whole(task.lost)}, ${whole(task.won)})`,
        difference === undefined ? '–' : `${formatPoints(difference.value)} (${formatPoints(difference.low)} to ${formatPoints(difference.high)})`,
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
        DECISION_WORDS[task.decision],
      ]
      return [visible(oneLine(clip(`${name}: ${parts.join('; ')}.`, 400)))]
    }),
  )
}

/** A row for each kind of saving and each break-even of a student. */
export function savingTable(view: View, { savings, breakEven }: Verdict): ChartTable {
  return {
    columns: ['What', 'Against the teacher', 'Saved each (95% interval)', 'Origin', 'Pays for the distillation after'],
    rows: savings.map((saving) => {
      const difference = valueOf(saving.difference)
      const pays = breakEven.find(({ kind, workload, load }) => kind === saving.kind && workload === saving.workload && load === saving.load)
      return [
        `${view.metric(saving.metric)?.title ?? saving.metric} (${[...(view.workloads.length > 1 ? [saving.workload] : []), saving.load].join(', ')})`,
        savingText(view, saving) ?? whyMissing(saving.share),
        difference === undefined ? '–' : formatWithInterval(difference),
        difference === undefined ? '–' : difference.origin,
        pays === undefined ? '–' : answersText(pays.answers),
      ]
    }),
  }
}

/** A row for each rule of routing that was tried for a student. */
export function routingTable(rows: readonly RoutingRow[]): ChartTable {
  return {
    columns: ['Rule', 'Task', 'Handed on', 'Accuracy', 'Difference, points', 'Cost ÷ teacher’s'],
    rows: rows.map(({ rule, workload, result }) => {
      const routing = valueOf(result)
      if (routing === undefined) return [RULES[rule], workload, whyMissing(result), '–', '–', '–']
      const { escalated, accuracy, difference, cost } = routing.chosen
      const ends = (one: Estimate): string => `${formatValue(one.value, 'ratio')} (${formatInterval(one)})`
      return [
        RULES[rule],
        workload,
        ends(escalated),
        ends(accuracy),
        `${formatPoints(difference.value)} (${formatPoints(difference.low)} to ${formatPoints(difference.high)})`,
        `${ends(cost)}${mark(cost)}`,
      ]
    }),
  }
}

export const RULES: Record<RoutingRow['rule'], string> = {
  'answer-length': 'length of the answer',
  agreement: 'agreement of several answers',
  'log-probability': 'log-probability of the answer',
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
  const heads = { replace: `${own} may replace ${base}`, 'keep-teacher': `Keep ${base}, not ${own}`, undecided: `${own}, undecided` }
  const head = verdict.ungraded === true ? `No verdict on ${own}` : heads[decision]
  return {
    decision,
    stamp: verdict.ungraded === true ? 'no accuracy measured' : DECISION_WORDS[decision],
    head,
    sentence,
    details: [...savingDetails(view, verdict), ...breakEvenDetails(verdict), ...routingDetails(view, verdict)],
    tiles: tilesOf(view, verdict),
  }
}

function unmeasured(view: View): VerdictText[] {
  const groups = new Map<string, string[]>()
  for (const { run, student, tasks, sentence } of view.analysis.verdicts) {
    if (tasks.length === 0) groups.set(sentence, [...(groups.get(sentence) ?? []), view.labelOf(run, student)])
  }
  return [...groups].map(([sentence, names]) => {
    const shown = names.length > 4 ? [...names.slice(0, 3), `${names.length - 3} more`] : names
    return { decision: 'undecided', stamp: DECISION_WORDS.undecided, head: `No verdict on ${listInWords(shown)}`, sentence, details: [], tiles: [] }
  })
}

/** "It is 74% cheaper per correct answer (72 to 76%; estimated) and 4.2 times faster (4.0 to 4.4), with no clear difference in energy." */
function savingDetails(view: View, { savings }: Verdict): string[] {
  const workloads = [...new Set(savings.map(({ workload }) => workload))]
  return workloads.flatMap((workload) => {
    const own = savings.filter((one) => one.workload === workload).flatMap((one) => wordsOf(view, one) ?? [])
    const of = (form: Words['form']): string => listInWords(own.filter((one) => one.form === form).map(({ text }) => text))
    const [is, takes, unclear] = [of('is'), of('takes'), of('unclear')]
    const where = workloads.length > 1 ? `on ${workload} ` : ''
    const claims = [...(is === '' ? [] : [`is ${is}`]), ...(takes === '' ? [] : [`takes ${takes}`])]
    const nothing = unclear === '' ? '' : `no clear difference in ${unclear}`
    const sentence = claims.length === 0 ? `${where}${nothing}` : `${where}it ${claims.join(' and ')}${nothing === '' ? '' : `, with ${nothing}`}`
    return own.length === 0 ? [] : [`${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}.`]
  })
}

function savingText(view: View, saving: Saving): string | undefined {
  const words = wordsOf(view, saving)
  return words === undefined || words.form !== 'unclear' ? words?.text : `no clear difference in ${words.text} (${words.range})`
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
  const { text, range, clear } = ratioInWords({ value: 1 - saved.value, low: 1 - saved.high, high: 1 - saved.low }, metric)
  const per = perCorrect ? ' per correct answer' : ''
  if (!clear) return { form: 'unclear', text: `${kind}${per}`, range }
  const aside = [range, originMark(saved.origin)].filter((part) => part !== '').join('; ')
  return { form: text.endsWith('energy') ? 'takes' : 'is', text: `${text}${per}${aside === '' ? '' : ` (${aside})`}`, range }
}

/** Of no interest where the student is not taken. */
function breakEvenDetails({ breakEven, decision }: Verdict): string[] {
  if (decision === 'keep-teacher') return []
  const several = new Set(breakEven.map(({ workload }) => workload)).size > 1
  return breakEven.flatMap(({ kind, workload, spent, answers }) => {
    const paid = valueOf(spent)
    if (paid === undefined || answers.state !== 'ok') return []
    const cost = `${formatValue(paid.value, paid.unit)}${mark(paid)}`
    const after = `after ${answersText(answers)}${several ? ` on ${workload}` : ''}`
    return [kind === 'cost' ? `Its distillation (${cost}) is paid for ${after}.` : `The energy of its distillation (${cost}) is made up for ${after}.`]
  })
}

function answersText(answers: Observed<Estimate>): string {
  const known = valueOf(answers)
  if (known === undefined) return whyMissing(answers)
  const range = known.level > 0 ? `${formatAbout(known.low)} to ${formatAbout(known.high)}` : ''
  const aside = [range, originMark(known.origin)].filter((part) => part !== '').join('; ')
  return `${formatAbout(known.value)} correct answers${aside === '' ? '' : ` (${aside})`}`
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
    return [`Asking both${workloads.length > 1 ? ` on ${workload}` : ''}, student first: ${best.routing.sentence}.`]
  })
}

function mark({ origin }: Pick<Estimate, 'origin'>): string {
  const text = originMark(origin)
  return text === '' ? '' : `, ${text}`
}

/** A whole number with all its digits. */
function whole(count: number): string {
  return count.toLocaleString('en-US')
}
