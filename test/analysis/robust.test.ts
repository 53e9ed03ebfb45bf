import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { analyse } from '../../harness/analysis/index.ts'
import type { CellKey, CellRecord, Price, Sample, SeriesRecord, StoredRun } from '../../harness/types.ts'
import { rowOf, whyOf } from './find.ts'
import { HOURLY, randomPair, scriptedRun } from './scripted-run.ts'
import { unordered, unsound } from './scan.ts'

const MODELS = ['teacher', 'student', 'control'] as const
const LOADS = ['sequential', 'batch-2', 'concurrency-3'] as const

const amount = fc.oneof(fc.constantFrom(0, 1, 1e-9, 1e12), fc.double({ min: 0, max: 5000, noNaN: true }))
const key: fc.Arbitrary<CellKey> = fc.record({
  model: fc.constantFrom(...MODELS),
  workload: fc.constantFrom('sums', 'words'),
  load: fc.constantFrom(...LOADS),
  repeat: fc.nat(1),
  block: fc.nat(2),
})
const cellId = ({ model, workload, load, repeat, block }: CellKey): string => `${model}/${workload}/${load}/r${repeat}/b${block}`

const sample: fc.Arbitrary<Sample> = fc
  .record({
    key,
    n: fc.nat(6),
    startMs: amount,
    lastsMs: fc.oneof(amount, fc.constant(-5)), // a clock that steps back must not make nonsense of everything
    tokens: fc.array(fc.double({ min: -10, max: 500, noNaN: true }), { maxLength: 8 }),
    outputTokens: fc.nat(20),
    finish: fc.constantFrom('stop', 'length', 'error'),
    score: fc.option(fc.oneof(fc.constantFrom(0, 1), fc.double({ min: 0, max: 1, noNaN: true })), { nil: undefined }),
    countedBy: fc.constantFrom('server', 'tokenizer', 'estimate'),
    clustered: fc.boolean(),
    sliced: fc.boolean(),
    aborted: fc.boolean(),
  })
  .map(({ key: where, n, startMs, lastsMs, tokens, outputTokens, finish, score, countedBy, clustered, sliced, aborted }) => ({
    cell: cellId(where),
    key: where,
    item: `item-${n}`,
    itemHash: 'abc',
    ...(clustered ? { cluster: `c${n % 2}` } : {}),
    ...(sliced ? { slice: n % 2 === 0 ? 'even' : 'odd' } : {}),
    prompt: 'q',
    startMs,
    endMs: startMs + lastsMs,
    tokenMs: tokens.map((at) => startMs + at),
    promptTokens: 3,
    outputTokens,
    countedBy,
    finish,
    text: '',
    ...(score === undefined ? {} : { grade: { score, grader: 'exact' } }),
    ...(finish === 'error' ? { error: { code: aborted ? ('aborted' as const) : ('model' as const), message: 'no' } } : {}),
  }))

const cell: fc.Arbitrary<CellRecord> = fc
  .record({
    key,
    state: fc.constantFrom('planned', 'done', 'failed', 'skipped'),
    startMs: amount,
    lastsMs: fc.oneof(amount, fc.constant(-1)),
    bytes: fc.option(amount, { nil: undefined }),
    steps: fc.array(amount, { maxLength: 2 }),
  })
  .map(({ key: where, state, startMs, lastsMs, bytes, steps }): CellRecord => {
    const base = { id: cellId(where), key: where, items: ['item-0', 'item-1'] }
    if (state === 'planned') return { ...base, state }
    if (state === 'failed') return { ...base, state, error: { code: 'crashed', message: 'the child was killed' } }
    if (state === 'skipped') return { ...base, state, why: 'not wanted' }
    const phase = { startMs, endMs: startMs + lastsMs }
    return {
      ...base,
      state: 'done',
      phases: { open: phase, warmup: phase, measure: phase },
      card: { name: where.model, parametersTotal: 10, parametersActive: 10, dtype: 'float32', tokenizer: 'characters' },
      runtime: { backend: 'cpu', device: 'CPU', versions: {}, rejected: [] },
      memory: { deviceBytes: bytes === undefined ? { state: 'absent', why: 'not told' } : { state: 'ok', value: bytes }, processBytes: bytes ?? 0 },
      steps: steps.map((ms, i) => ({ step: i === 0 ? 'prefill' : 'decode', batch: 1, tokens: 8, ms, lowMs: ms * 0.9, highMs: ms * 1.1, samples: 3 })),
    }
  })

const series: fc.Arbitrary<SeriesRecord> = fc
  .record({
    key,
    phase: fc.constantFrom('idle', 'measure'),
    meter: fc.constantFrom('estimate', 'nvidia-smi', 'process-memory'),
    points: fc.array(fc.tuple(amount, amount), { maxLength: 12 }),
  })
  .map(({ key: where, phase, meter, points }) => ({
    meter,
    unit: meter === 'process-memory' ? ('byte' as const) : ('W' as const),
    origin: meter === 'estimate' ? ('estimated' as const) : ('measured' as const),
    how: 'somehow',
    cell: cellId(where),
    phase,
    t: points.map(([t]) => t),
    v: points.map(([, v]) => v),
  }))

const price: fc.Arbitrary<Price | undefined> = fc.option(
  fc.oneof(
    amount.map((usdPerHour): Price => ({ kind: 'hourly', usdPerHour, source: 'x', date: '2025-01-01' })),
    amount.map((outputPerMtoken): Price => ({ kind: 'token', inputPerMtoken: 1, outputPerMtoken, source: 'x', date: '2025-01-01' })),
  ),
  { nil: undefined },
)

const run: fc.Arbitrary<StoredRun> = fc
  .record({
    samples: fc.array(sample, { maxLength: 40 }),
    cells: fc.array(cell, { maxLength: 12 }),
    series: fc.array(series, { maxLength: 6 }),
    price,
    state: fc.constantFrom('running', 'done', 'failed', 'interrupted'),
  })
  .map(({ samples, cells, series: meters, price: cost, state }): StoredRun => {
    const { record } = scriptedRun({
      items: 1,
      models: MODELS.map((id) => ({ id, role: id, ...(cost === undefined ? {} : { price: cost }), answer: () => ({ firstMs: 1, stepMs: 1, tokens: 1 }) })),
    })
    const unique = [...new Map(cells.map((one) => [one.id, one])).values()]
    const loads = [
      { id: 'sequential', kind: 'sequential' },
      { id: 'batch-2', kind: 'batch', size: 2 },
      { id: 'concurrency-3', kind: 'concurrency', streams: 3 },
    ] as const
    return {
      dir: 'random',
      samples,
      series: meters,
      record: { ...record, state, cells: unique, plan: unique.map((one) => one.key), suite: { ...record.suite, loads } },
    }
  })

describe('whatever the record holds', () => {
  it('every number of the analysis is finite and inside its interval, and nothing throws', () => {
    fc.assert(
      fc.property(run, (stored) => {
        const analysis = analyse([stored])
        expect(unsound(analysis)).toEqual([])
        expect(unordered(analysis)).toEqual([])
      }),
      { numRuns: 300, seed: 20_250_206 },
    )
  })

  it('runs side by side are as sound as each alone', () => {
    fc.assert(
      fc.property(fc.array(run, { maxLength: 3 }), (runs) => {
        const analysis = analyse(runs.map((one, i) => ({ ...one, record: { ...one.record, id: `run-${i}` } })))
        expect([...unsound(analysis), ...unordered(analysis)]).toEqual([])
        expect(analysis.runs).toHaveLength(runs.length)
      }),
      { numRuns: 50, seed: 7 },
    )
  })

  it('plausible runs are sound too', () => {
    for (const seed of [1, 2, 3]) {
      const analysis = analyse([randomPair(seed, 30 + seed, seed === 3 ? { load: { id: 'batch-4', kind: 'batch', size: 4 } } : {})])
      expect([...unsound(analysis), ...unordered(analysis)]).toEqual([])
    }
  })
})

describe('runs that did not go well', () => {
  it('no run at all: an empty analysis that still declares its metrics', () => {
    const analysis = analyse([])
    expect(analysis.metrics.length).toBeGreaterThan(25)
    expect([analysis.rows, analysis.ratios, analysis.warnings, analysis.models]).toEqual([[], [], [], []])
  })

  it('a run in which nothing was asked yet: every metric is absent and says so', () => {
    const whole = randomPair(1, 20)
    const cells = whole.record.cells.map(({ id, key: where, items }): CellRecord => ({ id, key: where, items, state: 'planned' }))
    const analysis = analyse([{ ...whole, samples: [], record: { ...whole.record, state: 'interrupted', cells } }])
    expect(analysis.rows.length).toBeGreaterThan(30)
    expect(new Set(analysis.rows.map(({ estimate }) => whyOf(estimate)))).toEqual(new Set(['nothing was asked: the run ended before']))
    expect(analysis.ratios).toEqual([])
    expect(analysis.models.map(({ measured }) => measured)).toEqual([false, false])
    expect(analysis.counts.map(({ planned, requests }) => [planned, requests])).toEqual([
      [20, 0],
      [20, 0],
    ])
  })

  it('a model whose cells all failed: its rows carry the failure, the others their numbers', () => {
    const whole = randomPair(2, 20)
    const error = { code: 'crashed', message: 'the process of student was killed (SIGKILL)' } as const
    const cells = whole.record.cells.map((one): CellRecord =>
      one.key.model === 'student' ? { id: one.id, key: one.key, items: one.items, state: 'failed', error } : one,
    )
    const analysis = analyse([
      { ...whole, samples: whole.samples.filter(({ key: { model } }) => model === 'teacher'), record: { ...whole.record, state: 'failed', cells } },
    ])
    expect(rowOf(analysis, 'accuracy', { model: 'student' })).toEqual({ state: 'failed', error })
    expect(rowOf(analysis, 'accuracy', { model: 'teacher' }).state).toBe('ok')
    expect(analysis.failures).toHaveLength(4)
    expect(analysis.failures[0]).toEqual({ run: 'pair-2', cell: 'student/sums/sequential/r0/b0', error })
    expect(analysis.ratios).toEqual([])
  })

  it('all requests failed: accuracy 0, a failed share of 1, no speed', () => {
    const analysis = analyse([
      scriptedRun({
        items: 10,
        models: [{ id: 'teacher', role: 'teacher', price: HOURLY, answer: () => ({ firstMs: 5, stepMs: 0, tokens: 0, finish: 'error' }) }],
      }),
    ])
    expect(rowOf(analysis, 'accuracy')).toMatchObject({ state: 'ok', value: { value: 0, n: 10 } })
    expect(rowOf(analysis, 'failed')).toMatchObject({ state: 'ok', value: { value: 1 } })
    expect(whyOf(rowOf(analysis, 'latency'))).toBe('no request was answered')
    expect(whyOf(rowOf(analysis, 'cost-per-mtoken'))).toBe('no output tokens')
    expect(whyOf(rowOf(analysis, 'cost-per-correct'))).toBe('no correct answer')
  })

  it('a resumed cell: what an earlier attempt had finished counts with its own time', () => {
    const whole = scriptedRun({ items: 10, models: [{ id: 'teacher', role: 'teacher', answer: () => ({ firstMs: 40, stepMs: 10, tokens: 5, score: 1 }) }] })
    // The first four requests are from before the interruption; the cell was measured again later, for the other six.
    const shift = 100_000
    const samples = whole.samples.map((one, i) =>
      i < 4 ? one : { ...one, startMs: one.startMs + shift, endMs: one.endMs + shift, tokenMs: one.tokenMs.map((at) => at + shift) },
    )
    const cells = whole.record.cells.map((one): CellRecord =>
      one.state === 'done' ? { ...one, phases: { ...one.phases, measure: { startMs: samples[4]!.startMs, endMs: samples[9]!.endMs } } } : one,
    )
    const analysis = analyse([{ ...whole, samples, record: { ...whole.record, cells } }])
    expect(rowOf(analysis, 'throughput')).toMatchObject({ state: 'ok', value: { value: expect.closeTo(62.5, 9) as number } })
    expect(analysis.counts[0]).toMatchObject({ planned: 10, requests: 10 })
  })
})
