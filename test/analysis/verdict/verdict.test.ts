import { describe, expect, it } from 'vitest'
import { analyse } from '../../../harness/analysis/index.ts'
import type { ModelCard, StoredRun, Verdict } from '../../../harness/types.ts'
import { expectOk, whyOf } from '../find.ts'
import { publishedRun } from '../published-run.ts'
import { loadSuite } from '../../../harness/suite/index.ts'
import { unsound } from '../scan.ts'
import { HOURLY, randomPair, scriptedRun, type ScriptedModel } from '../scripted-run.ts'

type Scores = (n: number) => number

/** Scores by item; `margin` as the suite has it. */
function runOf(models: Record<string, Scores>, options: Partial<Parameters<typeof scriptedRun>[0]> & { margin?: number } = {}): StoredRun {
  const { margin = 0.02, ...script } = options
  const run = scriptedRun({
    items: 500,
    models: Object.entries(models).map(([id, of]): ScriptedModel => ({
      id,
      role: id === 'teacher' ? 'teacher' : id.startsWith('control') ? 'control' : 'student',
      price: HOURLY,
      answer: (n) => ({ firstMs: id === 'teacher' ? 40 + (n % 7) : 10 + (n % 5), stepMs: id === 'teacher' ? 10 : 2, tokens: 5, score: of(n) }),
    })),
    ...script,
  })
  return { ...run, record: { ...run.record, suite: { ...run.record.suite, margin } } }
}

/** Several runs as one with a workload each: what a suite with several tasks gives. */
function joined(tasks: Record<string, StoredRun>): StoredRun {
  const [first] = Object.values(tasks)
  const renamed = Object.entries(tasks).map(([workload, run]): StoredRun =>
    JSON.parse(JSON.stringify(run).replaceAll('/sums/', `/${workload}/`).replaceAll('"workload":"sums"', `"workload":"${workload}"`)),
  )
  return {
    ...first!,
    samples: renamed.flatMap(({ samples }) => samples),
    record: { ...first!.record, plan: renamed.flatMap(({ record }) => record.plan), cells: renamed.flatMap(({ record }) => record.cells) },
  }
}

function verdictOf(run: StoredRun, student = 'student'): Verdict {
  const verdict = analyse([run]).verdicts.find((one) => one.student === student)
  if (verdict === undefined) throw new Error(`no verdict for ${student}`)
  return verdict
}

/** Of n items b are lost and c won, spread over the items. */
const base: Scores = (n) => (n % 10 === 9 ? 0 : 1)
const worse =
  (every: number): Scores =>
  (n) =>
    n % every === 0 ? 0 : base(n)

const fixture = (margin: number): StoredRun => runOf({ teacher: (n) => (n < 422 ? 1 : 0), student: (n) => (n >= 22 && n < 436 ? 1 : 0) }, { margin })

describe('one student, one task', () => {
  it('the published fixture is undecided at 3 points, and says how many items are missing', () => {
    const verdict = verdictOf(fixture(0.03))
    expect(verdict.decision).toBe('undecided')
    expect(verdict.sentence).toBe(
      '500 items cannot decide (−1.6 points, −4.1 to +0.8): 128 more needed if the two are equally good, 2,374 if the difference is as seen',
    )
    const [task] = verdict.tasks
    expect(task).toMatchObject({ workload: 'sums', decision: 'undecided', items: 500, lost: 22, won: 14, loads: ['sequential'] })
    const { value, low, high } = expectOk(task!.difference, 'difference')
    expect([value, low, high].map((one) => Number((100 * one).toFixed(3)))).toEqual([-1.6, -4.108, 0.789])
    expect(expectOk(task!.test, 'test').z).toBeCloseTo(1.134, 3)
    const { exact, midP } = expectOk(task!.mcnemar, 'McNemar')
    expect([exact, midP].map((p) => Number(p.toFixed(4)))).toEqual([0.243, 0.1877])
  })

  it('the same answers decide where the margin is wider, and its sentence says by how much', () => {
    const verdict = verdictOf(fixture(0.05))
    expect(verdict.decision).toBe('replace')
    expect(verdict.sentence).toBe('non-inferior within 5 points on sums (−1.6 points, −4.1 to +0.8, 500 items)')
  })

  it('keeps the teacher where the student is surely worse by more than the margin', () => {
    const verdict = verdictOf(runOf({ teacher: base, student: worse(5) }))
    expect(verdict.decision).toBe('keep-teacher')
    expect(verdict.sentence).toMatch(/^worse by more than 2 points on sums \(−20\.0 points, −\d/)
  })

  it('swaps the signs, and nothing else, when the two change places', () => {
    const one = verdictOf(runOf({ teacher: base, student: worse(40) }))
    const other = verdictOf(runOf({ teacher: worse(40), student: base }))
    const [a, b] = [one.tasks[0]!, other.tasks[0]!]
    expect([a.lost, a.won]).toEqual([b.won, b.lost])
    const [d, e] = [expectOk(a.difference, 'one'), expectOk(b.difference, 'other')]
    expect([d.value, d.low, d.high].map((x) => x.toFixed(9))).toEqual([-e.value, -e.high, -e.low].map((x) => x.toFixed(9)))
    expect(a.mcnemar).toEqual(b.mcnemar)
  })

  it('does not let a student through for answering eight items like its teacher', () => {
    const verdict = verdictOf(runOf({ teacher: () => 1, student: () => 1 }, { items: 8 }))
    expect(verdict.decision).toBe('undecided')
    expect(verdict.sentence).toContain('8 items cannot decide')
    expect(verdict.sentence).toContain('181 more needed if the two are equally good')
    expect(verdict.cautions.join(' ')).toContain('fewer than 30 items')
  })

  it('takes repeats and loads as one score per item', () => {
    const loads = [
      { id: 'sequential', kind: 'sequential' },
      { id: 'batch-4', kind: 'batch', size: 4 },
    ] as const
    const once = verdictOf(runOf({ teacher: base, student: worse(30) }, { items: 300 })).tasks[0]!
    const often = verdictOf(runOf({ teacher: base, student: worse(30) }, { items: 300, loads, repeats: 3 })).tasks[0]!
    expect(often).toMatchObject({ items: 300, lost: once.lost, won: once.won, loads: ['sequential', 'batch-4'] })
    expect(often.difference).toEqual(once.difference)
  })

  it('is wider where items hang together', () => {
    const student: Scores = (n) => (Math.floor(n / 5) % 20 === 0 ? 0 : 1)
    const alone = verdictOf(runOf({ teacher: () => 1, student })).tasks[0]!
    const clustered = verdictOf(runOf({ teacher: () => 1, student }, { cluster: (n) => `story ${Math.floor(n / 5)}` })).tasks[0]!
    const width = (task: Verdict['tasks'][number]) => {
      const { low, high } = expectOk(task.difference, 'difference')
      return high - low
    }
    expect(width(clustered)).toBeGreaterThan(1.8 * width(alone))
    expect(whyOf(clustered.mcnemar)).toContain('single right-or-wrong')
    expect(expectOk(clustered.moreItems.ifEqual, 'more')).toBeGreaterThan(3 * expectOk(alone.moreItems.ifEqual, 'more'))
  })

  it('has graded scores between 0 and 1', () => {
    const run = runOf({ teacher: (n) => 0.5 + (n % 5) / 10, student: (n) => 0.5 + ((n + 1) % 5) / 10 })
    const [task] = verdictOf(run).tasks
    expect(expectOk(task!.difference, 'difference').value).toBeCloseTo(0, 12)
    expect(expectOk(task!.difference, 'difference').method).toContain('mean scores')
    expect(unsound(verdictOf(run))).toEqual([])
  })
})

describe('several tasks and students', () => {
  it('replaces only where every task is shown, and names the one that is not', () => {
    const verdict = verdictOf(
      joined({
        algebra: runOf({ teacher: base, student: base }, { items: 300 }),
        aime: runOf({ teacher: base, student: base }, { items: 30 }),
        logic: runOf({ teacher: base, student: base }, { items: 300 }),
      }),
    )
    expect(verdict.tasks.map(({ decision }) => decision)).toEqual(['replace', 'undecided', 'replace'])
    expect(verdict.decision).toBe('undecided')
    expect(verdict.sentence).toBe(
      'non-inferior within 2 points on 2 of 3 tasks; on aime 30 items cannot decide (0.0 points, −11.4 to +11.4): 159 more needed if the two are equally good',
    )
  })

  it('replaces without a correction where all tasks hold, and is as sure as the least sure task', () => {
    const verdict = verdictOf(
      joined({ a: runOf({ teacher: base, student: base }, { items: 200 }), b: runOf({ teacher: base, student: base }, { items: 400 }) }),
    )
    expect(verdict.decision).toBe('replace')
    expect(verdict.sentence).toBe('non-inferior within 2 points on all 2 tasks')
    expect(expectOk(verdict.p, 'p').value).toBe(Math.max(...verdict.tasks.map(({ test }) => expectOk(test, 'test').nonInferior)))
  })

  it('keeps the teacher for one bad task among good ones', () => {
    const verdict = verdictOf(
      joined({ good: runOf({ teacher: base, student: base }, { items: 300 }), bad: runOf({ teacher: base, student: worse(5) }, { items: 300 }) }),
    )
    expect(verdict.decision).toBe('keep-teacher')
    expect(verdict.sentence).toMatch(/^worse by more than 2 points on bad \(.*\); non-inferior on 1 of 2 tasks$/)
  })

  it('corrects for the students of a run: what one alone would pass, one of three may not', () => {
    const close: Scores = (n) => (n === 0 || n === 7 ? 1 - base(n) : base(n))
    const alone = verdictOf(runOf({ teacher: base, student: close }, { items: 230, margin: 0.03 }))
    const { adjusted, students, value } = expectOk(
      verdictOf(runOf({ teacher: base, student: close, 'student-b': close, 'student-c': close }, { items: 230, margin: 0.03 })).p,
      'p',
    )
    expect(students).toBe(3)
    expect(adjusted).toBeCloseTo(Math.min(1, 3 * value), 12)
    expect(alone.decision).toBe(value <= 0.025 ? 'replace' : 'undecided')
  })

  it('says so where only the correction stands in the way', () => {
    const same = { teacher: base, a: base, b: base, c: base }
    const run = runOf(same, { items: 200 })
    const roles = { ...run, record: { ...run.record, suite: { ...run.record.suite } } }
    const verdict = verdictOf(roles, 'a')
    expect(verdict.tasks[0]!.decision).toBe('replace')
    expect(verdict.decision).toBe('undecided')
    expect(verdict.sentence).toContain('but not after correcting for the 3 students of the run (p becomes')
  })

  it('judges students, not controls, and nobody where there is no teacher', () => {
    expect(analyse([runOf({ teacher: base, student: base, control: worse(3) })]).verdicts.map(({ student }) => student)).toEqual(['student'])
    expect(analyse([runOf({ student: base })]).verdicts).toEqual([])
  })
})

describe('what is missing', () => {
  it('a student whose cells failed shows nothing, with the reason', () => {
    const run = runOf({ teacher: base, student: base }, { items: 50 })
    const broken: StoredRun = {
      ...run,
      samples: run.samples.filter(({ key }) => key.model !== 'student'),
      record: {
        ...run.record,
        state: 'failed',
        cells: run.record.cells.map((cell) =>
          cell.key.model === 'student'
            ? { id: cell.id, key: cell.key, items: cell.items, state: 'failed', error: { code: 'model', message: 'weights are corrupt' } }
            : cell,
        ),
      },
    }
    const verdict = verdictOf(broken)
    expect(verdict.decision).toBe('undecided')
    expect(verdict.sentence).toBe('nothing is shown: the student gave no answer (weights are corrupt)')
    expect(verdict.p.state).toBe('absent')
  })

  it('published figures decide nothing, and the verdict says so', async () => {
    const { verdicts } = analyse([publishedRun((await loadSuite('o1-vs-r1')).suite)])
    expect(verdicts.length).toBeGreaterThan(0)
    for (const { decision, sentence, savings, breakEven } of verdicts) {
      expect(decision).toBe('undecided')
      expect(sentence).toContain('published figures only')
      expect([savings, breakEven]).toEqual([[], []])
    }
  })

  it('an interrupted run carries a caution', () => {
    const run = runOf({ teacher: base, student: base }, { items: 50, state: 'interrupted' })
    expect(verdictOf(run).cautions[0]).toContain('did not finish')
  })

  it('no number of it is NaN or infinite, with one item, with none right, with all lost', () => {
    for (const run of [
      runOf({ teacher: () => 1, student: () => 0 }, { items: 1 }),
      runOf({ teacher: () => 0, student: () => 0 }, { items: 40 }),
      runOf({ teacher: () => 1, student: () => 0 }, { items: 60 }),
      runOf({ teacher: base, student: base }, { items: 60, margin: 0 }),
      runOf({ teacher: base, student: worse(3) }, { items: 60, margin: 1 }),
      runOf({ teacher: base, student: base }, { items: 20, cluster: () => 'one' }),
      scriptedRun({ models: [], items: 0 }),
    ])
      expect(unsound(analyse([run]))).toEqual([])
  })
})

describe('the saving', () => {
  const card =
    (training: ModelCard['training']): ((run: StoredRun) => StoredRun) =>
    (run) => ({
      ...run,
      record: {
        ...run.record,
        cells: run.record.cells.map((cell) =>
          cell.state === 'done' && cell.key.model === 'student' ? { ...cell, card: { ...cell.card, ...(training === undefined ? {} : { training }) } } : cell,
        ),
      },
    })
  const run = runOf({ teacher: base, student: base }, { items: 300, watts: (model) => (model === 'teacher' ? 60 : 20) })

  it('is what the paired ratios say, each per correct answer where that exists', () => {
    const analysis = analyse([run])
    const { savings } = analysis.verdicts[0]!
    expect(savings.map(({ kind, metric, perCorrect }) => [kind, metric, perCorrect])).toEqual([
      ['cost', 'cost-per-correct', true],
      ['energy', 'energy-per-correct', true],
      ['latency', 'latency', false],
    ])
    const ratio = expectOk(analysis.ratios.find(({ metric }) => metric === 'cost-per-correct')!.ratio, 'ratio')
    const share = expectOk(savings[0]!.share, 'share')
    expect([share.value, share.low, share.high]).toEqual([1 - ratio.value, 1 - ratio.high, 1 - ratio.low])
    expect(share.value).toBeGreaterThan(0.7)
    expect(expectOk(savings[2]!.difference, 'latency')).toMatchObject({ unit: 'ms' })
    expect(expectOk(savings[2]!.difference, 'latency').value).toBeGreaterThan(50)
  })

  it('pays for the distillation after as many correct answers as its cost divided by the saving of each', () => {
    const { savings, breakEven } = verdictOf(card({ method: 'distilled', costUsd: { value: 12, origin: 'measured', how: 'invoice' } })(run))
    const saved = expectOk(savings[0]!.difference, 'saving')
    const answers = expectOk(breakEven[0]!.answers, 'answers')
    expect(answers.value).toBeCloseTo(12 / saved.value, 6)
    expect([answers.low, answers.high]).toEqual([12 / saved.high, 12 / saved.low])
    expect(answers).toMatchObject({ unit: 'count', origin: 'estimated' }) // a price × a time
  })

  it('works the cost out from the time of the training, and says so; without either it has none', () => {
    const { breakEven } = verdictOf(card({ method: 'distilled', seconds: 3600 })(run))
    expect(expectOk(breakEven[0]!.spent, 'spent')).toMatchObject({ value: 3.6, origin: 'estimated', how: expect.stringContaining('3600 s of training') })
    expect(whyOf(verdictOf(card({ method: 'distilled' })(run)).breakEven[0]!.answers)).toContain('neither the cost nor the time')
    expect(whyOf(verdictOf(run).breakEven[0]!.answers)).toContain('does not tell of its training')
  })

  it('has none where both are of one training: the same model in two runs or behind two engines was paid for once', () => {
    const training = { method: 'distilled', costUsd: { value: 12, origin: 'measured', how: 'invoice' } } as const
    const same = card(training)(run)
    for (const cell of same.record.cells) if (cell.state === 'done') Object.assign(cell.card, { training })
    expect(whyOf(verdictOf(same).breakEven[0]!.answers)).toContain('both are of one training')
    expect(whyOf(analyse([same]).lifecycle[0]!.crossing)).toContain('both are of one training')
  })

  it('has no break-even where nothing is saved', () => {
    const dear = runOf({ teacher: base, student: base }, { items: 300 })
    const swapped: StoredRun = JSON.parse(
      JSON.stringify(dear).replaceAll('"teacher"', '"x"').replaceAll('"student"', '"teacher"').replaceAll('"x"', '"student"'),
    )
    const { breakEven } = verdictOf(card({ method: 'distilled', seconds: 60 })(swapped))
    expect(whyOf(breakEven[0]!.answers)).toBe('a correct answer of the student saves nothing')
  })

  it('is absent with a reason where there is no price', () => {
    const bare = runOf({ teacher: base, student: base })
    const free = {
      ...bare,
      record: { ...bare.record, suite: { ...bare.record.suite, models: bare.record.suite.models.map(({ price: _price, ...model }) => model) } },
    }
    expect(whyOf(verdictOf(free).savings[0]!.share)).toContain('no price')
  })
})

it('is the same the second time, to the last bit', () => {
  const run = randomPair(3, 200)
  expect(JSON.stringify(analyse([run]).verdicts)).toBe(JSON.stringify(analyse([run]).verdicts))
})
