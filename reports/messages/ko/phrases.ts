/** 분석이 남긴 영어 문장(이유, 경고, 계산 방법)의 한국어. 없는 문장은 영어 그대로 둔다. */

/** The sentence in Korean where there is one, else as it was. */
export function translated(text: string): string {
  const whole = PHRASES[text]
  if (whole !== undefined) return whole
  for (const [pattern, korean] of PATTERNS) {
    const found = pattern.exec(text)
    if (found !== null) return korean(...(found.slice(1).map((part) => part ?? '') as [string, string, string, string, string]))
  }
  return text
}

// --- internal ---

const PHRASES: Readonly<Record<string, string>> = {
  'the run had no power meter': '실행에 전력 계측기가 없었음',
  'the model told no log-probabilities': '모델이 로그 확률을 알려 주지 않음',
  'the model is on a server': '모델이 서버에 있음',
  'the model is on a server; the process here is the client': '모델이 서버에 있고, 여기의 프로세스는 클라이언트임',
  'the model has no card': '모델 카드가 없음',
  'the suite gives no price': '스위트에 가격이 없음',
  'the model card does not tell of its training': '모델 카드에 학습 정보가 없음',
  'the model card does not tell the energy of its training': '모델 카드에 학습 에너지가 없음',
  'the model card tells no cost of its training, and there is no hourly price to work it out': '모델 카드에 학습 비용이 없고, 계산할 시간당 가격도 없음',
  'the card does not tell': '카드에 없음',
  'the run did not compare token by token': '토큰 단위로 비교하지 않은 실행',
  'the items name no slices': '문항에 슬라이스가 없음',
  'items were asked once only': '문항을 한 번씩만 물었음',
  'not looked at': '살펴보지 않음',
  'not measured': '측정하지 않음',
  'not calibrated': '보정하지 않음',
  'nothing was asked': '보낸 요청이 없음',
  'nothing was asked: the run ended before': '그 전에 실행이 끝나 보낸 요청이 없음',
  'nothing was paired': '짝지은 문항이 없음',
  'no answer was graded': '채점한 답변이 없음',
  'no item has a graded answer of both': '둘 다 채점된 답변이 있는 문항이 없음',
  'no cell was finished': '완료된 셀이 없음',
  'no measured window': '측정 구간이 없음',
  'no answered request tells when its first token came': '첫 토큰이 온 시각을 알 수 있는 응답이 없음',
  'the control was not run': '대조 모델을 실행하지 않음',
  'the teacher has no right answer': '교사의 정답이 없음',
  'the teacher gave no wrong answer': '교사의 오답이 없음',
  'the teacher’s value is 0': '교사의 값이 0임',
  'the two never differed': '둘의 답이 다른 적이 없음',
  'scores are no single right-or-wrong answers': '점수가 정답·오답 하나로 나뉘지 않음',
  'scores are not right or wrong': '점수가 정답·오답이 아님',
  'one item or cluster allows no interval': '문항이나 군집이 하나뿐이라 신뢰구간을 구할 수 없음',
  'too few items or clusters for an interval': '문항이나 군집이 적어 신뢰구간을 구할 수 없음',
  'too few items, or too little variety in the answers, for an interval': '문항이 적거나 답변이 고르지 않아 신뢰구간을 구할 수 없음',
  'too many resamples have no value: too few items': '문항이 적어 재표본 대부분에 값이 없음',
  'both always gave the same one answer: there is no agreement beyond chance to see': '둘이 늘 같은 답 하나만 내어 우연을 넘는 일치를 볼 수 없음',
  'a correct answer of the student saves nothing': '학생의 정답이 절감하는 것이 없음',
  'it is not clear that a correct answer of the student saves anything': '학생의 정답이 무언가를 절감하는지 분명하지 않음',
  'a request of the student saves nothing': '학생의 요청이 절감하는 것이 없음',
  'it is not clear that a request of the student saves anything': '학생의 요청이 무언가를 절감하는지 분명하지 않음',
  'the teacher’s answers cost nothing, so nothing can be saved': '교사의 답변에 비용이 들지 않아 절감할 것이 없음',
  'the run has no such figure': '실행에 해당 수치가 없음',
  'the records do not allow a finite value': '기록에서 유한한 값을 구할 수 없음',
  'both are of one training: no distillation lies between them': '둘이 같은 학습에서 나와 증류 관계가 아님',
  'teacher, student and control have no item in common': '교사, 학생, 대조 모델에 공통된 문항이 없음',
  'the measured window has no length': '측정 구간의 길이가 0임',
  'the grader has no price by tokens': '채점 모델에 토큰 가격이 없음',
  'the judge decided no pair': '심판이 판정한 쌍이 없음',
  'the suite gives no price by tokens for its judge': '스위트에 심판의 토큰 가격이 없음',
  'the card tells no number of parameters: give one in the suite (card)': '카드에 파라미터 수가 없음. 스위트의 card에 적어야 함',
  'the model is behind a server that does not tell its device: give it in the suite (device)': '서버가 장치를 알려 주지 않음. 스위트의 device에 적어야 함',
  'The client was busy: times are too long.': '클라이언트가 바빠 시간이 실제보다 길게 측정되었다.',
  'power of the design × time': '설계 전력 × 시간',
}

type Pattern = readonly [RegExp, (...parts: [string, string, string, string, string]) => string]

const PATTERNS: readonly Pattern[] = [
  [/^no power meter \((.*)\)$/, (said) => `전력 계측기 없음(${said.split('; ').map(translated).join('; ')})`],
  [/^No slice is worse than the teacher by more than chance would show among (\d+)\.$/, (all) => `우연을 넘어 교사보다 나쁜 슬라이스 없음(${all}개 중)`],
  [/^Worse than the teacher beyond chance: (.*)\.$/, (slices) => `우연을 넘어 교사보다 나쁜 슬라이스: ${slices.replaceAll(/ points\b/g, '%p')}`],
  [/^(\S+) gave no readings$/, (meter) => `${meter}: 읽은 값 없음`],
  // warnings
  [
    /^(.*): ([\d,]+) items?, below (\d+); small differences cannot be told from chance\.$/,
    (where, items, limit) => `${where}: 문항 ${items}개로 ${limit}개 미만이라 작은 차이는 우연과 구별할 수 없다.`,
  ],
  [
    /^(.*): token counts are estimates, and with them speed, energy and cost per token\.$/,
    (where) => `${where}: 토큰 수가 추정값이며, 속도와 토큰당 에너지, 비용도 마찬가지이다.`,
  ],
  [/^(.*): (\d+) of ([\d,]+) requests? failed; first: (.*)$/s, (where, failed, all, first) => `${where}: 요청 ${all}건 중 ${failed}건 실패. 첫 번째: ${first}`],
  [/^(.*): (.*); accuracy leaves them out\.$/, (where, why) => `${where}: ${translated(why)}. 정확도에서 제외했다.`],
  [
    /^(.*): token times come in steps of ([\d.]+) ms, but a token takes about ([\d.]+) ms; times per token are coarse\.$/,
    (where, step, usual) => `${where}: 토큰 시각의 눈금이 ${step} ms인데 토큰 하나에 약 ${usual} ms가 걸려, 토큰당 시간이 거칠다.`,
  ],
  [
    /^(.*): (\d+) of ([\d,]+) windows? have no energy; per-token and per-answer figures are of the others\.$/,
    (where, missing, all) => `${where}: 측정 구간 ${all}개 중 ${missing}개에 에너지 값이 없다. 토큰당, 답변당 수치는 나머지에서 구했다.`,
  ],
  [
    /^(.*): (.*) was silent for (\d+) ms, usually it reads every (\d+) ms\.$/,
    (where, meter, gap, usual) => `${where}: ${meter} 계측이 ${gap} ms 동안 끊겼다(평소 ${usual} ms 간격).`,
  ],
  [
    /^The run (had failures|was interrupted|has not ended): ([\d,]+) requests? of ([\d,]+) known ones are in it\. Numbers are of what was asked\.$/,
    (state, asked, all) => `실행이 ${RUN_STATES[state] ?? state}. 알려진 요청 ${all}건 중 ${asked}건이 들어 있으며, 수치는 보낸 요청만 다룬다.`,
  ],
  [
    /^Energy of (\d+) of (\d+) combinations of model, workload and load comes from less than (\d+) s of measurement \(the shortest: ([\d.]+) s\)/,
    (few, all, limit, shortest) =>
      `모델, 워크로드, 부하 조합 ${all}개 중 ${few}개의 에너지가 ${limit}초 미만의 측정(최단 ${shortest}초)에서 나왔다. 짧은 측정에서는 구간 경계의 영향이 크며, 남은 불확실성은 신뢰구간에 들어 있다.`,
  ],
  [
    /^The models ran on different backends or devices: (.*)\. Ratios of times compare those too\.$/,
    (which) => `모델마다 백엔드나 장치가 다르다(${which}). 시간의 비율에는 그 차이도 들어 있다.`,
  ],
  [
    /^Sources disagree about (.*) of (.*) and the suite prefers none; the newest is used\.$/,
    (about, model) => `${model}의 ${about}에 대한 출처가 서로 다르다. 스위트의 우선순위가 없어 가장 최근 것을 썼다.`,
  ],
  [
    /^Times, token counts and cost of (.*) are those of (.*); they were not measured by this tool\.$/,
    (id, label) => `${id}의 시간, 토큰 수, 비용은 ${label}의 값이며, 이 도구로 측정하지 않았다.`,
  ],
  [/^The client was the limit: (.*)$/, (why) => `클라이언트가 한계였음: ${translated(why)}`],
  [
    /^Failed requests count as wrong: (\d+) of the student, (\d+) of the teacher\.?$/,
    (own, base) => `실패한 요청은 오답으로 친다: 학생 ${own}건, 교사 ${base}건.`,
  ],
  // reasons
  [
    /^too few for this percentile: ([\d,]+) values? worth (\d+) independent ones?, (\d+) are needed$/,
    (values, worth, least) => `이 백분위수를 구하기에 부족함: 값 ${values}개는 독립 ${worth}개에 해당하고 ${least}개가 필요`,
  ],
  [
    /^too few for this percentile: ([\d,]+) independent pairs?, (\d+) are needed$/,
    (pairs, least) => `이 백분위수를 구하기에 부족함: 독립 쌍 ${pairs}개, ${least}개가 필요`,
  ],
  [/^the suite gives no price for (.*)$/, (model) => `스위트에 ${model}의 가격이 없음`],
  [/^([\d,]+) of ([\d,]+) answers? were not graded$/, (some, all) => `답변 ${all}개 중 ${some}개를 채점하지 않음`],
  [/^the (teacher|student|control|model) wrote no (answer|reasoning)$/, (who, what) => `${WHO[who] ?? who}의 ${what === 'reasoning' ? '추론' : '답변'}이 없음`],
  [/^the (teacher|student|control|model) was not asked$/, (who) => `${WHO[who] ?? who}에 요청을 보내지 않음`],
  [
    /^([\d,]+) items? are too few to choose a threshold on one half and report on the other; (\d+) are needed$/,
    (items, least) => `문항 ${items}개로는 절반에서 임계값을 정하고 나머지에서 보고하기에 부족함(${least}개 필요)`,
  ],
  [/^no peak figures are known of "(.*)"$/, (device) => `"${device}"의 최대 성능을 알 수 없음`],
  [/^(.*) gave no reading in an idle phase$/, (meter) => `유휴 구간에 ${meter} 측정값이 없음`],
  [/^(.*) gave ([\d,]+) readings? in the window; two are needed$/, (meter, count) => `측정 구간에 ${meter} 측정값이 ${count}개뿐임(2개 필요)`],
  [
    /^the control has another size \((.*) parameters, the student (.*)\), so the difference is not distillation’s alone$/,
    (other, own) => `대조 모델의 크기가 달라(파라미터 ${other}, 학생 ${own}) 차이가 증류만의 효과가 아님`,
  ],
  // methods
  [/^mean score of ([\d,]+) items?; Wilson interval$/, (items) => `문항 ${items}개의 평균 점수, Wilson 구간`],
  [/^mean over ([\d,]+) answers?; t interval over ([\d,]+) items?$/, (answers, items) => `답변 ${answers}개의 평균, 문항 ${items}개의 t 구간`],
  [/^share of ([\d,]+) requests?; Wilson interval$/, (requests) => `요청 ${requests}건 중 비율, Wilson 구간`],
  [/^median of ([\d,]+) requests?; exact interval from order statistics$/, (requests) => `요청 ${requests}건의 중앙값, 순서 통계량에서 구한 정확 구간`],
  [/^median of ([\d,]+) gaps?; interval over ([\d,]+) requests?$/, (gaps, requests) => `간격 ${gaps}개의 중앙값, 요청 ${requests}건의 구간`],
  [
    /^(output tokens|answered requests|prompt tokens|bytes) ÷ measured window; t interval over ([\d,]+) requests?$/,
    (what, requests) => `${AMOUNTS[what] ?? what} ÷ 측정 구간, 요청 ${requests}건의 t 구간`,
  ],
  [
    /^largest over ([\d,]+) cells?, after the measured window; low and high are the range$/,
    (cells) => `측정 구간 이후, 셀 ${cells}개 중 최댓값. 하한과 상한은 범위`,
  ],
  [
    /^([\d.,]+) USD per hour \((.*)\) × measured window(?:; t interval over ([\d,]+) requests?)?$/,
    (price, source, requests) => `시간당 ${price} USD(${source}) × 측정 구간${requests === '' ? '' : `, 요청 ${requests}건의 t 구간`}`,
  ],
  [/^tinybench, ([\d,]+) calls? after warm-up$/, (calls) => `tinybench, 워밍업 후 호출 ${calls}회`],
  [/^made up, ([\d,]+) items?$/, (items) => `지어낸 값, 문항 ${items}개`],
]

const RUN_STATES: Readonly<Record<string, string>> = { 'had failures': '일부 실패했다', 'was interrupted': '중단되었다', 'has not ended': '아직 끝나지 않았다' }
const WHO: Readonly<Record<string, string>> = { teacher: '교사', student: '학생', control: '대조 모델', model: '모델' }
const AMOUNTS: Readonly<Record<string, string>> = {
  'output tokens': '출력 토큰',
  'answered requests': '응답한 요청',
  'prompt tokens': '프롬프트 토큰',
  bytes: '바이트',
}
