import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Answer, Choice } from '../../harness/import/answer.ts'
import { takeNotes } from '../../harness/import/notes.ts'
import { openSource } from '../../harness/import/readers/index.ts'
import { BIG, differenceOf, FIXTURES, importFiles, rowOf, SMALL, textFile, warningsOf } from './start.ts'

async function read(
  file: string,
  choice: Choice = {},
): Promise<{ answers: Answer[]; format: string; model?: string | undefined; task?: string | undefined; notes: string[] }> {
  const source = await openSource(resolve(FIXTURES, file), choice, new AbortController().signal)
  const notes = takeNotes()
  const answers: Answer[] = []
  for await (const answer of source.answers(notes)) answers.push(answer)
  const { format, model, task } = source
  return { answers, format, model, task, notes: notes.warnings().map(({ message }) => message) }
}

describe('lm-evaluation-harness', () => {
  test('tells model and task by the names of folder and file, and answers by the raw text', async () => {
    const { answers, ...head } = await read(BIG)
    expect(head).toMatchObject({ format: 'lm-eval', model: 'big/model', task: 'sums' })
    expect(answers).toHaveLength(6)
    expect(answers[0]).toMatchObject({
      id: '0',
      prompt: 'Question: What is 3 + 2?\nAnswer:',
      output: ' 3 + 2 = 5. #### 5',
      target: '#### 5',
      score: 1,
      repeat: 0,
    })
    expect(answers[0]).not.toHaveProperty('latencyMs')
  })

  test('keeps the score of the first filter and says so, or of the one that is named', async () => {
    const { answers, notes } = await read(BIG)
    expect(answers[2]?.score).toBe(0)
    expect(notes).toEqual([expect.stringContaining('filters strict-match, flexible-extract; those of strict-match were kept')])
    for (const score of ['flexible-extract', 'exact_match,flexible-extract']) expect((await read(BIG, { score })).answers[2]?.score).toBe(1)
    await expect(read(BIG, { score: 'exact_match,flexible-extrac' })).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringContaining('did you mean exact_match,flexible-extract?'),
    })
  })

  test('reads the older form of the arguments like the newer one, so that both are paired', async () => {
    const imported = await importFiles(join(FIXTURES, BIG), [join(FIXTURES, SMALL)], { grader: 'numeric' })
    expect(differenceOf(imported, 'small-model')).toMatchObject({ value: -1 / 6 })
    expect(imported.run.record.suite.workloads[0]).toMatchObject({ id: 'sums', items: 6, grader: 'numeric' })
  })

  test('lists where our grader is milder than a strict filter', async () => {
    const imported = await importFiles(join(FIXTURES, BIG), [], { grader: 'numeric' })
    expect(warningsOf(imported, 'grades-disagree')).toEqual([
      expect.stringContaining(
        '1 of 6 scores that came with the answers differ from those of the grader numeric, which is stricter in 0 and milder in 1: 2 (file 0, ours 1)',
      ),
    ])
  })

  test('takes the likeliest continuation as the answer of a task that chooses', async () => {
    const { answers } = await read('lm-eval/big__model/samples_choose_2025-02-06T10-11-12.123456.jsonl')
    expect(answers.map(({ output, target }) => [output, target])).toEqual([
      ['yes', 'yes'],
      ['no', 'no'],
      ['yes', 'yes'],
      ['no', 'no'],
    ])
  })

  test('several generations for one question are repeats, of which none has the score of all', async () => {
    const line = {
      doc_id: 7,
      target: 'x',
      arguments: [['q', {}]],
      resps: [['x', 'y']],
      filtered_resps: ['x'],
      filter: 'none',
      metrics: ['exact_match'],
      exact_match: 1,
    }
    const { answers } = await read(textFile('samples_t.jsonl', `${JSON.stringify(line)}\n`))
    expect(answers.map(({ output, repeat, score }) => ({ output, repeat, score }))).toEqual([
      { output: 'x', repeat: 0, score: undefined },
      { output: 'y', repeat: 1, score: undefined },
    ])
  })

  test('refuses a task that only measures likelihood', async () => {
    const line = { doc_id: 0, target: 'text', arguments: [['text']], resps: [[[-123.4, true]]], filter: 'none', metrics: ['word_perplexity'] }
    await expect(read(textFile('samples_wikitext.jsonl', `${JSON.stringify(line)}\n`))).rejects.toMatchObject({
      code: 'data',
      message: expect.stringContaining('measures likelihood'),
    })
  })
})

describe('Inspect', () => {
  test.each(['inspect-deflate.eval', 'inspect-zstd.eval'])('reads samples and epochs of %s', async (file) => {
    const { answers, ...head } = await read(file)
    expect(head).toMatchObject({ format: 'inspect', task: 'sums', model: file.includes('zstd') ? 'openai/small' : 'openai/big' })
    expect(answers.map(({ id, repeat }) => `${id}/${repeat}`).sort()).toEqual(['1/0', '1/1', '2/0', '2/1', '3/0', '3/1', '4/0', '4/1'])
    expect(answers[0]).toMatchObject({
      prompt: [
        { role: 'system', content: 'Answer with a number.' },
        { role: 'user', content: 'What is 3 + 2?' },
      ],
      target: '5',
      output: 'The sum of 3 and 2 is 5.',
      finish: 'stop',
      latencyMs: 500,
      promptTokens: 14,
      outputTokens: 11,
      score: 1,
    })
    expect(answers[2]).toMatchObject({ finish: 'length' })
  })

  test('resolves texts that are kept as attachments, and keeps reasoning apart', async () => {
    const { answers } = await read('inspect-zstd.eval')
    expect(answers[1]?.output).toBe('The sum of 10 and 15 is 25.')
    expect(answers[0]).toMatchObject({ reasoning: 'add them', reasoningTokens: 3 })
  })

  test('a sample that ended in an error is a failed request', async () => {
    const { answers } = await read('inspect-zstd.eval')
    expect(answers.at(-1)).toMatchObject({ id: '4', repeat: 1, error: 'rate limited', output: '' })
  })

  test('a log as one document is the same', async () => {
    const [document, archive] = [await read('inspect.json'), await read('inspect-deflate.eval')]
    const plain = (answers: readonly Answer[]): unknown[] => answers.map((answer) => ({ ...answer, where: '' }))
    expect(plain(document.answers)).toEqual(plain(archive.answers.filter(({ repeat }) => repeat === 0)))
  })

  test('says which scorer was taken, and takes another on request', async () => {
    const [first, other] = [await read('inspect-zstd.eval'), await read('inspect-zstd.eval', { score: 'includes' })]
    expect(first.notes).toEqual(['inspect-zstd.eval has scores of match, includes; those of match were kept (--score chooses).'])
    expect([first.answers[2]?.score, other.answers[2]?.score]).toEqual([0, 1])
    await expect(read('inspect-zstd.eval', { score: 'mtach' })).rejects.toMatchObject({ message: expect.stringContaining('did you mean match?') })
  })

  test('an archive that was cut short is refused by name', async () => {
    const bytes = readFileSync(join(FIXTURES, 'inspect-deflate.eval'))
    await expect(importFiles(textFile('cut.eval', bytes.subarray(0, bytes.length - 30)), [])).rejects.toMatchObject({
      code: 'data',
      message: expect.stringMatching(/cut\.eval is damaged/),
    })
  })

  test('two logs give a comparison with times, and repeats averaged', async () => {
    const imported = await importFiles(join(FIXTURES, 'inspect-deflate.eval'), [join(FIXTURES, 'inspect-zstd.eval')], { grader: 'numeric' })
    expect(rowOf(imported, 'openai-big', 'accuracy')).toMatchObject({ value: 1, n: 4 })
    expect(differenceOf(imported, 'openai-small')).toMatchObject({ value: -0.25 })
    expect(rowOf(imported, 'openai-big', 'latency')).toMatchObject({ unit: 'ms' })
  })
})

describe('promptfoo', () => {
  test.each(['promptfoo.json', 'promptfoo.jsonl'])('reads one provider of %s', async (file) => {
    const { answers, model, format } = await read(file, { column: 'openai:big' })
    expect({ model, format }).toEqual({ model: 'openai:big', format: 'promptfoo' })
    expect(answers).toHaveLength(5)
    expect(answers[0]).toMatchObject({
      id: '0',
      repeat: 0,
      prompt: 'What is 3 + 2?',
      target: '5',
      output: 'It is 5',
      latencyMs: 800,
      promptTokens: 12,
      outputTokens: 8,
      costUsd: 0.0002,
      score: 1,
    })
  })

  test('asks which of several columns is meant, and lists them', async () => {
    await expect(read('promptfoo.json')).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringContaining('2 columns'),
      hint: expect.stringContaining('0: openai:big'),
    })
    await expect(read('promptfoo.json', { column: 'smal' })).rejects.toMatchObject({ message: expect.stringContaining('did you mean small?') })
    expect((await read('promptfoo.json', { column: '1' })).model).toBe('small')
  })

  test('an error of the provider is a failed request; a wrong answer is not', async () => {
    const { answers } = await read('promptfoo.json', { column: 'small' })
    expect(answers[3]).toMatchObject({ error: 'API error: 500 overloaded', output: '' })
    expect(answers[3]).not.toHaveProperty('score')
    expect(answers[1]).toMatchObject({ score: 0, output: 'It is 26' })
    expect(answers[1]).not.toHaveProperty('error')
  })

  test('an answer from the cache has no time and no cost', async () => {
    const { answers, notes } = await read('promptfoo.json', { column: 'small' })
    for (const field of ['latencyMs', 'costUsd', 'outputTokens']) expect(answers[4]).not.toHaveProperty(field)
    expect(notes).toEqual([expect.stringContaining('1 answer of small came from promptfoo’s cache')])
  })

  test('a test that was repeated has several answers', async () => {
    const lines = readFileSync(join(FIXTURES, 'promptfoo.jsonl'), 'utf8').split('\n')
    const { answers } = await read(textFile('results.jsonl', `${[lines[0], lines[0], lines[2]].join('\n')}\n`))
    expect(answers.map(({ id, repeat }) => `${id}/${repeat}`)).toEqual(['0/0', '0/1', '1/0'])
  })

  test('both providers of one file are compared', async () => {
    const imported = await importFiles(`${join(FIXTURES, 'promptfoo.json')}#openai:big`, [`small=${join(FIXTURES, 'promptfoo.json')}#1`], {
      grader: 'includes',
    })
    expect(differenceOf(imported, 'small')).toMatchObject({ value: -0.4 })
    expect(imported.analysis.counts.map(({ failed }) => failed)).toEqual([0, 1])
  })
})
