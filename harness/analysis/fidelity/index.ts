/** Fidelity of every student and control to the teacher; docs/metrics.md has the formulae. */
import type { Agreement, Calibration, Estimate, Fidelity, Observed, SampleTable, SliceTest, StoredRun } from '../../types.ts'
import type { Group } from '../groups.ts'
import { pairedT } from '../stats/paired.ts'
import { wilson } from '../stats/wilson.ts'
import { calibrationOf } from './calibration.ts'
import { distinct, Numbering, scoreOf, tells } from '../table/rows.ts'
import { NOT_TOLD } from '../values.ts'
import { flipsOf } from './flips.ts'
import { cohenKappa, kappaMethod } from './kappa.ts'
import { answerPairs, noPairs, pairsWhere, type AnswerPairs } from './pairs.ts'
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
        ...figuresOf('why' in paired ? { ...paired, load: '', pairs: noPairs(groups[0]!.table) } : paired, [record.id, model, workload]),
      }
    })
  })
}

// --- internal ---

const LEVEL_OF_ALARM = 0.05

type Figures = Omit<Fidelity, 'run' | 'model' | 'teacher' | 'workload' | 'tokens'>

function figuresOf({ load, pairs, why }: { load: string; pairs: AnswerPairs; why?: string }, seed: readonly string[]): Figures {
  const given = <T>(make: () => Observed<T>): Observed<T> => (why === undefined ? make() : absent(why))
  const told = withTexts(pairs)
  const read = <T>(make: () => Observed<T>): Observed<T> => given(() => (told.length === 0 ? absent(NOT_TOLD.text) : make()))
  const { table } = pairs
  return {
    load,
    answers: pairs.length,
    items: distinct(
      pairs.model.map((row) => table.item[row]!),
      table.names.length,
    ),
    agreement: read(() => agreementOf(told, seed)),
    onTeacherErrors: read(() => onErrors(told)),
    flips: flipsOf(pairs),
    slices: given(() => slicesOf(pairs, seed)),
    calibration: { model: given(() => calibrated(table, pairs.model)), teacher: given(() => calibrated(table, pairs.teacher)) },
    answerLength: read(() => lengthRatio(told, table.textLength, 'answer')),
    reasoningLength: read(() => lengthRatio(told, table.reasoningLength, 'reasoning')),
  }
}

/** Pairs of which both texts are known: two that nobody has seen do not agree. */
function withTexts(pairs: AnswerPairs): AnswerPairs {
  const { table, model, teacher } = pairs
  const isTold = (i: number): boolean => tells(table, model[i]!, TEXT) && tells(table, teacher[i]!, TEXT)
  for (let i = 0; i < pairs.length; i++) if (!isTold(i)) return pairsWhere(pairs, isTold)
  return pairs
}

const TEXT = ['text'] as const

function absent(why: string): { state: 'absent'; why: string } {
  return { state: 'absent', why }
}

function agreementOf({ length, table, cluster, model, teacher }: AnswerPairs, seed: readonly string[]): Observed<Agreement> {
  const labels = new Numbering(table.answers.length, 2 * length)
  const numbers = new Numbering(table.names.length, length)
  const code = (row: number): number => labels.add(table.answer[row]!)
  const columns = { a: model.map(code), b: teacher.map(code), cluster: cluster.map((one) => numbers.add(one)), labels: labels.count, clusters: numbers.count }
  const { observed, chance, kappa, clusters, interval } = cohenKappa({ ...columns, labels: labels.count, clusters: numbers.count }, ['kappa', ...seed])
  if (!Number.isFinite(kappa))
    return { state: 'ok', value: { observed, chance, kappa: absent('both always gave the same one answer: there is no agreement beyond chance to see') } }
  if (interval === undefined)
    return { state: 'ok', value: { observed, chance, kappa: absent('too few items, or too little variety in the answers, for an interval') } }
  const estimate: Estimate = { ...interval, n: clusters, unit: 'ratio', origin: 'measured', method: kappaMethod(clusters) }
  return { state: 'ok', value: { observed, chance, kappa: { state: 'ok', value: estimate } } }
}

/** Wilson, with as many observations as there are clusters: repeats of an item do not narrow it. */
function onErrors(pairs: AnswerPairs): Observed<Estimate> {
  const { table } = pairs
  const wrong = pairsWhere(pairs, (i) => scoreOf(table, pairs.teacher[i]!) === 0)
  if (wrong.length === 0) return absent('the teacher gave no wrong answer')
  const same = wrong.model.reduce((sum, row, i) => sum + (table.answer[row] === table.answer[wrong.teacher[i]!] ? 1 : 0), 0)
  const n = distinct(wrong.cluster, table.names.length)
  return { state: 'ok', value: { ...wilson((same / wrong.length) * n, n), n, unit: 'ratio', origin: 'measured', method: 'Wilson; n items or clusters' } }
}

function slicesOf(all: AnswerPairs, seed: readonly string[]): Observed<SliceTest> {
  const { table } = all
  const pairs = pairsWhere(all, (i) => table.slice[all.model[i]!]! >= 0)
  if (pairs.length === 0) return absent('the items name no slices')
  const difference = new Float64Array(pairs.length)
  for (let i = 0; i < pairs.length; i++) difference[i] = scoreOf(table, pairs.model[i]!) - scoreOf(table, pairs.teacher[i]!)
  const items = {
    names: table.slices,
    slice: pairs.model.map((row) => table.slice[row]!),
    cluster: pairs.cluster,
    clusters: table.names.length,
    difference,
  }
  const slices = sliceTest(items, ['slices', ...seed])
  const worse = slices.filter(({ adjusted }) => adjusted <= LEVEL_OF_ALARM)
  const sentence =
    worse.length === 0
      ? `No slice is worse than the teacher by more than chance would show among ${slices.length}.`
      : `Worse than the teacher beyond chance: ${worse.map((one) => `${one.slice} (${(100 * one.difference).toFixed(1)} points)`).join(', ')}.`
  return { state: 'ok', value: { slices, sentence, method: 'sign flips of items or clusters, max-T over all slices, one-sided' } }
}

/** exp of the sum of log-probabilities: the probability of the whole answer. */
function calibrated(table: SampleTable, rows: Int32Array): Observed<Calibration> {
  const { logProb } = table
  if (rows.every((row) => Number.isNaN(logProb[row]!))) return absent('the model told no log-probabilities')
  const columns = { confidence: new Float64Array(rows.length), right: new Uint8Array(rows.length) }
  let n = 0
  for (const row of rows) {
    const score = scoreOf(table, row)
    if (Number.isNaN(logProb[row]!) || (score !== 0 && score !== 1)) continue
    columns.confidence[n] = Math.min(1, Math.exp(logProb[row]!))
    columns.right[n++] = score
  }
  if (n === 0) return absent('no answer is plainly right or wrong')
  return { state: 'ok', value: calibrationOf({ confidence: columns.confidence.subarray(0, n), right: columns.right.subarray(0, n) }) }
}

function lengthRatio({ length, table, cluster, ...rows }: AnswerPairs, lengths: Float64Array, what: string): Observed<Estimate> {
  const numbers = new Numbering(table.names.length, length)
  const at = cluster.map((one) => numbers.add(one))
  const sums = (side: Int32Array): { top: Float64Array; bottom: Float64Array } => {
    const [top, bottom] = [new Float64Array(numbers.count), new Float64Array(numbers.count)]
    for (let i = 0; i < length; i++) {
      top[at[i]!]! += lengths[side[i]!]!
      bottom[at[i]!]! += 1
    }
    return { top, bottom }
  }
  const [own, base] = [sums(rows.model), sums(rows.teacher)]
  for (const [whose, { top }] of [
    ['model', own],
    ['teacher', base],
  ] as const)
    if (top.every((one) => one === 0)) return absent(`the ${whose} wrote no ${what}`)
  if (numbers.count < 2) return absent('one item or cluster allows no interval')
  const { ratio } = pairedT(own, base)
  return {
    state: 'ok',
    value: { ...ratio, n: numbers.count, unit: 'ratio', origin: 'measured', method: 'ratio of mean characters; paired t on the logarithm, by item or cluster' },
  }
}
