/** Loads whose requests overlap: stages, steady windows, slices, objectives, and latency from when a request was due. */
import { describe, expect, it } from 'vitest'
import { analyse } from '../../harness/analysis/index.ts'
import type { Analysis, Estimate, Observed, Sample } from '../../harness/types.ts'
import { sweepRun } from './sweep-run.ts'

function value(analysis: Analysis, model: string, load: string, metric: string): Estimate {
  const found: Observed<Estimate> | undefined = analysis.rows.find(
    (row) => row.model === model && row.load === load && row.metric === metric && row.slice === '',
  )?.estimate
  if (found?.state !== 'ok') throw new Error(`${model} ${load} ${metric}: ${JSON.stringify(found)}`)
  return found.value
}

function ungraded(sample: Sample): Sample {
  const copy = { ...sample }
  delete copy.grade
  return copy
}

describe('a load of several stages', () => {
  const analysis = analyse([sweepRun((model) => (model === 'teacher' ? 1 : 0.5))])

  it('has rows for each stage, and none for the whole', () => {
    expect([...new Set(analysis.rows.filter(({ load }) => load !== '' && load !== 'isolated').map(({ load }) => load))]).toEqual([
      'sweep: 10 requests/s',
      'sweep: 20 requests/s',
    ])
  })

  it('counts the steady window only', () => {
    expect(value(analysis, 'teacher', 'sweep: 10 requests/s', 'request-rate').value).toBeCloseTo(90 / 9, 0)
    expect(value(analysis, 'teacher', 'sweep: 20 requests/s', 'throughput').value).toBeCloseTo(100, -1)
    expect(value(analysis, 'teacher', 'sweep: 20 requests/s', 'input-throughput').value).toBeCloseTo(2000, -2)
    expect(value(analysis, 'teacher', 'sweep: 20 requests/s', 'text-throughput').value / 5).toBeCloseTo(20, -1) // ä has two bytes
  })

  it('takes latency from when the request was due, not from when a late client sent it', () => {
    expect(value(analysis, 'teacher', 'sweep: 10 requests/s', 'ttft').value).toBeCloseTo(40, 6)
    expect(value(analysis, 'student', 'sweep: 10 requests/s', 'latency').value).toBeCloseTo(40, 6)
    expect(value(analysis, 'teacher', 'sweep: 10 requests/s', 'normalised-latency').value).toBeCloseTo(16, 6)
    expect(value(analysis, 'teacher', 'sweep: 10 requests/s', 'tpot').value).toBeCloseTo(8, 6)
  })

  it('has intervals, also for ratios, from slices of the window', () => {
    const { n, low, high } = value(analysis, 'teacher', 'sweep: 20 requests/s', 'throughput')
    expect(n).toBe(20)
    expect(low).toBeLessThan(high)
    const ratio = analysis.ratios.find(({ load, metric }) => load === 'sweep: 20 requests/s' && metric === 'ttft')
    expect(ratio?.ratio).toMatchObject({ state: 'ok', value: { value: 0.5 } })
  })

  it('has goodput under the objective of the load', () => {
    expect(value(analysis, 'teacher', 'sweep: 10 requests/s', 'goodput-share').value).toBe(1)
    const slow = analyse([sweepRun((model) => (model === 'teacher' ? 2 : 1))])
    expect(value(slow, 'teacher', 'sweep: 10 requests/s', 'goodput-share').value).toBe(0)
    const failing = analyse([
      sweepRun(
        () => 1,
        (sample, n) => (n % 2 === 0 ? sample : { ...sample, finish: 'error', error: { code: 'model', message: 'no' } }),
      ),
    ])
    expect(value(failing, 'teacher', 'sweep: 10 requests/s', 'goodput-share').value).toBe(0.5)
  })
})

describe('items that a load asks again and again', () => {
  it('count with all their requests, not with the last one only', () => {
    const run = sweepRun(
      () => 1,
      (sample, n) => ({
        ...ungraded(sample),
        item: 'one',
        itemHash: 'h',
        ...(n % 2 === 0 ? { grade: { score: 1, grader: 'g' } } : { finish: 'error', error: { code: 'model', message: 'no' } }),
      }),
    )
    const tokens = value(analyse([run]), 'teacher', 'sweep: 10 requests/s', 'output-tokens')
    expect(tokens).toMatchObject({ value: 5, n: 1, method: expect.stringContaining('mean over 45 answers') as unknown })
    expect(value(analyse([run]), 'teacher', 'sweep: 10 requests/s', 'accuracy').value).toBeCloseTo(0.5, 1)
  })

  it('have no accuracy where nobody can grade them, though all of them failed', () => {
    const run = sweepRun(
      () => 1,
      (sample) => ({ ...ungraded(sample), finish: 'error', error: { code: 'model', message: 'no' } }),
    )
    const { suite } = run.record
    const workloads = suite.workloads.map((workload) => ({ ...workload, grader: 'none' }))
    const { rows } = analyse([{ ...run, record: { ...run.record, suite: { ...suite, workloads } } }])
    const accuracy = rows.filter(({ metric }) => metric === 'accuracy')
    expect(accuracy.length).toBeGreaterThan(0)
    for (const { estimate } of accuracy) expect(estimate).toEqual({ state: 'absent', why: 'no answer was graded' })
  })
})

describe('answers in a few pieces', () => {
  const pieces = (count: number): string[] =>
    analyse([
      sweepRun(
        () => 1,
        (sample) => ({ ...sample, outputTokens: 16, tokenMs: Array.from({ length: 16 }, (_, t) => sample.startMs + 10 * Math.floor((t * count) / 16)) }),
      ),
    ]).warnings.flatMap(({ code, message }) => (code === 'few-reads' ? [message] : []))

  it('are named, for their times are not those of tokens', () => {
    expect(pieces(2)[0]).toMatch(/^teacher on sums, sweep: 10 requests\/s: 90 of 90 answers with 8 tokens or more came in fewer than 4 pieces; TPOT and ITL/)
  })

  it.each([1, 4, 16])('are not: %i pieces', (count) => {
    expect(pieces(count)).toEqual([]) // of one piece there is no time per token at all
  })
})

describe('events of unknown many tokens', () => {
  const analysis = analyse([
    sweepRun(
      () => 1,
      (sample) => ({ ...sample, timing: 'event', outputTokens: 10 }),
    ),
  ])

  it('give a time per output token from the count of the server, and no inter-token latency', () => {
    // four of five events came after the first: 8 of 10 tokens in 32 ms
    expect(value(analysis, 'teacher', 'sweep: 10 requests/s', 'tpot').value).toBeCloseTo(4, 6)
    const itl = analysis.rows.find(({ metric, load }) => metric === 'itl' && load === 'sweep: 10 requests/s')
    expect(itl?.estimate).toMatchObject({ state: 'absent', why: expect.stringContaining('an event of unknown many tokens is not a token') as unknown })
  })
})

describe('reasoning before the answer', () => {
  it('has a first answer token of its own', () => {
    const analysis = analyse([
      sweepRun(
        () => 1,
        (sample) => ({ ...sample, firstReasoningMs: sample.tokenMs[0]!, firstAnswerMs: sample.tokenMs[3]!, reasoning: 'hm' }),
      ),
    ])
    expect(value(analysis, 'teacher', 'sweep: 10 requests/s', 'ttfat').value).toBeCloseTo(64, 6)
    expect(value(analysis, 'teacher', 'sweep: 10 requests/s', 'ttft').value).toBeCloseTo(40, 6)
  })
})

describe('the certificate of the client', () => {
  const reason = 'sent 41 ms late at the 99th percentile'
  const analysis = analyse([sweepRun(() => 1, undefined, { verdict: 'invalid', reasons: [reason] })])

  it('is in the analysis, stage by stage', () => {
    expect(analysis.stages.map(({ load, client: { verdict } }) => [load, verdict])).toEqual([
      ['sweep: 10 requests/s', 'valid'],
      ['sweep: 20 requests/s', 'invalid'],
      ['sweep: 10 requests/s', 'valid'],
      ['sweep: 20 requests/s', 'invalid'],
    ])
  })

  it('marks the times of its stage, and nothing else', () => {
    const marked = analysis.rows.filter(({ cautions }) => cautions !== undefined)
    expect(new Set(marked.map(({ load }) => load))).toEqual(new Set(['sweep: 20 requests/s']))
    expect(marked.every(({ cautions }) => cautions?.[0] === `The client was the limit: ${reason}`)).toBe(true)
    expect(marked.map(({ metric }) => metric)).toEqual(expect.arrayContaining(['ttft', 'ttft-p99', 'goodput', 'text-throughput', 'cost-per-correct']))
    expect(marked.map(({ metric }) => metric)).not.toContain('accuracy')
  })
})
