import { describe, expect, it, test } from 'vitest'
import { isGrowing, mserCut, steadyWindow } from '../../../harness/run/load/steady.ts'
import { createRandom } from '../../../harness/random.ts'

/** In flight and ended of a queue with this many servers, by simulation in bins of 100 ms. */
function queue({
  perSecond,
  serviceSeconds,
  servers,
  seconds,
  seed,
}: {
  perSecond: number
  serviceSeconds: number
  servers: number
  seconds: number
  seed: number
}) {
  const random = createRandom('queue', seed)
  const exponential = (mean: number): number => -mean * Math.log(1 - random.next())
  const free = Array.from({ length: servers }, () => 0)
  const bins = seconds * 10
  const inFlight = Array.from({ length: bins }, () => 0)
  const ended = Array.from({ length: bins }, () => 0)
  for (let t = exponential(1 / perSecond); t < seconds; t += exponential(1 / perSecond)) {
    const server = free.indexOf(Math.min(...free))
    const end = Math.max(t, free[server]!) + serviceSeconds * (0.8 + 0.4 * random.next())
    free[server] = end
    for (let b = Math.floor(t * 10); b < Math.min(bins, end * 10); b++)
      inFlight[b] = (inFlight[b] ?? 0) + Math.min(b / 10 + 0.1, end) * 10 - Math.max(b / 10, t) * 10
    if (end < seconds) ended[Math.floor(end * 10)] = (ended[Math.floor(end * 10)] ?? 0) + 1
  }
  return { startMs: 1000, binMs: 100, inFlight, ended }
}
const SEEDS = Array.from({ length: 40 }, (_, i) => i)

describe('by simulation of a queue', () => {
  it('a load that the server can bear is found steady nearly always, most of the stage is kept', () => {
    const found = SEEDS.map((seed) => steadyWindow(queue({ perSecond: 20, serviceSeconds: 1, servers: 40, seconds: 60, seed }), 0))
    const windows = found.flatMap((one) => (one.state === 'ok' ? [one.value] : []))
    expect(windows.length).toBeGreaterThanOrEqual(36)
    expect(windows.every(({ endMs }) => endMs === 61_000)).toBe(true)
    const lengths = windows.map(({ startMs, endMs }) => endMs - startMs).sort((a, b) => a - b)
    expect(lengths[Math.floor(lengths.length / 2)]).toBeGreaterThan(45_000)
  })

  it('the start-up, in which requests only begin, is left out', () => {
    const found = SEEDS.map((seed) => steadyWindow(queue({ perSecond: 50, serviceSeconds: 5, servers: 400, seconds: 60, seed }), 0))
    const starts = found.flatMap((one) => (one.state === 'ok' ? [one.value.startMs - 1000] : []))
    expect(starts.length).toBeGreaterThanOrEqual(34)
    expect(starts.filter((start) => start < 3000)).toEqual([])
  })

  it('a load that is too high for the server is never called steady', () => {
    const found = SEEDS.map((seed) => steadyWindow(queue({ perSecond: 30, serviceSeconds: 1, servers: 20, seconds: 60, seed }), 0))
    expect(found.filter(({ state }) => state === 'ok')).toEqual([])
  })
})

test('the window does not begin before the warm-up is over', () => {
  const course = { startMs: 0, binMs: 100, inFlight: Array.from({ length: 100 }, () => 4), ended: Array.from({ length: 100 }, () => 1) }
  expect(steadyWindow(course, 2000)).toEqual({ state: 'ok', value: { startMs: 2000, endMs: 10_000 } })
})

test('a stage that is too short says so', () => {
  const course = { startMs: 0, binMs: 100, inFlight: [1, 1, 1], ended: [1, 1, 1] }
  expect(steadyWindow(course, 0)).toMatchObject({ state: 'absent', why: expect.stringContaining('too short') })
})

test('MSER cuts where a start-up ends, nothing of a level, and refuses a slope', () => {
  const ramp = Array.from({ length: 200 }, (_, i) => Math.min(i, 40))
  expect(mserCut(ramp)).toBeGreaterThanOrEqual(35)
  expect(mserCut(ramp)).toBeLessThanOrEqual(45)
  expect(mserCut(Array.from({ length: 200 }, () => 3))).toBe(0)
  expect(mserCut(Array.from({ length: 200 }, (_, i) => i))).toBeUndefined()
})

test('a fall, a level and a wave are no growth', () => {
  expect(isGrowing(Array.from({ length: 100 }, (_, i) => 100 - i))).toBe(false)
  expect(isGrowing(Array.from({ length: 100 }, () => 50))).toBe(false)
  expect(isGrowing(Array.from({ length: 100 }, (_, i) => 50 + 10 * Math.sin(i / 3)))).toBe(false)
  expect(isGrowing(Array.from({ length: 100 }, (_, i) => 10 + i))).toBe(true)
})
