/** Fidelity of every student and control to the teacher; docs/metrics.md has the formulae. */
import type { Agreement, Calibration, Estimate, Fidelity, Flip, Flips, Observed, Sample, SliceTest, StoredRun } from '../../types.ts'
import type { Group } from '../groups.ts'
import { pairedT } from '../stats/paired.ts'
import { wilson } from '../stats/wilson.ts'
import { calibrationOf } from './calibration.ts'
import { cohenKappa } from './kappa.ts'
import { answerOf, answerPairs, scoreOf, type AnswerPair } from './pairs.ts'
import { sliceTest } from './slices.ts'
import { tokenFidelity } from './tokens.ts'

/** One for each measured model that is not the teacher, and each workload; none where the run has no teacher. */
export function fidelityRows({ record, scores }: Pick<StoredRun, 'record' | 'scores'>, groups: readonly Group[]): Fidelity[] {
  const teacher = record.suite.models.find(({ role }) => role === 'teacher')
  if (teacher === undefined) return []
  const others = record.suite.models.filter(({ id }) => id !== teacher.id && groups.some(({ model }) => model.id === id))
  return others.flatMap(({ id: model }) => {
    const workloads = [...new Set(groups.filter((group) => group.model.id === model).map(({ workload }) => workload))]
    return workloads.map((workload): Fidelity => {
      const of = (whose: string): Group[] => groups.filter((group) => group.model.id === whose && group.workload === workload)
      const paired = answerPairs(of(model), of(teacher.id))
      return {
        run: record.id,
        model,
        teacher: teacher.id,
        workload,
        tokens: tokenFidelity({ record, ...(scores === undefined ? {} : { scores }) }, model, workload),
        ...figuresOf('why' in paired ? { ...paired, load: '', pairs: [] } : paired, [record.id, model, workload]),
      }
    })
  })
}

// --- internal ---

const MOST_FLIPS = 200
const LONGEST = 500
const LEVEL_OF_ALARM = 0.05

type Figures = Omit<Fidelity, 'run' | 'model' | 'teacher' | 'workload' | 'tokens'>

function figuresOf({ load, pairs, why }: { load: string; pairs: readonly AnswerPair[]; why?: string }, seed: readonly string[]): Figures {
  const given = <T>(make: () => Observed<T>): Observed<T> => (why === undefined ? make() : absent(why))
  const sides = { model: pairs.map(({ model }) => model), teacher: pairs.map(({ teacher }) => teacher) }
  return {
    load,
    answers: pairs.length,
    items: new Set(sides.model.map(({ item }) => item)).size,
    agreement: given(() => agreementOf(pairs, seed)),
    onTeacherErrors: given(() => onErrors(pairs)),
    flips: flipsOf(pairs),
    slices: given(() => slicesOf(pairs, seed)),
    calibration: { model: given(() => calibrated(sides.model)), teacher: given(() => calibrated(sides.teacher)) },
    answerLength: given(() => lengthRatio(pairs, ({ text }) => text.length, 'answer')),
    reasoningLength: given(() => lengthRatio(pairs, ({ reasoning }) => reasoning?.length ?? 0, 'reasoning')),
  }
}

function absent(why: string): { state: 'absent'; why: string } {
  return { state: 'absent', why }
}

function agreementOf(pairs: readonly AnswerPair[], seed: readonly string[]): Observed<Agreement> {
  const labels = pairs.map(({ cluster, model, teacher }) => ({ cluster, a: answerOf(model), b: answerOf(teacher) }))
  const { observed, chance, kappa, clusters, interval } = cohenKappa(labels, ['kappa', ...seed])
  if (!Number.isFinite(kappa))
    return { state: 'ok', value: { observed, chance, kappa: absent('both always gave the same one answer: there is no agreement beyond chance to see') } }
  if (interval === undefined)
    return { state: 'ok', value: { observed, chance, kappa: absent('too few items, or too little variety in the answers, for an interval') } }
  const estimate: Estimate = { ...interval, n: clusters, unit: 'ratio', origin: 'measured', method: "Cohen's kappa; percentile bootstrap of items or clusters" }
  return { state: 'ok', value: { observed, chance, kappa: { state: 'ok', value: estimate } } }
}

/** Wilson, with as many observations as there are clusters: repeats of an item do not narrow it. */
function onErrors(pairs: readonly AnswerPair[]): Observed<Estimate> {
  const wrong = pairs.filter(({ teacher }) => scoreOf(teacher) === 0)
  if (wrong.length === 0) return absent('the teacher gave no wrong answer')
  const share = wrong.filter(({ model, teacher }) => answerOf(model) === answerOf(teacher)).length / wrong.length
  const n = new Set(wrong.map(({ cluster }) => cluster)).size
  return { state: 'ok', value: { ...wilson(share * n, n), n, unit: 'ratio', origin: 'measured', method: 'Wilson; n items or clusters' } }
}

function flipsOf(pairs: readonly AnswerPair[]): Flips {
  const lost = pairs.filter(({ model, teacher }) => scoreOf(model) < scoreOf(teacher))
  const won = pairs.filter(({ model, teacher }) => scoreOf(model) > scoreOf(teacher))
  return { lost: lost.length, won: won.length, listed: [...lost, ...won].slice(0, MOST_FLIPS).map(flipOf) }
}

function flipOf({ model, teacher }: AnswerPair): Flip {
  const side = (sample: Sample): Flip['model'] => ({ answer: cut(answerOf(sample)), score: scoreOf(sample) })
  const { item, key, slice, prompt } = model
  return { item, repeat: key.repeat, ...(slice === undefined ? {} : { slice }), prompt: cut(prompt), teacher: side(teacher), model: side(model) }
}

function cut(text: string): string {
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST).replace(/[\uD800-\uDBFF]$/, '')}…`
}

function slicesOf(pairs: readonly AnswerPair[], seed: readonly string[]): Observed<SliceTest> {
  const items = pairs.flatMap(({ cluster, model, teacher }) =>
    model.slice === undefined ? [] : [{ slice: model.slice, cluster, difference: scoreOf(model) - scoreOf(teacher) }],
  )
  if (items.length === 0) return absent('the items name no slices')
  const slices = sliceTest(items, ['slices', ...seed])
  const worse = slices.filter(({ adjusted }) => adjusted <= LEVEL_OF_ALARM)
  const sentence =
    worse.length === 0
      ? `No slice is worse than the teacher by more than chance would show among ${slices.length}.`
      : `Worse than the teacher beyond chance: ${worse.map(({ slice, difference }) => `${slice} (${(100 * difference).toFixed(1)} points)`).join(', ')}.`
  return { state: 'ok', value: { slices, sentence, method: 'sign flips of items or clusters, max-T over all slices, one-sided' } }
}

/** exp of the sum of log-probabilities: the probability of the whole answer. */
function calibrated(samples: readonly Sample[]): Observed<Calibration> {
  const answers = samples.flatMap((sample) => {
    const score = scoreOf(sample)
    return sample.logProb === undefined || (score !== 0 && score !== 1) ? [] : [{ confidence: Math.min(1, Math.exp(sample.logProb)), right: score === 1 }]
  })
  if (samples.every(({ logProb }) => logProb === undefined)) return absent('the model told no log-probabilities')
  return answers.length === 0 ? absent('no answer is plainly right or wrong') : { state: 'ok', value: calibrationOf(answers) }
}

function lengthRatio(pairs: readonly AnswerPair[], lengthOf: (sample: Sample) => number, what: string): Observed<Estimate> {
  const index = new Map<string, number>()
  for (const { cluster } of pairs) if (!index.has(cluster)) index.set(cluster, index.size)
  const sums = (side: 'model' | 'teacher'): { top: Float64Array; bottom: Float64Array } => {
    const [top, bottom] = [new Float64Array(index.size), new Float64Array(index.size)]
    for (const pair of pairs) {
      top[index.get(pair.cluster)!]! += lengthOf(pair[side])
      bottom[index.get(pair.cluster)!]! += 1
    }
    return { top, bottom }
  }
  const [own, base] = [sums('model'), sums('teacher')]
  for (const [whose, { top }] of [
    ['model', own],
    ['teacher', base],
  ] as const)
    if (top.every((one) => one === 0)) return absent(`the ${whose} wrote no ${what}`)
  if (index.size < 2) return absent('one item or cluster allows no interval')
  const { ratio } = pairedT(own, base)
  return {
    state: 'ok',
    value: { ...ratio, n: index.size, unit: 'ratio', origin: 'measured', method: 'ratio of mean characters; paired t on the logarithm, by item or cluster' },
  }
}
