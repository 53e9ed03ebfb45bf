/** 판정 문장. 분석의 영어 문장이 아니라 판정의 수치에서 만든다. */
import type { Routing, RoutingRule, TaskVerdict, Verdict } from '../../../harness/types.ts'
import { formatNumber, formatPoints } from '../../format.ts'
import { translated } from './phrases.ts'

export function verdictSentence({ tasks, margin, decision, p, sentence, ungraded }: Verdict): string {
  if (tasks.length === 0 || ungraded === true) return translated(sentence)
  const of = (one: TaskVerdict['decision']): TaskVerdict[] => tasks.filter((task) => task.decision === one)
  const [good, bad, open] = [of('replace'), of('keep-teacher'), of('undecided')]
  const limit = points(margin)
  const kept = good.length === 0 ? [] : [`${share(good, tasks)}에서 한계 ${limit} 이내로 비열등`]
  const worse = `${bad.map((task) => `${task.workload}${bad.length <= 2 ? seen(task) : ''}`).join(', ')}에서 한계 ${limit}를 넘어 열등`
  if (decision === 'keep-teacher') return [worse, ...kept].join('; ')
  if (decision === 'undecided' && good.length === tasks.length && p.state === 'ok')
    return `${kept.join('')}, 다만 이 실행의 학생 ${p.value.students}개에 대해 보정하면 입증되지 않음(p = ${p.value.adjusted.toPrecision(2)})${missing(good)}`
  const corrected = bad.length === 0 ? [] : [`${worse}(이 과제만 볼 때이며, 실행의 모든 비교에 대해 보정하면 아님)`]
  return [...kept, ...corrected, ...open.map((task) => openPart(task, tasks.length > 1))].join('; ')
}

export function taskSentence(task: TaskVerdict, margin: number): string {
  if (task.decision === 'replace') return `한계 ${points(margin)} 이내로 비열등${seen(task)}`
  if (task.decision === 'keep-teacher') return `한계 ${points(margin)}를 넘어 열등${seen(task)}`
  return openPart(task, false)
}

export function routingSentence(rule: RoutingRule, { chosen, teacher, student, reportedOn }: Routing): string {
  const { escalated, accuracy, cost, difference, byChance } = chosen
  const count = `문항 ${formatNumber(reportedOn)}개 기준`
  if (escalated.value >= 1) return `쓸모 있는 임계값이 없어 모든 문항을 교사에게 넘기게 된다(${count})`
  const scores = `정확도 ${percent(accuracy.value)}(교사 ${percent(teacher.accuracy)}, 차이 ${range(difference)})`
  const price = `비용은 교사의 ${percent(cost.value)}(${percent(cost.low)}~${percent(cost.high)})`
  if (escalated.value <= 0) return `교사에게 넘길 필요가 없다. 학생만으로 ${scores}, ${price}, ${count}`
  const chance =
    byChance < accuracy.value - 5e-4
      ? `같은 수를 무작위로 넘기면 ${percent(byChance)}`
      : `같은 수를 무작위로 넘기는 것보다 나을 것이 없음(${percent(byChance)})`
  return `${DOUBTED[rule]} 문항 ${percent(escalated.value)}를 교사에게 넘기면 ${scores}, ${price}, ${count}. ${chance}, 학생만 쓰면 ${percent(student.accuracy)}`
}

// --- internal ---

const DOUBTED: Record<RoutingRule, string> = {
  'answer-length': '답변이 가장 긴',
  agreement: '답변이 가장 엇갈리는',
  'log-probability': '답변의 확률이 가장 낮은',
}

function percent(value: number): string {
  return `${(100 * value).toFixed(1)}%`
}

function points(ratio: number): string {
  return `${Number((100 * Math.abs(ratio)).toFixed(2))}%p`
}

function range({ value, low, high }: { value: number; low: number; high: number }): string {
  return `${formatPoints(value)}%p, ${formatPoints(low)} ~ ${formatPoints(high)}`
}

function share(some: readonly TaskVerdict[], all: readonly TaskVerdict[]): string {
  if (some.length < all.length) return `과제 ${all.length}개 중 ${some.length}개`
  return all.length === 1 ? `${all[0]!.workload}${seen(all[0]!)}` : `과제 ${all.length}개 모두`
}

function seen({ difference, items }: TaskVerdict): string {
  return difference.state === 'ok' ? `(${range(difference.value)}, 문항 ${formatNumber(items)}개)` : ''
}

function openPart(task: TaskVerdict, withName: boolean): string {
  const { difference } = task
  const where = withName ? `${task.workload}: ` : ''
  if (difference.state !== 'ok') return `${where}입증된 것이 없음(${translated(difference.state === 'absent' ? difference.why : difference.error.message)})`
  return `${where}문항 ${formatNumber(task.items)}개로는 결론을 낼 수 없음(${range(difference.value)}). ${needed(task)}`
}

/** 보정하면 문항이 모자라는 과제. */
function missing(tasks: readonly TaskVerdict[]): string {
  const short = tasks.flatMap(({ workload, moreItems: { ifEqual } }) =>
    ifEqual.state === 'ok' && ifEqual.value > 0 ? [`${workload} 문항 ${formatNumber(ifEqual.value)}개`] : [],
  )
  if (short.length === 0) return ''
  const others = short.length > 3 ? ` 외 과제 ${short.length - 3}개` : ''
  return `. 둘의 성능이 같다면 ${short.slice(0, 3).join(', ')}${others}가 더 필요`
}

function needed({ moreItems: { ifEqual, asSeen } }: TaskVerdict): string {
  const equal = ifEqual.state === 'ok' ? ifEqual.value : undefined
  const likely = asSeen.state === 'ok' ? asSeen.value : undefined
  if (equal !== undefined && equal > 0) {
    const other =
      likely === undefined ? ', 관측된 차이가 맞다면 문항을 늘려도 결론이 나지 않음' : likely > equal ? `, 관측된 차이가 맞다면 ${formatNumber(likely)}개` : ''
    return `둘의 성능이 같다면 문항 ${formatNumber(equal)}개가 더 필요${other}`
  }
  if (likely === undefined) return '관측된 차이가 한계만큼 커서 문항을 늘려도 결론이 나지 않음'
  return `관측된 차이가 맞다면 문항 ${formatNumber(Math.max(1, likely))}개가 더 필요`
}
