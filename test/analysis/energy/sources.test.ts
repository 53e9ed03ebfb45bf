/** Which readings the energy of a run comes from, and what is told beside it. */
import { describe, expect, it } from 'vitest'
import { analyse } from '../../../harness/analysis/index.ts'
import type { SeriesRecord, StoredRun } from '../../../harness/types.ts'
import { expectOk, ratioOf, valueOf } from '../find.ts'
import { scriptedRun } from '../scripted-run.ts'

const answer = (pace: number) => (n: number) => ({ firstMs: pace * 1000, stepMs: pace * 1000, tokens: 10, score: n % 2 })

/** A run of a card that draws 200 W, by its instant power, and by a counter that reads `factor` times as much. */
function cardRun(factor?: number): StoredRun {
  const run = scriptedRun({
    items: 12,
    watts: () => 200,
    models: [
      { id: 'teacher', role: 'teacher', answer: answer(1) },
      { id: 'student', role: 'student', answer: answer(0.25) },
    ],
  })
  const instant = run.series.map((one): SeriesRecord => ({
    ...one,
    meter: 'nvml-power',
    kind: 'instant',
    scope: 'gpu',
    device: 'NVIDIA A100',
    v: one.v.map(() => 200),
  }))
  const counter =
    factor === undefined
      ? []
      : instant.map((one): SeriesRecord => ({ ...one, meter: 'nvml-energy', kind: 'counter', unit: 'J', v: one.t.map((t) => (t * 200 * factor) / 1000) }))
  return { ...run, series: [...instant, ...counter] }
}

describe('the energy of a card', () => {
  it('comes from its counter where there is one', () => {
    const power = valueOf(analyse([cardRun(1.02)]), 'power', { model: 'teacher' })
    expect(power.value).toBeCloseTo(204, 6)
    expect(power.method).toContain('nvml-energy')
    expect(power.method).toContain('energy counter aligned with its ticks')
  })
  it('is told to be doubtful where counter and integral differ by more than 5%', () => {
    const codes = (factor: number) =>
      analyse([cardRun(factor)]).warnings.filter(({ message }) => /counter of nvml-energy and the integral of nvml-power differ by 10%/.test(message))
    expect(codes(1.02)).toEqual([])
    expect(codes(1 / 1.1).map(({ code }) => code)).toContain('energy-sensor')
  })
  it('carries the scale of the sensor, about ±5.7%, in absolute figures; ratios leave it out and say so', () => {
    const analysis = analyse([cardRun()])
    const { value, low, high, method } = valueOf(analysis, 'power', { model: 'teacher' })
    expect((high - low) / 2 / value).toBeGreaterThan(0.055)
    expect(method).toMatch(/its scale ±5\.7%, which is common to all models and not in ratios/)
    const ratio = expectOk(ratioOf(analysis, 'energy-per-token').ratio, 'ratio')
    expect((ratio.high - ratio.low) / 2 / ratio.value).toBeLessThan(0.05)
    expect((ratio.high - ratio.low) / 2 / ratio.value).toBeGreaterThan(0.01)
    expect(ratio.method).toContain('without its scale, which is common to both')
  })
  it('is also told net of what the idle card draws, and by request', () => {
    const run = cardRun()
    const idle = (one: SeriesRecord): SeriesRecord => (one.phase === 'idle' ? { ...one, v: one.v.map(() => 50) } : one)
    const after = run.series.filter(({ phase }) => phase === 'measure').map((one): SeriesRecord => ({ ...one, phase: 'idle-after', v: one.v.map(() => 70) }))
    const analysis = analyse([{ ...run, series: [...run.series.map(idle), ...after] }])
    const [gross, net, request] = ['energy-per-token', 'net-energy-per-token', 'energy-per-request'].map((id) => valueOf(analysis, id, { model: 'teacher' }))
    expect(valueOf(analysis, 'power-idle', { model: 'teacher' }).value).toBeCloseTo(60, 6)
    expect(net!.value / gross!.value).toBeCloseTo(140 / 200, 6)
    expect((net!.high - net!.low) / net!.value).toBeGreaterThan((gross!.high - gross!.low) / gross!.value)
    expect(net!.method).toMatch(/net; .*less 60 W × time, the mean of \d+ idle phases/)
    expect(request!.value).toBeCloseTo(gross!.value * 10, 6)
    expect(analysis.ratios.map(({ metric }) => metric)).not.toContain('net-energy-per-token')
  })
  it('of a sensor that sees a quarter of the time is flagged', () => {
    expect(analyse([cardRun()]).warnings.map(({ message }) => message)).toContainEqual(expect.stringContaining('nvml-power sees 25% of the time'))
  })
})
