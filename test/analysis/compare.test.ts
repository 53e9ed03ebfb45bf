import { describe, expect, it } from 'vitest'
import { analyse } from '../../harness/analysis/index.ts'
import type { LoadSpec, Sample, StoredRun } from '../../harness/types.ts'
import { expectOk, ratioOf, rowOf, valueOf, whyOf } from './find.ts'
import { HOURLY, randomPair, scriptedRun, type ScriptedAnswer } from './scripted-run.ts'

const BATCH = { id: 'batch-8', kind: 'batch', size: 8 } as const

function withoutGrade({ grade: _grade, ...sample }: Sample): Sample {
  return sample
}

function scores(teacher: (n: number) => number, student: (n: number) => number, options: Partial<Parameters<typeof scriptedRun>[0]> = {}): StoredRun {
  const answer =
    (of: (n: number) => number) =>
    (n: number): ScriptedAnswer => ({ firstMs: 40, stepMs: 10, tokens: 5, score: of(n) })
  return scriptedRun({
    items: 500,
    models: [
      { id: 'teacher', role: 'teacher', answer: answer(teacher) },
      { id: 'student', role: 'student', answer: answer(student) },
    ],
    ...options,
  })
}

describe('accuracy', () => {
  // 22 items lost, 14 won, of 500
  const analysis = analyse([
    scores(
      (n) => (n < 422 ? 1 : 0),
      (n) => (n >= 22 && n < 436 ? 1 : 0),
    ),
  ])

  it('differs by −1.6 points, Tango −4.108 to +0.789', () => {
    const { value, low, high, method } = expectOk(ratioOf(analysis, 'accuracy').difference, 'difference')
    expect([value, low, high].map((one) => Number((100 * one).toFixed(3)))).toEqual([-1.6, -4.108, 0.789])
    expect(method).toBe('difference of proportions of the same 500 items, 22 lost and 14 won (Tango)')
  })
  it('keeps 98.1%, with an interval like that of the difference', () => {
    const { value, low, high } = expectOk(ratioOf(analysis, 'accuracy').ratio, 'ratio')
    expect(value).toBeCloseTo(414 / 422, 12)
    expect(low).toBeCloseTo(1 - 0.04108 / 0.844, 3)
    expect(high).toBeCloseTo(1 + 0.00789 / 0.844, 3)
  })
  it('of single answers has Wilson’s interval', () => {
    expect(valueOf(analysis, 'accuracy', { model: 'teacher' })).toMatchObject({ value: 0.844, n: 500, unit: 'ratio' })
    expect(valueOf(analysis, 'accuracy', { model: 'teacher' }).low).toBeCloseTo(0.8096, 4)
  })
  it('of two perfect models is not known to be equal: the interval keeps its width', () => {
    const perfect = analyse([
      scores(
        () => 1,
        () => 1,
        { items: 50 },
      ),
    ])
    const { ratio, difference } = ratioOf(perfect, 'accuracy')
    expect(expectOk(ratio, 'ratio').value).toBe(1)
    expect(expectOk(ratio, 'ratio').low).toBeLessThan(0.94)
    expect(expectOk(difference, 'difference').low).toBeLessThan(-0.04)
  })
  it('a failed request counts as wrong', () => {
    const run = scores(
      () => 1,
      () => 1,
      { items: 10 },
    )
    const samples = run.samples.map(({ grade, ...sample }) =>
      sample.item === 'item-0003' && sample.key.model === 'student'
        ? { ...sample, finish: 'error' as const, error: { code: 'timeout' as const, message: 'too slow' } }
        : { ...sample, ...(grade === undefined ? {} : { grade }) },
    )
    const failed = analyse([{ ...run, samples }])
    expect(valueOf(failed, 'accuracy', { model: 'student' })).toMatchObject({ value: 0.9, n: 10 })
    expect(expectOk(ratioOf(failed, 'accuracy').difference, 'difference').value).toBeCloseTo(-0.1, 12)
  })
  it('that a retry put right counts with the retry', () => {
    const run = scores(
      () => 1,
      () => 1,
      { items: 10 },
    )
    const first = run.samples.find(({ key }) => key.model === 'student')!
    const { grade: _, ...rest } = first
    const failed = {
      ...rest,
      startMs: first.startMs - 1,
      endMs: first.startMs,
      tokenMs: [],
      outputTokens: 0,
      finish: 'error' as const,
      error: { code: 'model' as const, message: 'no' },
    }
    const analysed = analyse([{ ...run, samples: [failed, ...run.samples] }])
    expect(valueOf(analysed, 'accuracy', { model: 'student' })).toMatchObject({ value: 1, n: 10 })
    expect(analysed.counts.find(({ model }) => model === 'student')).toMatchObject({ planned: 10, requests: 11, failed: 1 })
  })
  it('of the slices is told for each, and adds up', () => {
    const sliced = analyse([
      scores(
        () => 1,
        (n) => (n % 5 === 0 ? 0 : 1),
        { items: 40, slice: (n) => (n < 20 ? 'easy' : 'hard') },
      ),
    ])
    expect(valueOf(sliced, 'accuracy', { model: 'student', slice: 'easy' })).toMatchObject({ value: 0.8, n: 20 })
    expect(ratioOf(sliced, 'accuracy', { slice: 'hard' })).toMatchObject({ pairs: 20 })
    expect(sliced.rows.filter(({ slice, metric }) => slice !== '' && metric !== 'accuracy' && metric !== 'decode-step')).toEqual([])
  })
  it('that no grader gave is absent', () => {
    const run = scores(
      () => 1,
      () => 1,
      { items: 10 },
    )
    const samples = run.samples.map(withoutGrade)
    const ungraded = analyse([{ ...run, samples }])
    expect(whyOf(rowOf(ungraded, 'accuracy'))).toBe('no answer was graded')
    expect(whyOf(rowOf(ungraded, 'energy-per-correct'))).toMatch(/not graded/)
  })
})

describe('repeats and clusters', () => {
  it('three repeats of 100 items are 100 items, not 300', () => {
    const repeated = analyse([
      scores(
        (n) => (n % 10 === 0 ? 0 : 1),
        (n) => (n % 5 === 0 ? 0 : 1),
        { items: 100, repeats: 3 },
      ),
    ])
    const once = analyse([
      scores(
        (n) => (n % 10 === 0 ? 0 : 1),
        (n) => (n % 5 === 0 ? 0 : 1),
        { items: 100 },
      ),
    ])
    const [three, one] = [repeated, once].map((analysis) => valueOf(analysis, 'accuracy', { model: 'student' }))
    expect(three!.n).toBe(100)
    expect(three!.method).toContain('repeats averaged per item')
    // Repeats that always agree teach nothing: the interval is as wide.
    expect(three!.high - three!.low).toBeCloseTo(one!.high - one!.low, 2)
    expect(expectOk(ratioOf(repeated, 'accuracy').ratio, 'ratio').method).toMatch(/paired bootstrap over 100 items/)
  })
  it('items of ten clusters that stand and fall together are worth ten', () => {
    const clustered = analyse([
      scores(
        (n) => Number(n % 10 < 5),
        (n) => Number(n % 10 < 4),
        { items: 100, cluster: (n) => `c${n % 10}` },
      ),
    ])
    const { low, high, method } = valueOf(clustered, 'accuracy', { model: 'teacher' })
    expect(high - low).toBeGreaterThan(0.5)
    expect(method).toContain('in 10 clusters')
    expect(expectOk(ratioOf(clustered, 'accuracy').difference, 'difference').method).toMatch(/10 groups of 100 items/)
  })
})

describe('ratios of times, tokens and cost', () => {
  it('a model that is four times as fast, item by item, has ratios of exactly a quarter without spread', () => {
    const answer =
      (pace: number) =>
      (n: number): ScriptedAnswer => ({ firstMs: pace * (20 + (n % 7)), stepMs: pace * (3 + (n % 5)), tokens: 5 + (n % 3), score: 1 })
    const analysis = analyse([
      scriptedRun({
        items: 90,
        models: [
          { id: 'teacher', role: 'teacher', answer: answer(4), price: HOURLY },
          { id: 'student', role: 'student', answer: answer(1), price: HOURLY },
        ],
      }),
    ])
    for (const metric of ['ttft', 'ttft-p95', 'tpot', 'itl', 'latency', 'cost-per-mtoken', 'cost-per-correct']) {
      const { value, low, high } = expectOk(ratioOf(analysis, metric).ratio, metric)
      expect([value, low, high].map((one) => Number(one.toFixed(9)))).toEqual([0.25, 0.25, 0.25])
    }
    expect(expectOk(ratioOf(analysis, 'throughput').ratio, 'throughput').value).toBeCloseTo(4, 9)
    expect(expectOk(ratioOf(analysis, 'output-tokens').ratio, 'output-tokens').value).toBe(1)
  })
  it('pairing narrows the interval: items differ more than the models’ ratio does', () => {
    const analysis = analyse([randomPair(3, 200)])
    const paired = expectOk(ratioOf(analysis, 'request-rate').ratio, 'ratio')
    const [own, base] = ['student', 'teacher'].map((model) => valueOf(analysis, 'request-rate', { model }))
    const unpaired = Math.hypot((own!.high - own!.low) / own!.value, (base!.high - base!.low) / base!.value)
    expect((paired.high - paired.low) / paired.value).toBeLessThan(0.8 * unpaired)
  })
  it('requests of a batch are resampled together; under ten batches a t interval serves', () => {
    const many = ratioOf(analyse([randomPair(4, 320, { load: BATCH })]), 'throughput')
    expect(expectOk(many.ratio, 'ratio').method).toMatch(/paired bootstrap over 40 groups of 320 items/)
    const few = ratioOf(analyse([randomPair(4, 64, { load: BATCH })]), 'throughput')
    expect(expectOk(few.ratio, 'ratio').method).toMatch(/paired t interval over 8 groups of 64 items/)
  })
  it('one batch allows a ratio and no interval', () => {
    const one = scriptedRun({
      items: 8,
      loads: [BATCH],
      models: [
        { id: 'teacher', role: 'teacher', answer: () => ({ firstMs: 40, stepMs: 10, tokens: 5, score: 1 }) },
        { id: 'student', role: 'student', answer: () => ({ firstMs: 20, stepMs: 5, tokens: 5, score: 1 }) },
      ],
    })
    expect(expectOk(ratioOf(analyse([one]), 'throughput').ratio, 'ratio')).toMatchObject({ value: 2, low: 2, high: 2, level: 0 })
  })
  it('memory has a ratio without an interval; isolated steps are compared unpaired', () => {
    const analysis = analyse([randomPair(5, 20)])
    expect(expectOk(ratioOf(analysis, 'memory-device').ratio, 'ratio')).toMatchObject({ value: 1, level: 0 })
    const step = ratioOf(analysis, 'decode-step', { slice: 'batch 1, 64 tokens' })
    expect(step.pairs).toBe(0)
    expect(expectOk(step.ratio, 'ratio').low).toBeCloseTo(Math.exp(-Math.hypot(Math.log(1.9 / 2), Math.log(2.1 / 2))), 9)
  })
})

describe('a run that was cut short', () => {
  const whole = randomPair(6, 80)
  const isLate = (cell: string): boolean => cell.startsWith('student') && cell.endsWith('b3')
  const cut: StoredRun = {
    ...whole,
    samples: whole.samples.filter(({ cell }) => !isLate(cell)),
    record: {
      ...whole.record,
      state: 'interrupted',
      cells: whole.record.cells.map((cell) => (isLate(cell.id) ? { id: cell.id, key: cell.key, items: cell.items, state: 'planned' } : cell)),
    },
  }
  const analysis = analyse([cut])

  it('compares only items that both were asked', () => {
    for (const metric of ['accuracy', 'ttft', 'throughput', 'output-tokens']) expect(ratioOf(analysis, metric).pairs).toBe(60)
  })
  it('says how many of the planned requests are in it', () => {
    expect(analysis.counts.map(({ planned, requests }) => [planned, requests])).toEqual([
      [80, 80],
      [80, 60],
    ])
    expect(analysis.warnings).toContainEqual(expect.objectContaining({ code: 'partial', message: expect.stringContaining('140 requests of 160') as string }))
  })
  it('in a half-asked batch compares no part of it', () => {
    const batched = randomPair(7, 32, { load: BATCH })
    const last = batched.samples.findLast(({ key }) => key.model === 'student')!
    const partial = analyse([{ ...batched, samples: batched.samples.filter((sample) => sample !== last) }])
    expect(ratioOf(partial, 'throughput').pairs).toBe(24)
    expect(ratioOf(partial, 'accuracy').pairs).toBe(31)
  })
})

describe('the analysis', () => {
  it('is the same for the same run, to the last bit, and changes nothing in it', () => {
    const run = randomPair(8, 60)
    const before = JSON.stringify(run)
    expect(JSON.stringify(analyse([run]))).toBe(JSON.stringify(analyse([run])))
    expect(JSON.stringify(run)).toBe(before)
  })
  it('of one run does not depend on the run beside it', () => {
    const [a, b] = [randomPair(9, 40), randomPair(10, 40)]
    const together = analyse([a, b])
    expect(together.ratios.filter(({ run }) => run === 'pair-10')).toEqual(analyse([b]).ratios)
    expect(together.runs.map(({ id }) => id)).toEqual(['pair-9', 'pair-10'])
    expect(together.models).toHaveLength(4)
  })
  it('gives no memory of models behind a server: the process here is the client, of all of them', () => {
    const run = randomPair(13, 20)
    const cells = run.record.cells.map((cell) => (cell.state === 'done' ? { ...cell, runtime: { ...cell.runtime, backend: 'http' } } : cell))
    const analysis = analyse([{ ...run, record: { ...run.record, cells } }])
    expect(whyOf(rowOf(analysis, 'memory-process', { model: 'teacher' }))).toBe('the model is on a server; the process here is the client')
    expect(ratioOf(analysis, 'memory-process').ratio.state).toBe('absent')
    expect(valueOf(analyse([run]), 'memory-process', { model: 'teacher' }).value).toBeGreaterThan(5e7)
  })
  it('has every metric of the table that can be measured, for every model', () => {
    const load: LoadSpec = { id: 'concurrency-4', kind: 'concurrency', streams: 4, slo: { ttftMs: 100 } }
    const run = randomPair(11, 20, { load })
    const site = { gramsPerKwh: 300, pue: 1.2, source: 's', date: '2025-01-01' }
    const analysis = analyse([{ ...run, record: { ...run.record, suite: { ...run.record.suite, site } } }])
    const quotedOnly = analysis.metrics.filter(({ definition }) => definition.includes('Quoted')).map(({ id }) => id)
    // Of workloads that give texts, to read or to choose from.
    const ofTexts = ['bits-per-byte', 'perplexity', 'accuracy-raw', 'accuracy-per-byte', 'accuracy-per-character']
    for (const { id } of analysis.metrics.filter((metric) => ![...quotedOnly, ...ofTexts].includes(metric.id) && !metric.id.endsWith('-step'))) {
      expect(analysis.rows.filter(({ metric, slice }) => metric === id && slice === '').map(({ model }) => model)).toEqual(['teacher', 'student'])
    }
  })
  it('thins distributions to 200 quantiles and keeps their ends', () => {
    const run = randomPair(12, 300)
    const { quantiles, n } = analyse([run]).distributions.find(({ metric, model }) => metric === 'latency' && model === 'teacher')!
    const latencies = run.samples.filter(({ key }) => key.model === 'teacher').map(({ startMs, endMs }) => endMs - startMs)
    expect([quantiles.length, n]).toEqual([200, 300])
    expect([quantiles[0], quantiles.at(-1)]).toEqual([Math.min(...latencies), Math.max(...latencies)].map((ms) => Number(ms.toPrecision(6))))
  })
})
