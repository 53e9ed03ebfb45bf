/** A judge behind an endpoint: both orders asked, what it prefers and what it takes told apart from the models, and failures that count for nobody. */
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { analyse } from '../../harness/analysis/index.ts'
import { createJudging } from '../../harness/run/judging/pass.ts'
import type { Journal } from '../../harness/run/journal.ts'
import type { JudgeSpec, Judgement, RunEvent, Sample, StoredRun, Warning } from '../../harness/types.ts'
import { renderMarkdown } from '../../reports/markdown.ts'
import { DEFAULT_CRITERIA, getGrader } from '../../harness/workloads/index.ts'
import { startMock, type Mock } from '../../scripts/mock/index.ts'
import { respond, serve, type Asked } from '../models/openai/server.ts'
import { scratch } from '../cli/scratch.ts'
import { start } from './start.ts'
import { scripted, suiteOf, sums } from './suites.ts'

const never = new AbortController().signal
const spec = (url: string, more: Partial<JudgeSpec> = {}): JudgeSpec => ({
  options: { url, model: 'judge', check: false, proxy: false, stream: false, retries: { max: 0 } },
  criteria: DEFAULT_CRITERIA,
  maxTokens: 100,
  price: { kind: 'token', inputPerMtoken: 2, outputPerMtoken: 4, source: 'test', date: '2026-01-01' },
  ...more,
})

/** The texts of a question to the judge, in their order. */
function readPair({ body }: Asked): { first: string; second: string; temperature: unknown } {
  const { messages, temperature } = JSON.parse(body) as { messages: { content: string }[]; temperature: number }
  const parts = messages[1]!.content.split(/^[0-9a-f]{16}>>>$/m).map((part) => part.trim().split('\n').slice(1).join('\n'))
  return { first: parts[1]!, second: parts[2]!, temperature }
}
const says = (better: string): string => JSON.stringify({ choices: [{ index: 0, message: { content: `{"better": "${better}"}` }, finish_reason: 'stop' }], usage: { prompt_tokens: 100, completion_tokens: 10 } }) // prettier-ignore

/** Samples of a teacher and a student: `answers` by item. */
function samplesOf(answers: Readonly<Record<string, readonly [teacher: string, student: string]>>): Sample[] {
  return Object.entries(answers).flatMap(([item, texts]) =>
    ['teacher', 'student'].map((model, i): Sample => ({
      cell: model,
      key: { model, workload: 'w', load: 'sequential', repeat: 0, block: 0 },
      item,
      itemHash: item,
      prompt: `question ${item}`,
      startMs: 0,
      endMs: 1,
      tokenMs: [],
      promptTokens: 1,
      outputTokens: 1,
      countedBy: 'server',
      finish: 'stop',
      text: texts[i]!,
    })),
  )
}

async function judged(
  judge: JudgeSpec,
  samples: readonly Sample[],
  before: readonly Judgement[] = [],
): Promise<{ judgements: Judgement[]; warnings: Warning[]; events: RunEvent[] }> {
  const [judgements, warnings, events]: [Judgement[], Warning[], RunEvent[]] = [[], [], []]
  const loaded = suiteOf({ judge })
  const journal = { record: { suite: { models: loaded.suite.models } }, judgement: (one: Judgement) => void judgements.push(one), warning: (one: Warning) => void warnings.push(one) } as unknown as Journal // prettier-ignore
  const judging = createJudging({ loaded, journal, samples: [], judgements: before, signal: never, onEvent: (event) => void events.push(event) })
  samples.forEach((sample) => judging.sample(sample))
  await judging.run()
  return { judgements: judgements.sort((a, b) => (a.item < b.item ? -1 : 1)), warnings, events }
}

describe('pairs of answers', () => {
  test('are asked in both orders at temperature 0; votes are for the models, not for places', async () => {
    const seen: ReturnType<typeof readPair>[] = []
    const url = await serve((socket, asked) => {
      const pair = readPair(asked)
      seen.push(pair)
      respond(socket, 200, says(pair.first.includes('good') ? 'first' : pair.second.includes('good') ? 'second' : 'tie'))
    })
    const { judgements, events } = await judged(spec(url), samplesOf({ a: ['bad', 'good'], b: ['good', 'bad'], c: ['meh', 'so so'], d: ['same', 'same'] }))
    expect(judgements.map(({ item, votes }) => [item, votes])).toEqual([
      ['a', { modelFirst: 'model', teacherFirst: 'model' }],
      ['b', { modelFirst: 'teacher', teacherFirst: 'teacher' }],
      ['c', { modelFirst: 'tie', teacherFirst: 'tie' }],
      ['d', { modelFirst: 'tie', teacherFirst: 'tie' }],
    ])
    expect(seen.filter(({ first }) => first === 'good' || first === 'bad')).toHaveLength(4)
    expect(seen.every(({ temperature }) => temperature === 0)).toBe(true)
    expect(judgements[0]).toMatchObject({ requests: 2, promptTokens: 200, outputTokens: 20, usd: expect.closeTo(480e-6, 12) })
    expect(judgements[3]).toMatchObject({ requests: 0, promptTokens: 0 }) // nobody need be asked about equal texts
    expect(events.filter(({ type }) => type === 'judged')).toHaveLength(4)
  })

  test('that it could not judge are told by reason, and are asked again on a resume; those that it has judged are not', async () => {
    let n = 0
    const url = await serve((socket, asked) => {
      const { first, second } = readPair(asked)
      n += 1
      if ([first, second].includes('broken')) return respond(socket, 500, '{"error":"no sk-key"}')
      return respond(socket, 200, says([first, second].includes('odd') ? 'the one with the hat' : 'first'))
    })
    const samples = samplesOf({ a: ['x', 'broken'], b: ['x', 'odd'], c: ['x', 'y'] })
    const { judgements } = await judged(spec(url), samples)
    expect(judgements.map(({ votes, why }) => votes ?? why)).toEqual([
      expect.stringContaining('status 500'),
      'the judge gave no verdict in the form that was asked for',
      { modelFirst: 'model', teacherFirst: 'teacher' },
    ])
    const asked = n
    expect((await judged(spec(url), samples, judgements)).judgements.map(({ item }) => item)).toEqual(['a', 'b'])
    expect(n).toBe(asked + 4)
  })

  test('are not judged where the judge cannot be opened, and the record says why', async () => {
    vi.stubEnv('JUDGE_KEY', '')
    const { judgements, warnings } = await judged(
      spec('http://127.0.0.1:9/v1', { options: { url: 'http://127.0.0.1:9/v1', model: 'm', apiKeyEnv: 'JUDGE_KEY' } }),
      samplesOf({ a: ['x', 'y'] }),
    )
    expect(judgements).toEqual([])
    expect(warnings).toMatchObject([{ code: 'not-judged', message: expect.stringContaining('JUDGE_KEY') }])
    vi.unstubAllEnvs()
  })
})

describe('a run with a judge', () => {
  let mock: Mock
  beforeAll(async () => {
    // It always prefers what stands first: the worst of biases.
    mock = await startMock({
      models: [{ name: 'judge', decodeMs: 0, prefillMs: 0, answers: { 'first answer': 'first' }, answerText: '{"better": "{answer}"}' }],
    })
  })
  afterAll(() => mock.close())

  test('tells wins, the bias of places and its own bill, apart from the models', async () => {
    const judge = spec(`${mock.url}/v1`)
    const suite = suiteOf({ judge, models: [scripted('teacher'), scripted('student', { accuracy: 0.5 })], workloads: [sums(8)], blocks: 1 })
    const run: StoredRun = await start(suite, scratch()).run
    expect(run.record.suite.judge).toMatchObject({ model: 'judge', prompt: 'pair/1', temperature: 0 })
    const [row] = analyse([run]).judged
    const differ = run.judgements!.filter(({ requests }) => requests > 0).length
    expect(differ).toBeGreaterThan(0)
    expect(row).toMatchObject({
      model: 'student',
      pairs: 8,
      won: 0,
      lost: 0,
      tied: 8,
      winRate: { state: 'ok', value: { value: 0.5 } },
      disagreement: { state: 'ok', value: { value: differ / 8 } },
      firstShare: { state: 'ok', value: { value: 1 } },
      unjudged: [],
      bill: { requests: 2 * differ, usd: { state: 'ok', value: expect.any(Number) } },
    })
    expect(row!.bill.promptTokens).toBeGreaterThan(0)
    const analysis = analyse([run])
    expect(analysis.rows.find(({ metric, model }) => metric === 'cost-total' && model === 'student')!.estimate).toMatchObject({ state: 'absent' })
    expect(renderMarkdown(analysis)).toContain('As a judge sees it')
  })
})

describe('the grader judge', () => {
  test('scores answers against the target; where it fails there is no grade, and its bill stands apart', async () => {
    const url = await serve((socket, { body }) => {
      const asked = (JSON.parse(body) as { messages: { content: string }[] }).messages[1]!.content
      const answer = asked
        .split(/^[0-9a-f]{16}>>>$/m)[2]!
        .trim()
        .split('\n')
        .slice(1)
        .join('\n')
      if (answer === '4') return respond(socket, 500, '{"error":"out of order"}')
      const content = answer === '6' ? 'a fine answer' : `{"score": ${answer === '?' ? 0 : 7}}`
      return respond(
        socket,
        200,
        JSON.stringify({ choices: [{ message: { content }, finish_reason: 'stop' }], usage: { prompt_tokens: 50, completion_tokens: 5 } }),
      )
    })
    const { options, price } = spec(url)
    const grader = getGrader('judge', { endpoint: options, price })
    expect(grader.id).toBe(`judge(model=judge,at=${new URL(url).host})`)
    const run = await start(suiteOf({ models: [scripted('teacher')], workloads: [sums(5, { grader })], blocks: 1 }), scratch()).run
    const of = (item: string): Sample => run.samples.find((sample) => sample.item === item)!
    expect(of('sum-1').grade).toMatchObject({ score: 0.7, grader: grader.id })
    expect(of('sum-1').grading).toMatchObject({ requests: 1, promptTokens: 50, outputTokens: 5, costUsd: expect.closeTo(120e-6, 12) })
    expect(of('sum-2')).toMatchObject({ ungraded: expect.stringContaining('status 500') })
    expect(of('sum-3')).toMatchObject({ ungraded: 'the judge gave no score in the form that was asked for', grading: { requests: 1 } })
    const analysis = analyse([run])
    expect(analysis.rows.find(({ metric, slice }) => metric === 'accuracy' && slice === '')!.estimate).toMatchObject({
      state: 'ok',
      value: { value: expect.closeTo(0.7, 9), n: 3 },
    })
    expect(analysis.grading).toMatchObject([{ model: 'teacher', answers: 5, requests: 5, promptTokens: 200, outputTokens: 20, usd: { state: 'ok' } }])
    expect(renderMarkdown(analysis)).toContain('none of it is in the figures of the model')
  })
})
