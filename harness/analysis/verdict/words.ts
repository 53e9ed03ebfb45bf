/** The sentences of a verdict. Numbers as people read them; names come from the suite and are escaped by whoever shows them. */
import type { Routing, RoutingRule, TaskVerdict } from '../../types.ts'

/** What is known when a sentence is written. */
export interface Told {
  tasks: readonly Omit<TaskVerdict, 'sentence'>[]
  margin: number
  decision: TaskVerdict['decision']
  students: number
  adjusted: number | undefined
}

/** "non-inferior within 2 points on 3 of 4 tasks; on aime 30 items cannot decide: 412 more needed if the two are equally good". */
export function verdictSentence({ tasks, margin, decision, students, adjusted }: Told): string {
  const [good, bad, open] = (['replace', 'keep-teacher', 'undecided'] as const).map((one) => tasks.filter((task) => task.decision === one)) as [
    Task[],
    Task[],
    Task[],
  ]
  const parts: string[] = []
  if (decision === 'keep-teacher') {
    parts.push(`worse by more than ${points(margin)} on ${bad.length === 1 ? named(bad[0]!) : `${bad.length} of ${tasks.length} tasks (${names(bad)})`}`)
    if (good.length > 0) parts.push(`non-inferior on ${shareOf(good, tasks)}`)
    return parts.join('; ')
  }
  if (good.length > 0) parts.push(`non-inferior within ${points(margin)} on ${shareOf(good, tasks)}`)
  if (bad.length > 0)
    parts.push(
      `worse by more than ${points(margin)} on ${names(bad)} when that task is looked at alone, but not after correcting for all comparisons of the run`,
    )
  if (decision === 'undecided' && good.length === tasks.length && adjusted !== undefined)
    return `${parts.join('; ')}, but not after correcting for the ${students} students of the run (p becomes ${pValue(adjusted)})${missing(good)}`
  parts.push(...open.map((task) => openPart(task, tasks.length > 1)))
  return parts.join('; ')
}

/** The same for one task, which the reader sees beside the task's name. */
export function taskSentence(task: Omit<TaskVerdict, 'sentence'>, margin: number): string {
  if (task.decision === 'replace') return `non-inferior within ${points(margin)}${seen(task)}`
  if (task.decision === 'keep-teacher') return `worse by more than ${points(margin)}${seen(task)}`
  return openPart(task, false)
}

/** "handing on the 18% of the items with the longest answers keeps 98.2% against the teacher's 98.4% at 41% of its cost". */
export function routingSentence(rule: RoutingRule, { chosen, teacher, student, reportedOn }: Omit<Routing, 'sentence'>): string {
  const { escalated, accuracy, cost, difference, byChance } = chosen
  const count = itemCount(reportedOn)
  if (escalated.value >= 1) return `no threshold was worth it: every item would go on to the teacher (${count})`
  const scores = `${percent(accuracy.value)} against the teacher's ${percent(teacher.accuracy)} (${signedPoints(difference.value)} points, ${signedPoints(difference.low)} to ${signedPoints(difference.high)})`
  const price = `${percent(cost.value)} of the teacher's cost (${percent(cost.low)} to ${percent(cost.high)})`
  if (escalated.value <= 0) return `no item need go on to the teacher: the student alone has ${scores} at ${price}, on ${count}`
  const chance =
    byChance < accuracy.value - 5e-4
      ? `; as many at random would give ${percent(byChance)}`
      : `; no better than handing on as many at random (${percent(byChance)})`
  return `handing on the ${percent(escalated.value)} of the items ${DOUBTED[rule]} gives ${scores} at ${price}, on ${count}${chance}, the student alone ${percent(student.accuracy)}`
}

/** "2 points", "1 point", "0.5 points". */
export function points(ratio: number): string {
  const text = String(Number((100 * Math.abs(ratio)).toFixed(2)))
  return `${text} ${text === '1' ? 'point' : 'points'}`
}

/** "+0.3", "−4.1", "0.0". */
export function signedPoints(ratio: number): string {
  const text = (100 * Math.abs(ratio)).toFixed(1)
  return Number(text) === 0 ? '0.0' : `${ratio < 0 ? '\u2212' : '+'}${text}`
}

export function grouped(count: number): string {
  return String(Math.round(count)).replace(/\B(?=(\d{3})+(?!\d))/g, ',')
}

// --- internal ---

const DOUBTED: Record<RoutingRule, string> = {
  'answer-length': 'with the longest answers',
  agreement: 'on which its answers disagree most',
  'log-probability': 'with the least likely answers',
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)}%`
}

type Task = Omit<TaskVerdict, 'sentence'>

function shareOf(some: readonly Task[], all: readonly Task[]): string {
  if (some.length < all.length) return `${some.length} of ${all.length} tasks`
  return all.length === 1 ? named(all[0]!) : `all ${all.length} tasks`
}

function named(task: Task): string {
  return `${task.workload}${seen(task)}`
}

function names(tasks: readonly Task[]): string {
  const shown = tasks.slice(0, 5).map((task) => `${task.workload}${tasks.length <= 2 ? seen(task) : ''}`)
  const rest = tasks.length - shown.length
  return rest > 0 ? `${shown.join(', ')} and ${rest} more` : shown.join(' and ')
}

/** " (−1.6 points, −4.1 to +0.8, 500 items)". */
function seen({ difference, items }: Task): string {
  if (difference.state !== 'ok') return ''
  const { value, low, high } = difference.value
  return ` (${signedPoints(value)} points, ${signedPoints(low)} to ${signedPoints(high)}, ${itemCount(items)})`
}

function itemCount(items: number): string {
  return `${grouped(items)} ${items === 1 ? 'item' : 'items'}`
}

function openPart(task: Task, withName: boolean): string {
  const on = withName ? `on ${task.workload} ` : ''
  if (task.difference.state !== 'ok') {
    const why = task.difference.state === 'absent' ? task.difference.why : task.difference.error.message
    return `${on}nothing is shown: ${why}`
  }
  const { value, low, high } = task.difference.value
  const range = `${signedPoints(value)} points, ${signedPoints(low)} to ${signedPoints(high)}`
  return `${on}${itemCount(task.items)} cannot decide (${range}): ${needed(task)}`
}

function needed({ moreItems: { ifEqual, asSeen } }: Task): string {
  const equal = ifEqual.state === 'ok' ? ifEqual.value : undefined
  const likely = asSeen.state === 'ok' ? asSeen.value : undefined
  const more = (count: number): string => `${grouped(count)} more needed`
  if (equal !== undefined && equal > 0) {
    const other =
      likely === undefined ? ', and no number would do if the difference is as seen' : likely > equal ? `, ${grouped(likely)} if the difference is as seen` : ''
    return `${more(equal)} if the two are equally good${other}`
  }
  if (likely === undefined) return 'the difference that was seen is as large as the margin, so no number of items would decide'
  return `${more(Math.max(1, likely))} if the difference is as seen`
}

/** Of the tasks that the correction asks more of, the ones that have too few items for it. */
function missing(tasks: readonly Task[]): string {
  const short = tasks.flatMap(({ workload, moreItems: { ifEqual } }) =>
    ifEqual.state === 'ok' && ifEqual.value > 0 ? [`${grouped(ifEqual.value)} more on ${workload}`] : [],
  )
  if (short.length === 0) return ''
  const shown = short.length > 3 ? [...short.slice(0, 3), `and on ${short.length - 3} others`] : short
  return `: ${shown.join(', ')} needed if the two are equally good`
}

function pValue(p: number): string {
  return p < 0.001 ? 'below .001' : p.toFixed(3).replace(/^0/, '')
}
