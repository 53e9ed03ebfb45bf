import { describe, expect, it } from 'vitest'
import { analyse } from '../../harness/analysis/index.ts'
import type { StoredRun } from '../../harness/types.ts'
import { rowOf, valueOf, whyOf } from './find.ts'
import { scriptedRun, type ScriptedAnswer } from './scripted-run.ts'

const steady: ScriptedAnswer = { firstMs: 40, stepMs: 10, tokens: 5, score: 1 }

function alone(answer: (n: number) => ScriptedAnswer, options: Partial<Parameters<typeof scriptedRun>[0]> = {}): StoredRun {
  return scriptedRun({ items: 8, models: [{ id: 'teacher', role: 'teacher', answer }], ...options })
}

describe('times of one stream', () => {
  const analysis = analyse([alone(() => steady)])

  it('first token 40 ms, then 10 ms per token, 80 ms in all', () => {
    expect(valueOf(analysis, 'ttft').value).toBeCloseTo(40, 9)
    expect(valueOf(analysis, 'tpot').value).toBeCloseTo(10, 9)
    expect(valueOf(analysis, 'itl').value).toBeCloseTo(10, 9)
    expect(valueOf(analysis, 'latency').value).toBeCloseTo(80, 9)
  })

  it('five tokens in 80 ms are 62.5 tokens per second, for the reader and for the machine', () => {
    expect(valueOf(analysis, 'output-tokens-per-second').value).toBeCloseTo(62.5, 9)
    expect(valueOf(analysis, 'throughput').value).toBeCloseTo(62.5, 9)
    expect(valueOf(analysis, 'request-rate').value).toBeCloseTo(12.5, 9)
  })

  it('pauses between requests slow the machine down, not the reader', () => {
    const paused = analyse([alone(() => steady, { pauseMs: 20 })])
    expect(valueOf(paused, 'output-tokens-per-second').value).toBeCloseTo(62.5, 9)
    expect(valueOf(paused, 'throughput').value).toBeCloseTo(50, 9)
  })

  it('carry interval, unit, number, origin and method', () => {
    expect(valueOf(analysis, 'ttft')).toMatchObject({
      unit: 'ms',
      n: 8,
      origin: 'measured',
      level: 0.95,
      method: 'median of 8 requests; exact interval from order statistics',
    })
  })
})

describe('several tokens in one event', () => {
  // 9 tokens, three at a time: events at 40, 70 and 100 ms
  const analysis = analyse([alone(() => ({ firstMs: 40, stepMs: 30, tokens: 9, burst: 3, score: 1 }))])

  it('the tokens that came with the first do not count for the time per token: 60 ms ÷ 6', () => {
    expect(valueOf(analysis, 'tpot').value).toBeCloseTo(10, 9)
  })
  it('share the gap before their event', () => {
    expect(valueOf(analysis, 'itl')).toMatchObject({ n: 8 * 6 })
    expect(valueOf(analysis, 'itl').value).toBeCloseTo(10, 9)
  })
  it('all in one event: there is no time per token, and it says why', () => {
    const burst = analyse([alone(() => ({ firstMs: 40, stepMs: 30, tokens: 5, burst: 5, score: 1 }))])
    expect(whyOf(rowOf(burst, 'tpot'))).toMatch(/no answer has a token after the first/)
    expect(valueOf(burst, 'ttft').value).toBeCloseTo(40, 9)
  })
  it('answers of a single token have no time per token', () => {
    expect(whyOf(rowOf(analyse([alone(() => ({ ...steady, tokens: 1 }))]), 'itl'))).toMatch(/token after the first/)
  })
})

describe('a batch', () => {
  // 8 items, 4 at a time; the longest answer of each batch takes 40 + 9·10 = 130 ms
  const run = alone((n) => ({ firstMs: 40, stepMs: 10, tokens: n % 4 === 0 ? 10 : 5, score: 1 }), { loads: [{ id: 'batch-4', kind: 'batch', size: 4 }] })
  const analysis = analyse([run])

  it('all its tokens count over its time: 25 tokens in 130 ms', () => {
    expect(valueOf(analysis, 'throughput').value).toBeCloseTo((1000 * 25) / 130, 9)
  })
  it('its requests hang together: two batches, not eight requests', () => {
    expect(valueOf(analysis, 'throughput')).toMatchObject({ n: 2, method: expect.stringContaining('2 groups of requests') as string })
    expect(valueOf(analysis, 'ttft').method).toContain('interval over 2 groups of requests')
  })
})

describe('percentiles', () => {
  it('the 95th is absent below 72 requests and says what is needed', () => {
    expect(whyOf(rowOf(analyse([alone(() => steady, { items: 71 })]), 'ttft-p95'))).toMatch(/71 values worth 71 independent ones, 72 are needed/)
  })
  it('the 95th of 1 to 100 ms is 95.05 ms (type 7)', () => {
    const analysis = analyse([alone((n) => ({ ...steady, firstMs: n + 1 }), { items: 100 })])
    expect(valueOf(analysis, 'ttft-p95').value).toBeCloseTo(95.05, 9)
    expect(valueOf(analysis, 'ttft').value).toBeCloseTo(50.5, 9)
  })
  it('three requests have a median whose range is worth 75%', () => {
    const analysis = analyse([alone((n) => ({ ...steady, firstMs: 10 * (n + 1) }), { items: 3 })])
    expect(valueOf(analysis, 'ttft')).toMatchObject({ value: 20, low: 10, high: 30, level: 0.75 })
  })
})

describe('failed and cut-off requests', () => {
  // Item 0 fails after 40 ms, item 1 is cut off.
  const finishes = ['error', 'length'] as const
  const analysis = analyse([alone((n) => ({ ...steady, ...(n < 2 ? { finish: finishes[n]! } : {}) }))])

  it('are counted and shown', () => {
    expect(analysis.counts).toEqual([
      { run: 'scripted', model: 'teacher', workload: 'sums', load: 'sequential', planned: 8, requests: 8, failed: 1, truncated: 1 },
    ])
    expect(valueOf(analysis, 'failed').value).toBe(0.125)
    expect(valueOf(analysis, 'truncated').value).toBe(0.125)
    expect(analysis.warnings).toContainEqual(
      expect.objectContaining({ code: 'failed-requests', message: expect.stringContaining('the model said no') as string }),
    )
  })
  it('the failed one has no latency, but its time counts for the throughput', () => {
    expect(valueOf(analysis, 'latency').n).toBe(7)
    expect(valueOf(analysis, 'throughput').value).toBeCloseTo((1000 * 7 * 5) / (7 * 80 + 40), 9)
  })
  it('requests that the user interrupted are not failures of the model', () => {
    const run = alone((n) => ({ ...steady, ...(n === 0 ? { finish: 'error' as const } : {}) }))
    const samples = run.samples.map((sample) =>
      sample.finish === 'error' ? { ...sample, error: { code: 'aborted' as const, message: 'interrupted' } } : sample,
    )
    const interrupted = analyse([{ ...run, samples }])
    expect(interrupted.counts[0]).toMatchObject({ planned: 8, requests: 7, failed: 0 })
    expect(valueOf(interrupted, 'accuracy')).toMatchObject({ value: 1, n: 7 })
  })
})

describe('warnings about the clock', () => {
  it('times in whole milliseconds are too coarse for tokens of 2 ms', () => {
    const analysis = analyse([alone(() => ({ firstMs: 40, stepMs: 2, tokens: 8, score: 1 }))])
    expect(analysis.warnings).toContainEqual(expect.objectContaining({ code: 'clock-resolution', message: expect.stringContaining('steps of 1 ms') as string }))
  })
  it('finer times are not', () => {
    const analysis = analyse([alone((n) => ({ firstMs: 40.0137 + n / 77, stepMs: 2.00713, tokens: 8, score: 1 }))])
    expect(analysis.warnings.map(({ code }) => code)).not.toContain('clock-resolution')
  })
})

describe('token counts that are estimates', () => {
  it('make an estimate of everything that they are in', () => {
    const run = alone(() => steady)
    const analysis = analyse([{ ...run, samples: run.samples.map((sample) => ({ ...sample, countedBy: 'estimate' as const })) }])
    for (const metric of ['throughput', 'output-tokens', 'output-tokens-per-second']) expect(valueOf(analysis, metric).origin).toBe('estimated')
    for (const metric of ['ttft', 'latency', 'request-rate']) expect(valueOf(analysis, metric).origin).toBe('measured')
    expect(analysis.warnings.map(({ code }) => code)).toContain('tokens-estimated')
  })
})

describe('a busy client', () => {
  it('spoils the timed rows of the cell that the runner names, and only those', () => {
    const run = scriptedRun({
      items: 8,
      models: [
        { id: 'teacher', role: 'teacher', answer: () => steady },
        { id: 'student', role: 'student', answer: () => steady },
      ],
    })
    const warnings = [{ code: 'client-late', message: 'requests were sent late', cell: 'student/sums/sequential/r0/b0' }]
    const analysis = analyse([{ ...run, record: { ...run.record, warnings } }])
    const spoiled = analysis.rows.filter(({ cautions }) => cautions !== undefined)
    expect(new Set(spoiled.map(({ model }) => model))).toEqual(new Set(['student']))
    expect(spoiled.map(({ metric }) => metric)).toContain('ttft')
    expect(spoiled.map(({ metric }) => metric)).not.toContain('accuracy')
    expect(analysis.warnings).toContainEqual(warnings[0])
  })
})
