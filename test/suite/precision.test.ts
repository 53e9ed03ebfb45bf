import { expect, it } from 'vitest'
import { edgeError } from '../../harness/analysis/energy/window.ts'
import { lastingFor, secondsFor } from '../../harness/suite/precision.ts'
import type { LoadSpec } from '../../harness/types.ts'

const TIMED = { maxErrorShare: 0.1, maxInFlight: 2000 }
const load = (seconds: number, warmupSeconds = 1): LoadSpec => ({ id: 'c', kind: 'concurrency', streams: 4, seconds, warmupSeconds, ...TIMED })

it('a load is made as long as its window needs beside the warm-up, and no shorter than it was asked for', () => {
  expect(lastingFor(load(5), { energy: 0.005, maxSeconds: 600 })).toEqual(load(10)) // 8.2 s of window and 1 s of warm-up, rounded up
  expect(lastingFor(load(30), { energy: 0.005, maxSeconds: 600 })).toEqual(load(30))
  expect(lastingFor(load(5), undefined)).toEqual(load(5))
})

it('stops at the limit, and leaves loads alone that end with their items', () => {
  expect(lastingFor(load(5), { energy: 0.0005, maxSeconds: 20 })).toEqual(load(20))
  const sequential: LoadSpec = { id: 's', kind: 'sequential' }
  expect(lastingFor(sequential, { energy: 0.0005, maxSeconds: 20 })).toBe(sequential)
})

it('is the inverse of the error that short windows are flagged with', () => {
  for (const precision of [0.001, 0.01, 0.04]) expect(edgeError(100, 1000 * secondsFor(precision))).toBeCloseTo(precision, 12)
})
