/** A worked example from end to end: 500 items, 22 lost and 14 won, a margin of 3 points; two files, then the verdict. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { summaryTable } from '../../reports/index.ts'
import { FIXTURES, importFiles, jsonLines } from './start.ts'

const ITEMS = 500
const file = (name: string, right: (n: number) => boolean, order = (n: number): number => n): string =>
  jsonLines(
    `${name}.jsonl`,
    Array.from({ length: ITEMS }, (_, i) => order(i)).map((n) => ({
      id: `q${n}`,
      prompt: `${n} + 1?`,
      target: String(n + 1),
      output: right(n) ? String(n + 1) : 'no',
    })),
  )
const both = (n: number): boolean => n >= 36 && n < 466
const files = (order?: (n: number) => number): [string, string] => [
  file('teacher', (n) => n < 22 || both(n)),
  file('student', (n) => (n >= 22 && n < 36) || both(n), order),
]

test('two files give the figures that the formulae give, whatever the order of their lines', async () => {
  for (const order of [undefined, (i: number) => (i * 137) % ITEMS]) {
    const [teacher, student] = files(order)
    const { analysis } = await importFiles(teacher, [student], { margin: 0.03 })
    const [verdict] = analysis.verdicts
    expect(verdict).toMatchObject({ decision: 'undecided', tasks: [{ items: ITEMS, lost: 22, won: 14 }] })
    const { difference, mcnemar, test: margin } = verdict!.tasks[0]!
    if (difference.state !== 'ok' || mcnemar.state !== 'ok' || margin.state !== 'ok') throw new Error('a figure is missing')
    const points = [difference.value.value, difference.value.low, difference.value.high].map((one) => Number((100 * one).toFixed(3)))
    expect(points).toEqual([-1.6, -4.108, 0.789])
    expect([mcnemar.value.exact.toFixed(4), mcnemar.value.midP.toFixed(4), margin.value.z!.toFixed(3)]).toEqual(['0.2430', '0.1877', '1.134'])
  }
})

test('the files swapped give the signs swapped, and the same p-values of a difference', async () => {
  const [teacher, student] = files()
  const [there, back] = [await importFiles(teacher, [student], { margin: 0.03 }), await importFiles(student, [teacher], { margin: 0.03 })].map(
    ({ analysis }) => analysis.verdicts[0]!.tasks[0]!,
  )
  if (there!.difference.state !== 'ok' || back!.difference.state !== 'ok') throw new Error('there is no difference')
  const { value, low, high } = back!.difference.value
  expect([-value, -high, -low]).toEqual(
    [there!.difference.value.value, there!.difference.value.low, there!.difference.value.high].map((one) => expect.closeTo(one, 9)),
  )
  expect([back!.lost, back!.won, back!.mcnemar]).toEqual([14, 22, there!.mcnemar])
})

test('the README shows what the files of the fixtures give', async () => {
  const options = { dataset: join(FIXTURES, 'questions.jsonl'), grader: 'numeric' }
  const { analysis } = await importFiles(join(FIXTURES, 'teacher.jsonl'), [join(FIXTURES, 'student.jsonl')], options)
  const [shown = ''] = summaryTable(analysis, { color: false, width: 80 }).split('\n\nWarning')
  expect(readFileSync(new URL('../../README.md', import.meta.url), 'utf8')).toContain(`\n\`\`\`\n${shown}\n`)
})
