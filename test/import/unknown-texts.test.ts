import { expect, test } from 'vitest'
import { importFiles, jsonLines } from './start.ts'

const rows = (output: string | null, right: (n: number) => boolean): object[] =>
  Array.from({ length: 30 }, (_, n) => ({ id: `q${n}`, prompt: `say ${n}`, output, score: right(n) ? 1 : 0 }))

test('two files without texts are compared by their scores, and do not agree by both having none', async () => {
  const [teacher, student] = [
    jsonLines(
      'big.jsonl',
      rows(null, (n) => n < 20),
    ),
    jsonLines(
      'small.jsonl',
      rows(null, (n) => n < 15),
    ),
  ]
  const { run, analysis } = await importFiles(teacher, [student], { grader: 'given' })
  expect(run.samples.every(({ unknown }) => unknown?.includes('text'))).toBe(true)
  const [fidelity] = analysis.fidelity
  const none = { state: 'absent', why: 'the file of recorded answers does not hold what was answered' }
  expect([fidelity?.agreement, fidelity?.onTeacherErrors, fidelity?.answerLength]).toEqual([none, none, none])
  expect(fidelity?.flips).toMatchObject({ lost: 5, won: 0 })
})

test('an empty text is an answer, and so are texts of other pairs', async () => {
  const mixed = [
    ...rows('', () => false)
      .slice(0, 10)
      .map((row) => ({ ...row, output: '' })),
    ...rows(null, () => true).slice(10),
  ]
  const file = (name: string): string => jsonLines(name, mixed)
  const { analysis } = await importFiles(file('big.jsonl'), [file('small.jsonl')], { grader: 'given' })
  expect(analysis.fidelity[0]?.agreement).toMatchObject({ state: 'ok', value: { observed: 1 } })
  expect(analysis.fidelity[0]?.onTeacherErrors).toMatchObject({ state: 'ok', value: { n: 10 } })
})

test('a line without a text and without a score is refused', async () => {
  await expect(importFiles(jsonLines('big.jsonl', [{ id: 'a', prompt: 'p', output: null }]), [])).rejects.toMatchObject({ code: 'data' })
})
