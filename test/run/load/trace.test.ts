import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { processesFor } from '../../../harness/run/load/pool.ts'
import { Histogram } from '../../../harness/run/load/tally.ts'
import { readTrace } from '../../../harness/run/load/trace.ts'
import { scratch } from '../../cli/scratch.ts'

function file(text: string): string {
  const path = join(scratch(), 'trace')
  writeFileSync(path, text)
  return path
}
const differences = (times: readonly number[]): number[] => times.map((time) => Math.round((time - times[0]!) * 1000) / 1000)

test('each format of a trace gives milliseconds', () => {
  const azure = 'TIMESTAMP,ContextTokens,GeneratedTokens\r\n2023-11-16 18:15:46.6805900,374,44\r\n2023-11-16 18:15:50.9951690,396,109\r\n'
  expect(differences(readTrace(file(azure), 'azure'))).toEqual([0, 4314.579])
  const burst = '\uFEFFTimestamp,Model,Request tokens\n5,ChatGPT,472\n45.5,GPT-4,1087\n'
  expect(differences(readTrace(file(burst), 'burstgpt'))).toEqual([0, 40_500])
  const mooncake = '{"timestamp": 27482, "input_length": 6955, "hash_ids": [46]}\n\n{"timestamp": 30535, "input_length": 6472}\n'
  expect(readTrace(file(mooncake), 'mooncake')).toEqual([27_482, 30_535])
})

test.each([
  ['azure', 'TIMESTAMP,x\nyesterday,1\n', ':2 has no time in its column TIMESTAMP'],
  ['burstgpt', 'Timestamp,x\n1,1\n,2\n', ':3 has no time in its column Timestamp'],
  ['azure', 'Timestamp,x\n1,1\n', 'has no column TIMESTAMP in its first line'],
  ['mooncake', '{"timestamp": 1}\n{"time": 2}\n', ':2 is no JSON object with a number "timestamp"'],
  ['mooncake', '\n', 'has no requests'],
])('a damaged trace (%s) is refused by its line', (format, text, message) => {
  expect(() => readTrace(file(text), format)).toThrow(message)
})

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
