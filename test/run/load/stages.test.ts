import { describe, expect, it, test } from 'vitest'
import { labelOf, mostStages, nextStage, type StagedLoad, type StageOutcome } from '../../../harness/run/load/stages.ts'
import type { StageShape } from '../../../harness/types.ts'

const timing = { seconds: 30, warmupSeconds: 3, maxErrorShare: 0.1, maxInFlight: 1000 }
const sweep = (points: number): StagedLoad => ({ id: 's', kind: 'sweep', points, arrivals: { kind: 'poisson' }, ...timing })
const search = (points: number): StagedLoad => ({ id: 's', kind: 'search', points, arrivals: { kind: 'poisson' }, slo: { e2eMs: 500 }, ...timing })

/** A server with `slots` places that takes `serviceMs` for each request: M/M/c by the usual approximation. */
function server(slots: number, serviceMs: number, limitMs = Infinity) {
  const capacity = (1000 * slots) / serviceMs
  return (shape: StageShape): StageOutcome => {
    const rate = shape.kind === 'rate' ? shape.perSecond : Math.min(capacity, (1000 * (shape.kind === 'concurrency' ? shape.streams : 1)) / serviceMs)
    const load = shape.kind === 'rate' ? rate / capacity : 0
    const saturated = load > 0.97
    const meanMs = saturated ? 10 * serviceMs : serviceMs * (1 + load ** Math.sqrt(2 * (slots + 1)) / (slots * (1 - load)))
    return { shape, answeredPerSecond: Math.min(rate, capacity), saturated, meanMs, met: meanMs <= limitMs, last: false }
  }
}
function play(load: StagedLoad, run: (shape: StageShape) => StageOutcome): StageOutcome[] {
  const outcomes: StageOutcome[] = []
  for (let shape = nextStage(load, outcomes); shape !== undefined; shape = nextStage(load, outcomes)) {
    outcomes.push(run(shape))
    if (outcomes.length > 100) throw new Error('does not end')
  }
  return outcomes
}
const rates = (outcomes: readonly StageOutcome[]): number[] => outcomes.flatMap(({ shape }) => (shape.kind === 'rate' ? [shape.perSecond] : []))

describe('a sweep', () => {
  it.each([1, 4, 32, 256, 2000])('goes from one stream to just below saturation of a server with %i places', (slots) => {
    const outcomes = play(sweep(12), server(slots, 200))
    const capacity = 5 * slots
    expect(outcomes[0]?.shape).toEqual({ kind: 'concurrency', streams: 1 })
    expect(outcomes.length).toBeLessThanOrEqual(12)
    if (slots === 1) return // one stream is all that it can do
    const good = Math.max(...rates(outcomes.filter(({ saturated }) => !saturated)))
    expect(good / capacity).toBeGreaterThan(0.8)
    expect(outcomes.filter(({ saturated }) => saturated).length).toBeGreaterThan(0)
  })

  it('never runs a rate twice', () => {
    const all = rates(play(sweep(20), server(16, 100)))
    expect(new Set(all).size).toBe(all.length)
  })

  it('spends what is left on the widest gaps below the highest good rate', () => {
    const outcomes = play(sweep(24), server(16, 100))
    const good = rates(outcomes.filter(({ saturated }) => !saturated)).sort((a, b) => a - b)
    const gaps = good.slice(1).map((rate, i) => rate - good[i]!)
    expect(Math.max(...gaps)).toBeLessThan(0.25 * good.at(-1)!)
  })

  it('ends when its points are used up, when one stream is too much, and when nothing is answered', () => {
    expect(play(sweep(3), server(1000, 100))).toHaveLength(3)
    expect(play(sweep(9), (shape) => ({ ...server(4, 100)(shape), saturated: true }))).toHaveLength(1)
    expect(play(sweep(9), (shape) => ({ shape, answeredPerSecond: 0, saturated: false, meanMs: undefined, met: undefined, last: false }))).toHaveLength(1)
  })

  it('ends when the load has cost what it may', () => {
    const run = server(16, 100)
    expect(play(sweep(9), (shape) => ({ ...run(shape), last: shape.kind === 'rate' }))).toHaveLength(2)
  })
})

describe('a search', () => {
  it.each([
    [8, 100],
    [64, 250],
    [512, 40],
  ])('finds the highest rate that meets the objective to 5%% (%i places, %i ms)', (slots, serviceMs) => {
    const run = server(slots, serviceMs, 1.2 * serviceMs)
    const outcomes = play(search(30), run)
    const best = Math.max(...rates(outcomes.filter(({ met, saturated }) => met === true && !saturated)))
    const next = run({ kind: 'rate', perSecond: best * 1.06, arrivals: { kind: 'poisson' }, rampSeconds: 0 })
    expect(next.met === false || next.saturated).toBe(true)
  })

  it('ends at once when one stream alone does not meet it', () => {
    expect(play(search(10), server(8, 100, 50))).toHaveLength(1)
  })

  it('stops when the bounds are close, and does not use up its points', () => {
    expect(play(search(40), server(8, 100, 120)).length).toBeLessThan(15)
  })
})

test('other loads have one stage', () => {
  const rate: StagedLoad = { id: 'r', kind: 'rate', perSecond: 4, arrivals: { kind: 'constant' }, rampSeconds: 2, ...timing }
  expect(play(rate, server(100, 100)).map(({ shape }) => shape)).toEqual([{ kind: 'rate', perSecond: 4, arrivals: { kind: 'constant' }, rampSeconds: 2 }])
  expect(play({ id: 'c', kind: 'concurrency', streams: 3, ...timing }, server(9, 9)).map(({ shape }) => shape)).toEqual([{ kind: 'concurrency', streams: 3 }])
  expect(nextStage({ id: 't', kind: 'trace', file: '/f', format: 'azure', speed: 2, ...timing }, [])).toEqual({ kind: 'trace', file: '/f', speed: 2 })
  expect([mostStages(rate), mostStages(sweep(7))]).toEqual([1, 7])
})

test('labels are read as words', () => {
  const rate = { kind: 'rate', perSecond: 2.5, arrivals: { kind: 'poisson' }, rampSeconds: 0 } as const
  expect(
    [{ kind: 'concurrency', streams: 1 } as const, { kind: 'concurrency', streams: 4 } as const, rate, { kind: 'trace', file: 'f', speed: 2 } as const].map(
      labelOf,
    ),
  ).toEqual(['1 stream', '4 streams', '2.5 requests/s', 'trace at 2× speed'])
})
