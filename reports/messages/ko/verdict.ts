/** 맨 먼저 읽는 것: 제목, 판정, 요약 타일, 절감. 그리고 판정 근거. */
import { formatNumber } from '../../format.ts'
import type { Messages } from '../index.ts'
import { withParticle } from './particles.ts'

export const VERDICT: Messages['verdict'] = {
  emptyTitle: '빈 보고서',
  titles: (titles) => titles.join(' · '),
  heads: {
    replace: (own, base) => `${withParticle(own, '이/가')} ${withParticle(base, '을/를')} 대체할 수 있음`,
    'keep-teacher': (own, base) => `${own} 대신 ${base} 유지`,
    undecided: (own) => `${own}, 판정 보류`,
  },
  noVerdict: (own) => `${own}, 판정 없음`,
  noAccuracyStamp: '정확도 미측정',
  tiles: { accuracy: '정확도', cost: '비용', latency: '속도', energy: '에너지' },
  margin: (points) => `한계 ${points}%p`,
  per: { correct: '정답당', token: '토큰당', whole: '답변 전체 기준', answer: '답변당' },
  leastOf: (workload, tasks) => `${workload}, 과제 ${tasks}개 중 가장 불리한 값`,
  saved: (text, perCorrect, aside) => `${perCorrect ? '정답당 ' : ''}${text}${aside === '' ? '' : `(${aside})`}`,
  savedNothing: (kind, perCorrect) => `${perCorrect ? '정답당 ' : ''}${kind}`,
  unclearIn: (what, range) => `${what}: 뚜렷한 차이 없음(${range})`,
  saving: ({ workload, is, takes, unclear }) => {
    const claims = [is, takes].filter((part) => part !== '').join(', ')
    const where = workload === undefined ? '' : `${workload}에서 `
    const nothing = unclear === '' ? '' : `${withParticle(unclear, '은/는')} 뚜렷한 차이 없음`
    return `${where}교사 대비 ${[claims, nothing].filter((part) => part !== '').join('. ')}.`
  },
  answers: (count, aside) => `정답 ${count}건${aside === '' ? '' : `(${aside})`}`,
  paid: (kind, spent, answers, workload) =>
    `${kind === 'cost' ? '증류 비용' : '증류 에너지'}(${spent})${kind === 'cost' ? '은' : '는'} ${workload === undefined ? '' : `${workload} 기준 `}${answers} 이후 회수된다.`,
  routed: (sentence, workload) => `${workload === undefined ? '' : `${workload}에서 `}학생에게 먼저 묻고 필요하면 교사에게 넘기는 경우: ${sentence}.`,
  taskColumns: ['과제', '판정', '문항 수(퇴보, 향상)', '차이, %p', 'McNemar p(mid-p)', '한계 대비 z', '추가로 필요한 문항'],
  savingColumns: ['항목', '교사 대비', '건당 절감량(95% 신뢰구간)', '출처', '증류 비용 회수 시점'],
  routingColumns: ['규칙', '과제', '교사에게 넘긴 비율', '정확도', '차이, %p', '비용 ÷ 교사 비용'],
  nothingRun: '보고할 실행이 없다. 빈 분석이다.',
  publishedOnly: '이 보고서에는 공개 수치만 있으며, 직접 측정한 값은 없다.',
  nothingMeasured: '이 실행에서는 아무것도 측정되지 않았다. 원인은 아래에 있다.',
  states: { running: '아직 끝나지 않았다', failed: '실패한 셀을 남기고 끝났다', interrupted: '중단되었다' },
  otherState: (state) => `"${state}" 상태이다`,
  unfinished: (run, state) => `실행 ${run}: ${state}. 수치는 완료된 부분만 다룬다.`,
  quick: (run) => `실행 ${run}: 빠른 실행이라 문항이 적고 신뢰구간이 넓다.`,
  unlikeSuites: '아래 실행들은 스위트가 다르거나 같은 스위트의 버전이 다르다. 비교할 때 주의해야 한다.',
  run: (id, time) => `실행 ${id}, ${time}`,
  list: '판정',
  moreVerdicts: (count) => `나머지 판정 ${count}개는 아래에 있다.`,
  moreInReport: (count) => `나머지 ${count}개는 보고서에 있음`,
  title: '판정',
  noAccuracy: '정확도가 측정되지 않았다. 채점된 답변이 없어 판정도 없다. 아래는 그 밖의 수치이다.',
  rule: (margins) =>
    `모든 과제에서 학생 모델의 손실이 비열등성 한계 ${margins}%p보다 작다는 것이 입증되면, 즉 짝지은 차이의 95% 신뢰구간 하한이 한계보다 위에 있으면 교사 모델을 교체할 수 있다. 상한이 한계보다 아래에 있으면 교사를 유지한다. 그 밖에는 판정을 보류하고, 같은 실행 다섯 번 중 네 번이 결론에 이르는 데 필요한 추가 문항 수를 제시한다. McNemar p는 “둘의 성능이 같다”는 가설에 대한 정확 검정 값이고, 괄호 안은 관측 결과의 확률을 절반만 더한 값(mid-p)이다. z는 한계만큼의 손실에 대한 점수 통계량으로, ±1.960을 넘으면 95% 신뢰구간으로 결론이 난다.`,
  tests: '과제별 검정',
  savings: '학생 모델의 절감 효과',
  routing: '학생 우선, 확신이 없으면 교사',
  student: '학생',
  unrouted: (rules, why) => `${rules} 기준으로 넘기기: ${why}.`,
  claim: ({ much, little, factor, share, names }) => {
    const [first, second] = names === undefined ? ['', ''] : names.map((name) => `${name} `)
    const unit = /\/.*$/.exec(much)?.[0] ?? ''
    const shown = unit !== '' && little.endsWith(unit) ? much.slice(0, -unit.length) : much
    return `${first}${shown} 대 ${second}${little}: ${factor}배, 역비율 ${share}`
  },
  claimSentence: (title, figure) => `${title}: ${figure}(공개 수치).`,
  moreComparisons: (count) => `나머지 비교 ${count}개는 표에 있다.`,
  against: (own, teachers, difference) => `${own}, 교사 ${teachers}${difference}`,
  own: (own, noun) => `${noun} ${own}`,
  nouns: { speed: '속도', cost: '비용', energy: '에너지' },
  perCorrect: (text) => `정답당 ${text}`,
  noDifference: (what) => `${withParticle(what, '은/는')} 뚜렷한 차이 없음`,
  counts: {
    unasked: (count) => ` 계획한 요청 중 ${formatNumber(count)}건은 보내지 않았다.`,
    spared: (count) => ` 요청을 ${formatNumber(count)}건 더 보낼 수 있었으나, 결론이 분명해지거나 한도에 이르면 멈추는 실행이라 보내지 않았다.`,
    nothing: '보낸 요청이 없다.',
    answered: (requests) => `요청 ${formatNumber(requests)}건 모두 답변을 받았고, 토큰 한도에서 잘린 답변은 없다.`,
    untold: (requests, untold) =>
      `요청 ${formatNumber(requests)}건 모두 답변을 받았다. ${untold === requests ? '잘린 답변이 있는지는' : `그중 ${formatNumber(untold)}건이 잘렸는지는`} 알 수 없다.`,
    failed: (count) => `${formatNumber(count)}건 실패`,
    truncated: (count) => `답변 ${formatNumber(count)}건이 토큰 한도에서 잘림`,
    of: (requests, parts) => `요청 ${formatNumber(requests)}건 중 ${parts}.`,
    onlyCut: '잘린 답변도 다른 답변과 똑같이 채점, 과금, 시간 측정에 들어간다.',
    withFailed: '실패한 요청은 오답으로 치며, 그 시간과 비용도 포함한다.',
  },
}
