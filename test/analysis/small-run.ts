/** The run behind the golden analysis: small enough to read, with one of everything that an analysis has to deal with. */
import type { StoredRun } from '../../harness/types.ts'
import { HOURLY, scriptedRun, type ScriptedAnswer } from './scripted-run.ts'

const right: Record<string, readonly number[]> = {
  teacher: [1, 1, 1, 1, 1, 1, 1, 0],
  student: [1, 1, 1, 1, 1, 0, 1, 0],
  control: [1, 0, 1, 0, 0, 0, 1, 0],
}

export function smallRun(): StoredRun {
  const answer =
    (model: string, pace: number) =>
    (n: number): ScriptedAnswer => ({
      firstMs: pace * (20 + 2 * n),
      stepMs: pace * (5 + (n % 3)),
      tokens: 3 + (n % 4),
      score: right[model]![n]!,
      burst: n === 2 ? 2 : 1,
      finish: model === 'control' && n === 3 ? 'error' : model === 'student' && n === 7 ? 'length' : 'stop',
    })
  const run = scriptedRun({
    id: 'small',
    items: 8,
    blocks: 2,
    loads: [
      { id: 'sequential', kind: 'sequential' },
      { id: 'batch-2', kind: 'batch', size: 2 },
    ],
    slice: (n) => (n < 4 ? 'easy' : 'hard'),
    pauseMs: 1.5,
    watts: (model, atMs) => (model === 'teacher' ? 60 : 35) + (atMs % 400) / 100,
    models: [
      { id: 'teacher', role: 'teacher', parameters: 8000, price: HOURLY, answer: answer('teacher', 4) },
      { id: 'student', role: 'student', parameters: 1000, price: HOURLY, answer: answer('student', 1) },
      { id: 'control', role: 'control', parameters: 1000, answer: answer('control', 1) },
    ],
    facts: [
      {
        id: 'quoted',
        model: 'teacher',
        workload: 'exam',
        metric: 'accuracy',
        value: 0.8,
        unit: 'ratio',
        n: 30,
        source: 'a made-up paper',
        date: '2025-01-01',
        preferred: true,
      },
      { model: 'teacher', workload: 'exam', metric: 'accuracy', value: 0.78, unit: 'ratio', source: 'another made-up paper', date: '2025-02-01' },
      {
        id: 'quoted-student',
        model: 'student',
        workload: 'exam',
        metric: 'accuracy',
        value: 0.6,
        unit: 'ratio',
        n: 30,
        source: 'a made-up paper',
        date: '2025-01-01',
      },
    ],
  })
  const claims = [
    { id: 'kept', title: 'What the student keeps', numerator: 'quoted-student', denominator: 'quoted', says: 'three quarters', explanation: 'Made up.' },
  ]
  return { ...run, record: { ...run.record, suite: { ...run.record.suite, claims } } }
}
