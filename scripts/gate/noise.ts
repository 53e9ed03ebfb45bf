/** Noise of benchmarks as people meet it: logarithms of a figure's factor, one for each measurement in the order of time. */
import type { Random } from '../../harness/random.ts'

export interface Regime {
  id: string
  title: string
  /** `count` measurements of one session. */
  session: (random: Random, count: number) => Float64Array
}

export const REGIMES: readonly Regime[] = [
  { id: 'iid-1', title: 'independent, 1%', session: (random, count) => fill(count, () => 0.01 * random.normal()) },
  { id: 'iid-2', title: 'independent, 2%', session: (random, count) => fill(count, () => 0.02 * random.normal()) },
  { id: 'iid-21', title: 'independent, 2.1%', session: (random, count) => fill(count, () => 0.021 * random.normal()) },
  { id: 'drift', title: 'drift, 3% slowly, 1% quickly', session: drift },
  { id: 'spikes', title: 'spikes, 5% of 10 to 50% more', session: spikes },
  { id: 'clocks', title: 'two clock states, 5% apart', session: clocks },
  { id: 'shift', title: 'shift per session, 2.66%, and 1%', session: shift },
  { id: 'co-load', title: 'another program, in bursts, 26%', session: coLoad },
]

/** A recorded series, thinned to `count` measurements in a row from a place drawn by lot. */
export function recorded(id: string, title: string, values: readonly number[]): Regime {
  const logs = values.map(Math.log)
  return {
    id,
    title,
    session: (random, count) => {
      const from = random.int(Math.max(1, logs.length - count + 1))
      return Float64Array.from({ length: count }, (_, i) => logs[(from + i) % logs.length]!)
    },
  }
}

// --- internal ---

function fill(count: number, value: (i: number) => number): Float64Array {
  return Float64Array.from({ length: count }, (_, i) => value(i))
}

function drift(random: Random, count: number): Float64Array {
  let level = 0.03 * random.normal()
  return fill(count, () => {
    level = 0.95 * level + 0.03 * Math.sqrt(1 - 0.95 ** 2) * random.normal()
    return level + 0.01 * random.normal()
  })
}

function spikes(random: Random, count: number): Float64Array {
  return fill(count, () => 0.01 * random.normal() + (random.next() < 0.05 ? Math.log(1.1 + 0.4 * random.next()) : 0))
}

/** A state lasts ten measurements on average. */
function clocks(random: Random, count: number): Float64Array {
  let slow = random.next() < 0.5
  return fill(count, () => {
    if (random.next() < 0.1) slow = !slow
    return (slow ? 0.05 : 0) + 0.005 * random.normal()
  })
}

function shift(random: Random, count: number): Float64Array {
  const level = 0.0266 * random.normal()
  return fill(count, () => level + 0.01 * random.normal())
}

/** Bursts that last some measurements and take up to half of the machine. */
function coLoad(random: Random, count: number): Float64Array {
  let left = 0
  let depth = 0
  return fill(count, () => {
    if (left <= 0 && random.next() < 0.25) [left, depth] = [1 + random.int(6), 0.2 + 0.5 * random.next()]
    left -= 1
    return (left >= 0 ? depth : 0) + 0.02 * random.normal()
  })
}
