import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createEngine, type Latency } from '../../scripts/mock/engine.ts'
import { createHeap } from '../../scripts/mock/heap.ts'

const LATENCY: Latency = {
  prefillMs: 5,
  prefillMsPerToken: 0.1,
  prefillLanes: undefined,
  decodeMs: 10,
  decodeMsPerStream: 0,
  maxBatch: 8,
  jitter: 0,
  pacing: 'streams',
}

interface Arrival {
  atMs: number
  prompt: number
  output: number
  cancelMs?: number
}
type Event = readonly [id: number, what: 'start' | number, atMs: number]

/** Feeds arrivals in order, looking at the clock at the given times as well. */
function simulate(latency: Latency, arrivals: readonly Arrival[], looks: readonly number[] = [], seed = 1, most?: number): Event[] {
  const events: Event[] = []
  const engine = createEngine(latency, seed, {
    start: (id, atMs) => events.push([id, 'start', atMs]),
    token: (id, left, atMs) => events.push([id, left, atMs]),
  })
  const doings = [
    ...arrivals.map(({ atMs, prompt, output }, id) => ({ atMs, order: 0, act: () => engine.arrive(id, prompt, output, atMs) })),
    ...arrivals.flatMap(({ cancelMs }, id) => (cancelMs === undefined ? [] : [{ atMs: cancelMs, order: 1, act: () => engine.cancel(id, cancelMs) }])),
    ...looks.map((atMs) => ({ atMs, order: 2, act: () => engine.advance(atMs, most) })),
  ].toSorted((a, b) => a.atMs - b.atMs || a.order - b.order)
  for (const { act } of doings) act()
  for (let next = engine.next(); next !== undefined; next = engine.next()) engine.advance(next)
  expect(engine.running).toBe(0)
  expect(engine.waiting).toBe(0)
  return events
}

const tokensOf = (events: readonly Event[], id: number): number[] => events.filter(([of, what]) => of === id && what !== 'start').map(([, , atMs]) => atMs)
const startOf = (events: readonly Event[], id: number): number | undefined => events.find(([of, what]) => of === id && what === 'start')?.[2]

test('a stream that is alone gets its first token after the prefill and the others a step apart', () => {
  expect(tokensOf(simulate(LATENCY, [{ atMs: 100, prompt: 50, output: 4 }]), 0)).toEqual([110, 120, 130, 140])
})

test('a full batch makes others wait, first come first served', () => {
  const events = simulate(
    { ...LATENCY, maxBatch: 1 },
    [0, 1, 2].map((atMs) => ({ atMs, prompt: 0, output: 2 })),
  )
  expect([0, 1, 2].map((id) => startOf(events, id))).toEqual([0, 15, 30])
  expect(tokensOf(events, 2)).toEqual([35, 45])
})

test('steps take longer the more streams are in the batch, so throughput saturates', () => {
  const latency = { ...LATENCY, decodeMsPerStream: 5, maxBatch: 4 }
  const spanOf = (streams: number): number => {
    const events = simulate(
      latency,
      Array.from({ length: streams }, () => ({ atMs: 0, prompt: 0, output: 20 })),
    )
    return (streams * 20) / Math.max(...events.map(([, , atMs]) => atMs))
  }
  const [one, two, four, sixteen] = [1, 2, 4, 16].map(spanOf) as [number, number, number, number]
  expect(two).toBeGreaterThan(one * 1.2)
  expect(four).toBeGreaterThan(two * 1.2)
  expect(sixteen / four).toBeCloseTo(1, 1)
})

test('prefill lanes let prompts through one after the other', () => {
  const events = simulate(
    { ...LATENCY, prefillLanes: 1 },
    [0, 0, 0].map((atMs) => ({ atMs, prompt: 50, output: 1 })),
  )
  expect([0, 1, 2].map((id) => tokensOf(events, id)[0])).toEqual([10, 20, 30])
  expect([0, 1, 2].map((id) => startOf(events, id))).toEqual([0, 0, 0])
})

test('where steps are shared, the streams of a batch get their tokens together, and a newcomer joins at the next step', () => {
  const events = simulate({ ...LATENCY, pacing: 'steps' }, [
    { atMs: 0, prompt: 0, output: 4 },
    { atMs: 3, prompt: 0, output: 3 },
  ])
  expect(tokensOf(events, 0)).toEqual([5, 15, 25, 35])
  expect(tokensOf(events, 1)).toEqual([8, 25, 35])
})

test('a client that leaves frees its place', () => {
  const events = simulate({ ...LATENCY, maxBatch: 1 }, [
    { atMs: 0, prompt: 0, output: 100, cancelMs: 17 },
    { atMs: 1, prompt: 0, output: 1 },
  ])
  expect(tokensOf(events, 0)).toEqual([5, 15])
  expect(startOf(events, 1)).toBe(17)
})

test('jitter keeps the mean and has the spread that was asked for', () => {
  const times = tokensOf(simulate({ ...LATENCY, jitter: 0.3 }, [{ atMs: 0, prompt: 0, output: 20_001 }]), 0)
  const steps = times.slice(1).map((time, i) => time - times[i]!)
  const mean = steps.reduce((a, b) => a + b, 0) / steps.length
  const deviation = Math.sqrt(steps.reduce((sum, step) => sum + (step - mean) ** 2, 0) / steps.length)
  expect(mean).toBeCloseTo(10, 0)
  expect(deviation / mean).toBeCloseTo(0.3, 1)
})

describe('for all arrivals', () => {
  const whole = (max: number, min = 0): fc.Arbitrary<number> => fc.integer({ min, max })
  const Latencies: fc.Arbitrary<Latency> = fc.record({
    prefillMs: whole(20),
    prefillMsPerToken: fc.constantFrom(0, 0.1, 1),
    prefillLanes: fc.constantFrom(undefined, 1, 3),
    decodeMs: whole(20, 1),
    decodeMsPerStream: fc.constantFrom(0, 1, 2.5),
    maxBatch: whole(6, 1),
    jitter: fc.constantFrom(0, 0.5),
    pacing: fc.constantFrom('streams', 'steps'),
  })
  const Arrivals: fc.Arbitrary<Arrival[]> = fc
    .array(fc.record({ atMs: whole(200), prompt: whole(40), output: whole(12, 1), cancelMs: whole(400) }, { requiredKeys: ['atMs', 'prompt', 'output'] }), {
      maxLength: 25,
    })
    .map((arrivals) => arrivals.map(({ cancelMs, ...arrival }) => (cancelMs === undefined ? arrival : { ...arrival, cancelMs: arrival.atMs + cancelMs })))

  test('the schedule does not depend on how often anybody looks, and at how much of it', () => {
    fc.assert(
      fc.property(Latencies, Arrivals, fc.array(whole(2000)), fc.option(whole(4, 1), { nil: undefined }), (latency, arrivals, looks, most) => {
        expect(simulate(latency, arrivals, looks, 1, most)).toEqual(simulate(latency, arrivals))
      }),
    )
  })

  test('nobody is forgotten: every stream that stays gets all its tokens, in order, and never more than the batch run together', () => {
    fc.assert(
      fc.property(Latencies, Arrivals, (latency, arrivals) => {
        const events = simulate(latency, arrivals)
        expect(events.map(([, , atMs]) => atMs)).toEqual(events.map(([, , atMs]) => atMs).toSorted((a, b) => a - b))
        arrivals.forEach(({ output, cancelMs }, id) => {
          const left = events.filter(([of, what]) => of === id && what !== 'start').map(([, what]) => what)
          expect(left).toEqual(Array.from({ length: left.length }, (_, i) => output - 1 - i))
          if (cancelMs === undefined) expect(left).toHaveLength(output)
        })
        let running = 0
        for (const [, what] of arrivals.some(({ cancelMs }) => cancelMs !== undefined) ? [] : events) {
          if (what === 0) running -= 1
          if (what === 'start') running += 1
          expect(running).toBeLessThanOrEqual(latency.maxBatch)
        }
      }),
    )
  })
})

test('the heap gives times in order, and equal times in the order of their numbers', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 20 })), (times) => {
      const heap = createHeap()
      times.forEach((time, id) => heap.push(time, id))
      const wanted = times.map((time, id) => ({ time, id })).toSorted((a, b) => a.time - b.time || a.id - b.id)
      expect(times.map(() => heap.pop())).toEqual(wanted.map(({ id }) => id))
      expect(heap.pop()).toBeUndefined()
    }),
  )
})
