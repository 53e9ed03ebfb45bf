import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { analyse } from '../../harness/analysis/index.ts'
import { powerRows } from '../../harness/analysis/power.ts'
import type { PowerTrace, SeriesRecord, StoredRun } from '../../harness/types.ts'
import { chartsOf } from '../../reports/charts/index.ts'
import { viewOf } from '../../reports/view.ts'
import { expectOk } from './find.ts'
import { scriptedRun, type Script } from './scripted-run.ts'

const answer = () => ({ firstMs: 900, stepMs: 10, tokens: 11, score: 1 })
function run(more: Partial<Script> = {}): StoredRun {
  return scriptedRun({
    items: 10,
    watts: (model) => (model === 'teacher' ? 200 : 80),
    models: [
      { id: 'teacher', role: 'teacher', answer },
      { id: 'student', role: 'student', answer },
    ],
    ...more,
  })
}
const traceOf = (stored: Pick<StoredRun, 'record' | 'series'>): PowerTrace => expectOk(powerRows(stored)[0]!.trace, 'trace')
const onGpu = (one: SeriesRecord, more: Partial<SeriesRecord>): SeriesRecord => ({ ...one, scope: 'gpu', kind: 'instant', ...more })

describe('power over time', () => {
  it('has the phases of every cell in order, and what each took on average', () => {
    const { phases, summary, origin, lengthMs } = traceOf(run({ blocks: 2 }))
    expect(origin).toBe('measured')
    expect(phases.slice(0, 6).map(({ model, phase }) => `${model} ${phase}`)).toEqual(
      ['teacher', 'student'].flatMap((model) => ['idle', 'warmup', 'measure'].map((phase) => `${model} ${phase}`)),
    )
    expect(phases.every(({ startMs, endMs }) => startMs < endMs && startMs >= 0 && endMs <= lengthMs)).toBe(true)
    expect(phases.toSorted((a, b) => a.startMs - b.startMs)).toEqual(phases)
    expect(summary).toContainEqual(expect.objectContaining({ model: 'teacher', phase: 'measure', mean: 200, low: 200, high: 200 }))
    expect(summary).toContainEqual(expect.objectContaining({ model: 'student', phase: 'idle', mean: 5 }))
  })

  it('keeps every peak and every dip, however many readings there are', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1000, noNaN: true }), { minLength: 2, maxLength: 3000 }), (watts) => {
        const stored = run()
        const [base] = stored.series.filter(({ phase }) => phase === 'measure')
        const { bins, readings } = traceOf({ ...stored, series: [{ ...base!, t: watts.map((_, i) => 10 * i), v: watts }] })
        expect(readings).toBe(watts.length)
        expect(bins.at.length).toBeLessThanOrEqual(240)
        const digits = (value: number): number => Number(value.toPrecision(5))
        expect(Math.max(...bins.high)).toBe(digits(Math.max(...watts)))
        expect(Math.min(...bins.low)).toBe(digits(Math.min(...watts)))
        bins.at.forEach((_, i) => {
          expect(bins.low[i]).toBeLessThanOrEqual(bins.mean[i]! * 1.0001)
          expect(bins.mean[i]).toBeLessThanOrEqual(bins.high[i]! * 1.0001 + 1e-9)
        })
      }),
      { numRuns: 30 },
    )
  })

  it('is the slope where the meter counts joules', () => {
    const stored = run()
    const series = stored.series.map((one): SeriesRecord => ({ ...one, unit: 'J', kind: 'counter', v: one.t.map((t) => (150 * t) / 1000) }))
    expect(traceOf({ ...stored, series })).toMatchObject({ kind: 'counter', bins: { mean: expect.arrayContaining([150]) as unknown } })
  })

  it('is drawn once for each thing that was seen: instant power before its mean, measurements instead of estimates', () => {
    const stored = run()
    const series = stored.series.flatMap((one) => [
      onGpu(one, { meter: 'mean', kind: 'average' }),
      onGpu(one, { meter: 'now' }),
      { ...one, meter: 'socket', scope: 'wall' as const },
      { ...one, meter: 'tdp', origin: 'estimated' as const },
    ])
    expect(powerRows({ ...stored, series }).map(({ trace }) => expectOk(trace, 'trace').meter)).toEqual(['now', 'socket'])
  })

  it('is marked where it was estimated, and explained where it was not seen at all', () => {
    const chart = chartsOf(viewOf(analyse([run({ wattsOrigin: 'estimated' })]))).power[0]!
    expect(chart).toMatchObject({
      state: 'drawn',
      chart: { title: expect.stringMatching(/^Estimated power/), takeaway: expect.stringContaining('no measurement') },
    })
    const none = chartsOf(viewOf(analyse([{ ...run(), series: [] }]))).power
    expect(none).toHaveLength(1)
    expect(none[0]).toMatchObject({ state: 'missing', why: expect.stringMatching(/^Not drawn, since no power was measured: .{10,}\.$/) })
  })

  it('of models of different runs is not drawn on one clock', () => {
    const stored = run()
    expect(powerRows({ ...stored, record: { ...stored.record, id: 'a:x b:y' } })).toEqual([
      { run: 'a:x b:y', trace: { state: 'absent', why: expect.stringContaining('a clock of its own') } },
    ])
  })
})
