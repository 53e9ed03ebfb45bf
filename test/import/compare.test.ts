import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { analyse, combineRuns, type RunPick } from '../../harness/analysis/index.ts'
import { describeDifference } from '../../harness/run/index.ts'
import type { Analysis } from '../../harness/types.ts'
import { FIXTURES, importFiles, jsonLines } from './start.ts'

const rows = (right: (n: number) => boolean, more: (n: number) => object = () => ({})): object[] =>
  Array.from({ length: 30 }, (_, n) => ({ id: `q${n}`, prompt: `say ${n}`, target: String(n), output: right(n) ? String(n) : 'no', ...more(n) }))

const imported = async (name: string, lines: readonly object[], options = {}) => (await importFiles(jsonLines(`${name}.jsonl`, lines), [], options)).run

function compare(picks: readonly RunPick[], by: 'hash' | 'id' = 'hash'): Analysis {
  return analyse(combineRuns(picks, { by, describe: describeDifference }))
}

function difference(analysis: Analysis, model: string): unknown {
  const row = analysis.ratios.find((one) => one.model === model && one.metric === 'accuracy' && one.slice === '')
  return row === undefined ? 'no row' : { ...row.difference, pairs: row.pairs }
}

describe('two runs', () => {
  test('are paired by question, and the second is judged like a student', async () => {
    const [before, after] = [
      await imported(
        'before',
        rows((n) => n < 20),
      ),
      await imported('after', rows((n) => n < 25).toReversed()),
    ]
    const analysis = compare([{ run: before }, { run: after }])
    expect(analysis.models.map(({ id, role }) => [id, role])).toEqual([
      ['before', 'teacher'],
      ['after', 'student'],
    ])
    expect(difference(analysis, 'after')).toMatchObject({ state: 'ok', value: { value: 5 / 30, n: 30 }, pairs: 30 })
    expect(analysis.verdicts[0]?.tasks[0]).toMatchObject({ lost: 0, won: 5, items: 30 })
  })

  test('in the other order differ in sign alone', async () => {
    const [a, b] = [
      await imported(
        'a',
        rows((n) => n < 20),
      ),
      await imported(
        'b',
        rows((n) => n > 5),
      ),
    ]
    const [there, back] = [compare([{ run: a }, { run: b }]), compare([{ run: b }, { run: a }])].map((analysis, i) => {
      const row = analysis.ratios.find((one) => one.model === (i === 0 ? 'b' : 'a') && one.metric === 'accuracy' && one.slice === '')
      if (row?.difference.state !== 'ok') throw new Error('there is no difference')
      return row.difference.value
    })
    expect(back!.value).toBeCloseTo(-there!.value, 12)
    expect(back!.low).toBeCloseTo(-there!.high, 9)
    expect(back!.high).toBeCloseTo(-there!.low, 9)
  })

  test('whose names of the questions differ are paired by what was asked', async () => {
    const [a, b] = [
      await imported(
        'a',
        rows((n) => n < 20),
      ),
      await imported(
        'b',
        rows((n) => n < 20).map((row, i) => ({ ...row, id: `other-${i}` })),
      ),
    ]
    expect(difference(compare([{ run: a }, { run: b }]), 'b')).toMatchObject({ value: { value: 0 }, pairs: 30 })
  })

  test('that share a part of the questions are compared on that part, which is told', async () => {
    const [a, b] = [
      await imported(
        'a',
        rows(() => true),
      ),
      await imported('b', rows(() => true).slice(0, 12)),
    ]
    const analysis = compare([{ run: a }, { run: b }])
    expect(difference(analysis, 'b')).toMatchObject({ pairs: 12 })
    expect(analysis.warnings.map(({ message }) => message)).toContain('answers: 12 of 30 questions are in all runs; the others are left out.')
  })

  test('with a changed prompt are refused, and compared by name on request', async () => {
    const [a, b] = [
      await imported(
        'a',
        rows((n) => n < 20),
      ),
      await imported(
        'b',
        rows(
          (n) => n < 20,
          (n) => ({ prompt: `please say ${n}` }),
        ),
      ),
    ]
    expect(() => compare([{ run: a }, { run: b }])).toThrow(/no question of answers in common; .* differs from .*: .*workload answers has other items/)
    expect(difference(compare([{ run: a }, { run: b }], 'id'), 'b')).toMatchObject({ value: { value: 0 }, pairs: 30 })
  })

  test('with other right answers or another grader are refused, and the difference is named', async () => {
    const a = await imported(
      'a',
      rows(() => true),
    )
    const other = await imported(
      'b',
      rows(
        () => true,
        () => ({ target: 'x' }),
      ),
    )
    expect(() => compare([{ run: a }, { run: other }], 'id')).toThrow(/30 questions of answers have other right answers/)
    const graded = await imported(
      'c',
      rows(() => true),
      { grader: 'numeric' },
    )
    expect(() => compare([{ run: a }, { run: graded }])).toThrow(/graded by exact \d+ and by numeric \d+; .* workload answers has other grader/)
  })

  test('say what differs between them', async () => {
    const [a, b] = [
      await imported(
        'a',
        rows(() => true),
      ),
      await imported(
        'b',
        rows(() => true),
      ),
    ]
    const [warning] = compare([{ run: a }, { run: b }]).warnings.filter(({ code }) => code === 'runs-differ')
    expect(warning?.message).toMatch(/^b \(run .*\) was run with another suite than a: model b is new; model a is gone\.$/)
  })
})

describe('runs of several models', () => {
  const pair = (): ReturnType<typeof importFiles> =>
    importFiles(join(FIXTURES, 'teacher.jsonl'), [join(FIXTURES, 'student.jsonl')], { dataset: join(FIXTURES, 'questions.jsonl'), grader: 'numeric' })

  test('are compared model by model, each with its own reference', async () => {
    const [{ run: a }, { run: b }] = [await pair(), await pair()]
    const analysis = compare([{ run: a }, { run: b }])
    expect(analysis.verdicts.map(({ student, teacher }) => [student.split('@')[0], teacher.split('@')[0]])).toEqual([
      ['teacher', 'teacher'],
      ['student', 'student'],
    ])
    expect(new Set(analysis.runs.map(({ id }) => id)).size).toBe(2)
    for (const verdict of analysis.verdicts) expect(verdict.tasks[0]).toMatchObject({ lost: 0, won: 0 })
  })

  test('give the numbers of their own report when two models of one run are named', async () => {
    const { run, analysis } = await pair()
    const combined = compare([
      { run, model: 'teacher' },
      { run, model: 'student' },
    ])
    for (const metric of ['accuracy', 'latency', 'cost-per-correct']) {
      const of = (all: Analysis): unknown => all.rows.find((row) => row.model === 'student' && row.metric === metric && row.slice === '')?.estimate
      expect(of(combined)).toEqual(of(analysis))
    }
    expect(combined.verdicts[0]?.tasks[0]?.difference).toEqual(analysis.verdicts[0]?.tasks[0]?.difference)
  })

  test('that cannot be matched ask for names, and a mistyped name is answered with the nearest', async () => {
    const [{ run: a }, b] = [
      await pair(),
      await imported(
        'b',
        rows(() => true),
      ),
    ]
    expect(() => compare([{ run: a }, { run: b }])).toThrow(/which are to be compared/)
    expect(() => compare([{ run: a, model: 'studnet' }, { run: b }])).toThrow(/did you mean student\?/)
  })

  test('a live run is compared with recorded answers of the same questions; times under different loads are not summed up', async () => {
    const { run } = await pair()
    const live = { ...run, record: { ...run.record, id: 'live', suite: { ...run.record.suite, loads: [{ id: 'sequential', kind: 'sequential' as const }] } } }
    const renamed = {
      ...live,
      samples: run.samples.map((sample) => ({ ...sample, key: { ...sample.key, load: 'sequential' } })),
      record: { ...live.record, cells: live.record.cells.map((cell) => ({ ...cell, key: { ...cell.key, load: 'sequential' } })) },
    }
    const analysis = compare([
      { run, model: 'teacher' },
      { run: renamed, model: 'student' },
    ])
    expect(difference(analysis, 'student')).toMatchObject({ value: { value: -0.05 }, pairs: 40 })
    expect(analysis.rows.find(({ metric }) => metric === 'throughput')?.estimate).toMatchObject({ state: 'absent' })
  })
})
