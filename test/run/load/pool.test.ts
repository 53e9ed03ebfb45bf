import { expect, test } from 'vitest'
import { processesFor } from '../../../harness/run/load/pool.ts'
import { Histogram } from '../../../harness/run/load/tally.ts'

test('processes are added when those that run use more than half of a core, and never taken away', () => {
  expect(processesFor(0.1, 1, 1, 8)).toBe(1)
  expect(processesFor(0.6, 1, 1, 8)).toBe(2)
  expect(processesFor(0.3, 4, 1, 8)).toBe(3)
  expect(processesFor(0.1, 1, 3, 8)).toBe(3)
  expect(processesFor(9, 9, 1, 8)).toBe(8)
})

test('the histogram of lags knows its quantiles to one percent, and that it is empty', () => {
  const histogram = new Histogram()
  expect(histogram.quantile(0.5)).toBeUndefined()
  for (let i = 1; i <= 1000; i++) histogram.add(i / 10)
  expect(histogram.quantile(0.5)! / 50).toBeCloseTo(1, 1)
  expect(Math.abs(histogram.quantile(0.99)! / 99 - 1)).toBeLessThan(0.015)
  histogram.add(0)
  histogram.add(-1)
  expect(histogram.quantile(0.0001)).toBeLessThan(0.0011)
})
