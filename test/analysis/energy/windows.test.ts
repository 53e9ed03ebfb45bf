/** Energy of windows: exact where it can be, additive, and with an uncertainty that holds at its stated rate. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { counterEnergy } from '../../../harness/analysis/energy/counter.ts'
import { integralEnergy } from '../../../harness/analysis/energy/integral.ts'
import { readingsOf, updatePeriod } from '../../../harness/analysis/energy/readings.ts'
import { sensorOf, type Sensor } from '../../../harness/analysis/energy/sensor.ts'
import { edgeError, type EnergyWindow, type WindowEnergy } from '../../../harness/analysis/energy/window.ts'
import { expectOk, whyOf } from '../find.ts'
import { counterPoints, jumpingPower, powerPoints, simulation } from './simulate.ts'

const INSTANT: Sensor = { kind: 'instant', averagingMs: 100, updateMs: 100 }
const PART_TIME: Sensor = { kind: 'instant', averagingMs: 25, updateMs: 100 }
const AVERAGE: Sensor = { kind: 'average', averagingMs: 1000, updateMs: 100 }
const COUNTER: Sensor = { kind: 'counter' }

const every = (ms: number, lengthMs: number, of: (t: number) => number) => {
  const t = Array.from({ length: Math.floor(lengthMs / ms) + 1 }, (_, i) => i * ms)
  return readingsOf([{ t, v: t.map(of) }])
}
const of = (energy: WindowEnergy, startMs: number, endMs: number): EnergyWindow => expectOk(energy(startMs, endMs), 'the energy')

describe('constant power', () => {
  const ways: [string, WindowEnergy][] = [
    [
      'integral',
      integralEnergy(
        every(100, 20_000, () => 42),
        INSTANT,
        'm',
      ),
    ],
    [
      'a sensor that sees a part of the time',
      integralEnergy(
        every(100, 20_000, () => 42),
        PART_TIME,
        'm',
      ),
    ],
    [
      'de-lagged average',
      integralEnergy(
        every(100, 20_000, () => 42),
        AVERAGE,
        'm',
      ),
    ],
    [
      'counter',
      counterEnergy(
        every(10, 20_000, (t) => 42 * Math.floor(t / 100) * 0.1),
        COUNTER,
        'm',
      ),
    ],
  ]
  it.each(ways)('integrates exactly, wherever the window lies: %s', (_, energy) => {
    fc.assert(
      fc.property(fc.double({ min: 2000, max: 8000, noNaN: true }), fc.double({ min: 500, max: 9000, noNaN: true }), (startMs, length) => {
        expect(of(energy, startMs, startMs + length).joules).toBeCloseTo((42 * length) / 1000, 6)
      }),
    )
  })
})

describe('parts of a window', () => {
  const random = simulation('parts')
  const world = jumpingPower(random, 20_000, 300)
  const power = (averagingMs: number) => readingsOf([powerPoints(world, { averagingMs, updateMs: 100, pollMs: 100, phaseMs: 37 })])
  const ways: [string, WindowEnergy][] = [
    ['integral', integralEnergy(power(100), INSTANT, 'm')],
    ['de-lagged average', integralEnergy(power(1000), AVERAGE, 'm')],
    ['counter', counterEnergy(readingsOf([counterPoints(world, { updateMs: 100, pollMs: 5, phaseMs: 2 })]), COUNTER, 'm')],
  ]
  it.each(ways)('add up to the whole: %s', (_, energy) => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 3000, max: 15_000, noNaN: true }), { minLength: 3, maxLength: 8 }), (cuts) => {
        const at = [...cuts].sort((a, b) => a - b)
        fc.pre(at.at(-1)! - at[0]! > 500)
        const window = of(energy, at[0]!, at.at(-1)!)
        const sum = at.slice(1).reduce((total, end, i) => total + window.part(at[i]!, end), 0)
        expect(sum).toBeCloseTo(window.joules, 6)
      }),
    )
  })
})

describe('uncertainty', () => {
  /** Share of windows whose 95% interval holds the true energy. */
  function coverage(name: string, windowMs: number, make: (world: ReturnType<typeof jumpingPower>, phaseMs: number) => WindowEnergy) {
    const random = simulation(name)
    let [hits, error, claimed] = [0, 0, 0]
    const n = 300
    for (let i = 0; i < n; i++) {
      const world = jumpingPower(random, windowMs + 6000, 100 + 900 * random.next())
      const startMs = 2500 + 500 * random.next()
      const window = of(make(world, 100 * random.next()), startMs, startMs + windowMs)
      const truth = world.energy(startMs + windowMs) - world.energy(startMs)
      if (Math.abs(window.joules - truth) <= 1.96 * window.u) hits++
      error += (window.joules - truth) ** 2
      claimed += window.u ** 2
    }
    return { rate: hits / n, wide: Math.sqrt(claimed / error) }
  }
  const power = (sensor: Sensor) => (world: ReturnType<typeof jumpingPower>, phaseMs: number) =>
    integralEnergy(readingsOf([powerPoints(world, { averagingMs: sensor.averagingMs!, updateMs: 100, pollMs: 100, phaseMs })]), sensor, 'm')
  const counter = (pollMs: number) => (world: ReturnType<typeof jumpingPower>, phaseMs: number) =>
    counterEnergy(readingsOf([counterPoints(world, { updateMs: 100, pollMs, phaseMs: phaseMs % pollMs })]), COUNTER, 'm')

  it.each([
    ['instant power, 1 s', 1000, power(INSTANT)],
    ['instant power, 10 s', 10_000, power(INSTANT)],
    ['a quarter of the time, 1 s', 1000, power(PART_TIME)],
    ['a quarter of the time, 10 s', 10_000, power(PART_TIME)],
    ['running mean, 2.4 s', 2400, power(AVERAGE)],
    ['running mean, 10 s', 10_000, power(AVERAGE)],
    ['counter read every 5 ms, 1 s', 1000, counter(5)],
    ['counter read every 5 ms, 10 s', 10_000, counter(5)],
    ['counter read every 97 ms, 5 s', 5000, counter(97)],
  ] as const)('holds the truth in about 95 of 100 windows, and is no wider than it must be: %s', (name, windowMs, make) => {
    const { rate, wide } = coverage(name, windowMs, make)
    expect({ rate: rate >= 0.93, wide: wide < 2, was: [rate, wide] }).toMatchObject({ rate: true, wide: true })
  })

  it('of the difference of two late reads of a counter is T ÷ (√6·W): 4.1% at 1 s, 0.41% at 10 s', () => {
    expect(edgeError(100, 1000)).toBeCloseTo(0.0408, 4)
    expect(edgeError(100, 10_000)).toBeCloseTo(0.00408, 5)
    const random = simulation('edge error')
    let squares = 0
    for (let i = 0; i < 4000; i++) squares += (100 * (random.next() - random.next())) ** 2
    expect(Math.sqrt(squares / 4000) / 1000).toBeCloseTo(edgeError(100, 1000), 2)
  })
})

describe('aligning a counter with its ticks', () => {
  it('is several times nearer to the truth than the difference of the two readings', () => {
    const random = simulation('ticks')
    let [aligned, plain] = [0, 0]
    for (let i = 0; i < 200; i++) {
      const world = jumpingPower(random, 6000, 400)
      const points = counterPoints(world, { updateMs: 100, pollMs: 5, phaseMs: 5 * random.next() })
      const startMs = 2000 + 500 * random.next()
      const truth = world.energy(startMs + 1000) - world.energy(startMs)
      const read = (time: number): number => points.v[points.t.findLastIndex((one) => one <= time)]!
      aligned += (of(counterEnergy(readingsOf([points]), COUNTER, 'm'), startMs, startMs + 1000).joules / truth - 1) ** 2
      plain += ((read(startMs + 1000) - read(startMs)) / truth - 1) ** 2
    }
    expect(Math.sqrt(plain / aligned)).toBeGreaterThan(4)
  })
})

describe('what is missing', () => {
  it('a long silence leaves no energy, a short one widens it and is told', () => {
    const t = Array.from({ length: 101 }, (_, i) => i * 100)
    const without = (from: number, to: number) => {
      const kept = t.filter((time) => time < from || time > to)
      return integralEnergy(readingsOf([{ t: kept, v: kept.map((time) => 100 + (time % 300)) }]), INSTANT, 'the card')
    }
    expect(whyOf(without(4000, 6000)(1000, 9000))).toMatch(/the card was silent for 2\d% of the window/)
    const [whole, short] = [of(without(-1, -1), 1000, 9000), of(without(4000, 4400), 1000, 9000)]
    expect(short.u).toBeGreaterThan(1.5 * whole.u)
    expect(short.notes).toEqual(['the card was silent for 600 ms'])
  })
  it('a counter that stands still, runs backwards or moves once has no energy, and says so', () => {
    expect(
      whyOf(
        counterEnergy(
          every(10, 5000, () => 7),
          COUNTER,
          'the card',
        )(1000, 4000),
      ),
    ).toMatch(/moved 0 times near the window; two are needed/)
    expect(
      whyOf(
        counterEnergy(
          every(10, 5000, (t) => (t < 2000 ? t : t - 2000)),
          COUNTER,
          'the card',
        )(1000, 4000),
      ),
    ).toMatch(/went backwards/)
    expect(
      whyOf(
        counterEnergy(
          every(10, 5000, (t) => (t < 1500 ? t : Math.max(1500, t - 2000))),
          COUNTER,
          'the card',
        )(1000, 4900),
      ),
    ).toMatch(/stood still for 2\d{3} ms/)
  })
  it('a window outside of the readings has none', () => {
    expect(
      whyOf(
        integralEnergy(
          every(100, 1000, () => 1),
          INSTANT,
          'the card',
        )(500, 3000),
      ),
    ).toMatch(/gave its last reading 2000 ms before the window ended/)
  })
})

describe('what is known of a sensor', () => {
  const board = (how: string) => sensorOf({ meter: 'nvidia-smi', how, unit: 'W' })
  it('a quarter of the time on A100 and H100, all of it on GeForce; a running mean where the driver shows one', () => {
    expect(board('board power by nvidia-smi power.draw.instant, NVIDIA A100-SXM4-40GB')).toMatchObject({ kind: 'instant', averagingMs: 25 })
    expect(board('board power by nvidia-smi power.draw.instant, NVIDIA GeForce RTX 3090')).toMatchObject({ kind: 'instant', averagingMs: 100 })
    expect(board('board power by nvidia-smi power.draw, NVIDIA L4; averaged over up to 1 s by the driver')).toMatchObject({
      kind: 'average',
      averagingMs: 1000,
    })
    expect(sensorOf({ meter: 'nvml', how: 'energy counter', unit: 'J' })).toMatchObject({ kind: 'counter' })
    expect(sensorOf({ meter: 'wall', how: 'a file', unit: 'W' })).toEqual({ kind: 'instant' })
  })
  it('its period is seen in readings that come oftener', () => {
    expect(updatePeriod(every(10, 5000, (t) => Math.floor(t / 100)))).toBeCloseTo(100, 6)
  })
})
