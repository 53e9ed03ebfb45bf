/** Gaps with names: a counter that does not go on makes energy absent, a pause widens it, and the reason is told either way. */
import { describe, expect, it } from 'vitest'
import { counterEnergy } from '../../../harness/analysis/energy/counter.ts'
import { integralEnergy } from '../../../harness/analysis/energy/integral.ts'
import { readingsOf } from '../../../harness/analysis/energy/readings.ts'
import { sensorOf } from '../../../harness/analysis/energy/sensor.ts'
import type { Gap } from '../../../harness/types.ts'
import { expectOk, whyOf } from '../find.ts'

const why = 'http://h/metrics: it answered 503'
/** Read every 20 ms, but not inside of the gaps. */
const times = (gaps: readonly Gap[]) => Array.from({ length: 1000 }, (_, i) => i * 20).filter((t) => !gaps.some((gap) => t > gap.startMs && t < gap.endMs))
const counter = (...gaps: Gap[]) => {
  const t = times(gaps)
  return counterEnergy(readingsOf([{ t, v: t.map((time) => 10 * Math.floor(time / 100)), gaps }]), { kind: 'counter' }, 'dcgm')
}
const power = (...gaps: Gap[]) => {
  const t = times(gaps)
  return integralEnergy(readingsOf([{ t, v: t.map((time) => 100 + (time % 200 < 100 ? 20 : 0)), gaps }]), { kind: 'instant' }, 'dcgm-power')
}

describe('a counter', () => {
  it('goes on across a pause, which is told', () => {
    const { joules, notes } = expectOk(counter({ startMs: 5000, endMs: 5160, why })(2000, 10_000), 'energy')
    expect(joules).toBeCloseTo(800, 0)
    expect(notes).toEqual([`readings of dcgm are missing for 160 ms: ${why}`])
  })
  it('that was reset or whose devices changed has no energy, however short that was', () => {
    const reset = counter({ startMs: 5000, endMs: 5020, why: 'the devices changed', breaks: true })
    expect(whyOf(reset(2000, 10_000))).toBe('the counter of dcgm does not go on through the window: the devices changed')
    expect(expectOk(reset(6000, 10_000), 'energy').joules).toBeCloseTo(400, 0)
  })
  it('that was not read for much of the window says why', () => {
    expect(whyOf(counter({ startMs: 5000, endMs: 8000, why })(2000, 10_000))).toMatch(/stood still for 1\d{3} ms: http:\/\/h\/metrics: it answered 503/)
  })
})

describe('power', () => {
  it('is less certain across a pause that has a reason, even a short one', () => {
    const [whole, cut] = [power(), power({ startMs: 5000, endMs: 5120, why })].map((energy) => expectOk(energy(2000, 10_000), 'energy'))
    expect(cut!.u).toBeGreaterThan(whole!.u)
    expect(cut!.notes).toEqual([`dcgm-power was silent for 120 ms: ${why}`])
    expect(whole!.notes).toEqual([])
  })
  it('that is missing for more than a tenth of the window is absent, with the reason', () => {
    expect(whyOf(power({ startMs: 5000, endMs: 6500, why })(2000, 10_000))).toBe(`dcgm-power was silent for 19% of the window: ${why}`)
  })
})

it('what an exporter tells of boards carries their scale, but not the pace of a board that is read here', () => {
  const series = { meter: 'nvidia-host', how: 'DCGM', unit: 'W', kind: 'instant', scope: 'gpu' }
  expect(sensorOf({ ...series, described: true })).toEqual({ kind: 'instant', gain: 0.05 / Math.sqrt(3), linearity: 0.005 })
  expect(sensorOf(series).updateMs).toBe(100)
})
