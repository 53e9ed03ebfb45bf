import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { importAnswers } from '../../harness/import/index.ts'
import { itemHash } from '../../harness/workloads/index.ts'
import { scratch } from '../cli/scratch.ts'
import { differenceOf, FIXTURES, importFiles, jsonLines, rowOf, textFile, warningsOf } from './start.ts'

const TEACHER = join(FIXTURES, 'teacher.jsonl')
const STUDENT = join(FIXTURES, 'student.jsonl')
const QUESTIONS = join(FIXTURES, 'questions.jsonl')
const options = { dataset: QUESTIONS, grader: 'numeric' }

describe('two files over one dataset', () => {
  test('become a run with both models, graded and paired question by question', async () => {
    const imported = await importFiles(TEACHER, [STUDENT], options)
    const { record, samples } = imported.run
    expect(record.suite.models.map(({ id, role, adapter }) => ({ id, role, adapter }))).toEqual([
      { id: 'teacher', role: 'teacher', adapter: 'recorded' },
      { id: 'student', role: 'student', adapter: 'recorded' },
    ])
    expect({ state: record.state, backend: record.backend, meters: record.meters, host: record.environment.host }).toEqual({
      state: 'done',
      backend: undefined,
      meters: [],
      host: {},
    })
    expect(samples).toHaveLength(80)
    expect(rowOf(imported, 'teacher', 'accuracy')).toMatchObject({ value: 0.975, n: 40 })
    expect(differenceOf(imported, 'student')).toMatchObject({ value: -0.05 })
    expect(imported.analysis.counts.map(({ planned, requests, failed }) => ({ planned, requests, failed }))).toEqual([
      { planned: 40, requests: 40, failed: 0 },
      { planned: 40, requests: 40, failed: 0 },
    ])
  })

  test('name where their answers came from, with the digest of each file', async () => {
    const { run } = await importFiles(TEACHER, [STUDENT], options)
    const bytes = readFileSync(TEACHER)
    expect(run.record.cells[0]).toMatchObject({
      state: 'recorded',
      source: { file: TEACHER, format: 'jsonl', bytes: bytes.length, answers: 40, sha256: createHash('sha256').update(bytes).digest('hex') },
    })
  })

  test('have the hashes that a live run over the same dataset has', async () => {
    const { run } = await importFiles(TEACHER, [STUDENT], options)
    const sample = run.samples[0]
    expect(sample).toMatchObject({ item: 'q1', prompt: 'What is 3 + 2?', target: '5', slice: 'small', itemHash: itemHash('What is 3 + 2?', '5') })
  })

  test('swapped, swap the signs and nothing else', async () => {
    const one = differenceOf(await importFiles(TEACHER, [STUDENT], options), 'student')
    const other = differenceOf(await importFiles(STUDENT, [TEACHER], options), 'teacher')
    if (typeof one === 'string' || typeof other === 'string') throw new Error('there is no difference')
    expect(other.value).toBeCloseTo(-one.value, 12)
    expect(other.low).toBeCloseTo(-one.high, 9)
    expect(other.high).toBeCloseTo(-one.low, 9)
  })

  test('in another order give the same numbers', async () => {
    const lines = readFileSync(STUDENT, 'utf8').trim().split('\n')
    const reversed = textFile('student.jsonl', `${lines.toReversed().join('\n')}\n`)
    const [one, other] = [await importFiles(TEACHER, [STUDENT], options), await importFiles(TEACHER, [reversed], options)]
    expect(other.run.record.suite.workloads).toEqual(one.run.record.suite.workloads)
    for (const metric of ['accuracy', 'latency', 'output-tokens', 'cost-per-correct']) {
      const [before, after] = [rowOf(one, 'student', metric), rowOf(other, 'student', metric)]
      if (typeof before === 'string' || typeof after === 'string') throw new Error(`no ${metric}`)
      for (const field of ['value', 'low', 'high', 'n'] as const) expect(after[field]).toBeCloseTo(before[field], 9) // times end at another place of the clock
    }
    expect(differenceOf(other, 'student')).toEqual(differenceOf(one, 'student'))
  })

  test('with carriage returns and a byte order mark are the same files', async () => {
    const rows = readFileSync(STUDENT, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown)
    const windows = jsonLines('student.jsonl', rows, { end: '\r\n', bom: '\uFEFF' })
    expect(differenceOf(await importFiles(TEACHER, [windows], options), 'student')).toEqual(
      differenceOf(await importFiles(TEACHER, [STUDENT], options), 'student'),
    )
  })
})

describe('what a file does not tell', () => {
  const bare = (name: string): string =>
    jsonLines(
      name,
      Array.from({ length: 8 }, (_, i) => ({ id: i, output: String(i), target: String(i), prompt: `say ${i}` })),
    )

  test('is absent with the reason, and never 0', async () => {
    const imported = await importFiles(bare('a.jsonl'), [bare('b.jsonl')])
    const times = 'the file of recorded answers tells no times'
    const counts = 'the file of recorded answers does not count output tokens'
    const why = Object.fromEntries(
      ['latency', 'output-tokens-per-second', 'throughput', 'request-rate', 'output-tokens', 'ttft', 'tpot', 'truncated', 'cost-per-correct', 'power'].map(
        (metric) => [metric, rowOf(imported, 'b', metric)],
      ),
    )
    expect(why).toMatchObject({
      latency: times,
      'output-tokens-per-second': times,
      'output-tokens': counts,
      throughput: 'the answers were recorded elsewhere, so there is no measured window',
      'request-rate': 'the answers were recorded elsewhere, so there is no measured window',
      truncated: 'the file of recorded answers does not tell how answers ended',
      'cost-per-correct': 'the suite gives no price for b',
    })
    for (const reason of Object.values(why)) expect(reason).toBeTypeOf('string')
    expect(differenceOf(imported, 'b', 'latency')).toBe(times)
    expect(imported.analysis.distributions).toEqual([])
  })

  test('is left out of the sentence about answers that were cut off', async () => {
    const { analysis } = await importFiles(bare('a.jsonl'), [])
    expect(analysis.counts[0]).toMatchObject({ requests: 8, truncated: 0, untold: 8 })
  })

  test('a time to the first token alone gives that metric and no other', async () => {
    const rows = Array.from({ length: 8 }, (_, i) => ({ id: i, output: 'x', target: 'x', ttftMs: 100 + i }))
    const imported = await importFiles(jsonLines('a.jsonl', rows), [])
    expect(rowOf(imported, 'a', 'ttft')).toMatchObject({ value: 103.5 })
    expect(rowOf(imported, 'a', 'latency')).toBe('the file of recorded answers tells no times')
  })

  test('recorded times carry the caution that they were not measured here', async () => {
    const { analysis } = await importFiles(TEACHER, [STUDENT], options)
    const row = analysis.rows.find(({ model, metric }) => model === 'student' && metric === 'latency')
    expect(row?.cautions?.join()).toContain('were not measured by this tool')
  })
})

describe('files that do not fit together are refused with the difference named', () => {
  const rows = [1, 2, 3].map((n) => ({ id: `q${n}`, output: String(n), prompt: `say ${n}`, target: String(n) }))
  const refused = async (teacher: readonly unknown[], student: readonly unknown[], more = {}): Promise<unknown> =>
    importFiles(jsonLines('teacher.jsonl', teacher), [jsonLines('student.jsonl', student)], more).then(
      () => 'imported',
      (error: unknown) => error,
    )

  test('missing answers', async () => {
    expect(await refused(rows, rows.slice(0, 1))).toMatchObject({
      code: 'data',
      message: expect.stringMatching(/student\.jsonl has no answer to 2 of the 3 questions of .*teacher\.jsonl: q2, q3$/),
      hint: expect.stringContaining('--allow-missing'),
    })
  })

  test('missing answers count as failed where that is allowed', async () => {
    const imported = await importFiles(jsonLines('teacher.jsonl', rows), [jsonLines('student.jsonl', rows.slice(0, 1))], { allowMissing: true })
    expect(differenceOf(imported, 'student')).toMatchObject({ value: -2 / 3 })
    expect(rowOf(imported, 'student', 'failed')).toMatchObject({ value: 2 / 3 })
    expect(warningsOf(imported, 'missing-answers')[0]).toContain('q2, q3; they count as failed.')
  })

  test('an answer that stands there twice', async () => {
    expect(await refused(rows, [...rows, rows[1]])).toMatchObject({
      message: expect.stringMatching(/student\.jsonl answers 1 question more than once: q2$/),
      hint: expect.stringContaining('"repeat"'),
    })
  })

  test('another text of the same question', async () => {
    const other = rows.map((row) => (row.id === 'q3' ? { ...row, prompt: 'say three' } : row))
    expect(await refused(rows, other)).toMatchObject({ message: expect.stringContaining('another text'), hint: expect.stringContaining('--by id') })
    expect(await refused(rows, other, { by: 'id' })).toBe('imported')
  })

  test('another right answer, whatever they are matched by', async () => {
    const other = rows.map((row) => (row.id === 'q1' ? { ...row, target: '11' } : row))
    for (const by of ['auto', 'id', 'hash'])
      expect(await refused(rows, other, { by })).toMatchObject({ message: expect.stringMatching(/another right answer .*1 question: q1$/) })
  })

  test('names that are not those of the other file, with the way to match by text', async () => {
    const other = rows.map((row, i) => ({ ...row, id: `x${i}` }))
    expect(await refused(rows, other)).toMatchObject({ hint: expect.stringContaining('--by hash') })
    const imported = await importFiles(jsonLines('teacher.jsonl', rows), [jsonLines('student.jsonl', other.toReversed())], { by: 'hash' })
    expect(rowOf(imported, 'student', 'accuracy')).toMatchObject({ value: 1, n: 3 })
    expect(new Set(imported.run.samples.map(({ item }) => item))).toEqual(new Set(['q1', 'q2', 'q3']))
  })

  test('answers to questions that the dataset does not have', async () => {
    const dataset = jsonLines('questions.jsonl', rows.slice(0, 2))
    expect(await refused(rows, rows, { dataset })).toMatchObject({ message: expect.stringContaining('1 question that') })
  })

  test('several differences are told together', async () => {
    expect(await refused([...rows, rows[0]], rows.slice(1))).toMatchObject({ message: expect.stringMatching(/more than once: q1; .*no answer to 1 of the 3/) })
  })

  test('nothing is left behind', async () => {
    const out = scratch()
    const file = jsonLines('a.jsonl', [...rows, rows[0]])
    await expect(importFiles(file, [], { out })).rejects.toMatchObject({ code: 'data' })
    expect(existsSync(join(out, 'runs'))).toBe(false)
  })
})

describe('damaged files', () => {
  const whole = '{"id":1,"output":"1","target":"1"}\n{"id":2,"output":"2","target":"2"}\n'

  test('a last line that was cut short is refused, or left out where answers may be missing', async () => {
    const cut = textFile('cut.jsonl', whole.slice(0, -9))
    await expect(importFiles(cut, [])).rejects.toMatchObject({ code: 'data', message: expect.stringMatching(/cut\.jsonl:2 is cut short/) })
    const imported = await importFiles(textFile('whole.jsonl', whole), [cut], { allowMissing: true })
    expect(rowOf(imported, 'cut', 'accuracy')).toMatchObject({ value: 0.5 })
    expect(warningsOf(imported, 'cut-short')).toHaveLength(1)
  })

  test('a last line without a line end is whole when its JSON is', async () => {
    expect(rowOf(await importFiles(textFile('a.jsonl', whole.trimEnd()), []), 'a', 'accuracy')).toMatchObject({ n: 2 })
  })

  test('an empty file, one with empty lines alone, one in UTF-16, a folder and a file that is not there are told apart', async () => {
    const messageOf = (file: string): Promise<unknown> => importFiles(file, []).catch((error: unknown) => (error as Error).message.replace(/^.*\//, ''))
    expect(
      await Promise.all(
        [
          textFile('a.jsonl', ''),
          textFile('b.jsonl', '\n\n'),
          textFile('c.jsonl', Buffer.from(`\uFEFF${whole}`, 'utf16le')),
          scratch(),
          '/nowhere/d.jsonl',
        ].map(messageOf),
      ),
    ).toEqual([
      'a.jsonl is empty',
      'b.jsonl holds no answers',
      'c.jsonl:1 is not UTF-8, but UTF-16',
      expect.stringContaining('is no file'),
      'd.jsonl cannot be read: there is no such file',
    ])
  })

  test('a list in place of lines is refused with the command that turns it into lines', async () => {
    await expect(importFiles(textFile('a.json', '[{"id":1,"output":"1"}]'), [])).rejects.toMatchObject({ hint: expect.stringContaining('jq -c') })
  })

  test('a line that lacks its answer names the field that may be meant', async () => {
    await expect(importFiles(jsonLines('a.jsonl', [{ id: 1, response: 'x' }]), [])).rejects.toMatchObject({
      message: expect.stringContaining('has no "output"; is it "response"?'),
    })
  })

  test('a mistyped optional field is told of and passed over', async () => {
    const imported = await importFiles(jsonLines('a.jsonl', [{ id: 1, output: 'x', target: 'x', latencyM: 4 }]), [])
    expect(warningsOf(imported, 'unknown-field')).toEqual(['a.jsonl: the field "latencyM" is not known and was passed over; did you mean "latencyMs"?'])
  })
})

describe('grades', () => {
  const rows = [
    { id: 'a', output: 'It is 4.', target: '4', score: 1 },
    { id: 'b', output: 'It is 5.', target: '4', score: 1 },
    { id: 'c', output: 'It is 4.', target: '4', score: 0 },
  ]

  test('of ours and of the file are both kept, and where they differ is listed', async () => {
    const imported = await importFiles(jsonLines('a.jsonl', rows), [], { grader: 'numeric' })
    expect(imported.run.samples.map(({ grade, givenScore }) => [grade?.score, givenScore])).toEqual([
      [1, 1],
      [0, 1],
      [1, 0],
    ])
    const [message] = warningsOf(imported, 'grades-disagree')
    expect(message).toContain(
      '2 of 3 scores that came with the answers differ from those of the grader numeric, which is stricter in 1 and milder in 1: b (file 1, ours 0), c (file 0, ours 1)',
    )
    expect(imported.analysis.warnings.some(({ code }) => code === 'grades-disagree')).toBe(true)
  })

  test('come from the graders of mathematics and of JSON too, which needs no right answer', async () => {
    const sums = [{ id: 'a', output: '\\boxed{\\sqrt{8}}', target: '2\\sqrt{2}' }, { id: 'b', output: '\\boxed{2.828}', target: '2\\sqrt{2}' }] // prettier-ignore
    const math = await importFiles(jsonLines('a.jsonl', sums), [], { grader: 'math' })
    expect(math.run.samples.map(({ grade }) => grade?.score)).toEqual([1, 0])
    const json = await importFiles(jsonLines('b.jsonl', [{ id: 'a', output: '{"x": 1}' }, { id: 'b', output: 'none', target: '[]' }]), [], { grader: 'json' }) // prettier-ignore
    expect(json.run.samples.map(({ grade }) => grade?.score)).toEqual([1, 0])
  })

  test('of the file are taken as they are with --grader given', async () => {
    const imported = await importFiles(jsonLines('a.jsonl', rows), [], { grader: 'given' })
    expect(rowOf(imported, 'a', 'accuracy')).toMatchObject({ value: 2 / 3 })
    expect(warningsOf(imported, 'grades-disagree')).toEqual([])
  })

  test('a score beyond 0 to 1 is refused with its line', async () => {
    await expect(importFiles(jsonLines('a.jsonl', [{ id: 1, output: '', score: 7 }]), [])).rejects.toMatchObject({
      message: expect.stringMatching(/a\.jsonl:1: the score 7 is not between 0 and 1/),
    })
  })

  test('answers with neither a right answer nor a score cannot be imported', async () => {
    await expect(importFiles(jsonLines('a.jsonl', [{ id: 1, output: 'x' }]), [])).rejects.toMatchObject({
      message: expect.stringContaining('no scores and no right answers'),
      hint: expect.stringContaining('--dataset'),
    })
  })

  test('several answers to one question are repeats, averaged before the questions', async () => {
    const repeats = [0, 1, 2].map((repeat) => ({ id: 'a', output: repeat === 0 ? 'x' : 'y', target: 'x', repeat }))
    const imported = await importFiles(jsonLines('a.jsonl', [...repeats, { id: 'b', output: 'x', target: 'x' }]), [])
    expect(rowOf(imported, 'a', 'accuracy')).toMatchObject({ value: (1 / 3 + 1) / 2, n: 2 })
  })
})

test('an interrupt leaves nothing behind', async () => {
  const [out, controller] = [scratch(), new AbortController()]
  controller.abort()
  const files = [{ role: 'teacher' as const, word: TEACHER }]
  const imported = importAnswers({ out, files, dataset: QUESTIONS, by: 'auto', allowMissing: false, margin: 0.02, command: '', signal: controller.signal })
  await expect(imported).rejects.toMatchObject({ code: 'aborted' })
  expect(existsSync(join(out, 'runs'))).toBe(false)
})

test('requests that failed are failed answers, and secrets in their messages are not kept', async () => {
  process.env.IMPORT_TEST_KEY = 'sk-very-secret'
  const imported = await importFiles(
    jsonLines('a.jsonl', [
      { id: 1, error: 'bad key sk-very-secret', target: '1' },
      { id: 2, output: '2', target: '2' },
    ]),
    [],
  )
  delete process.env.IMPORT_TEST_KEY
  expect(imported.run.samples[0]).toMatchObject({ finish: 'error', error: { code: 'model', message: 'bad key [IMPORT_TEST_KEY]' } })
  expect(rowOf(imported, 'a', 'accuracy')).toMatchObject({ value: 0.5 })
})
