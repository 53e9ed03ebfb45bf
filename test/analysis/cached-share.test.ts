import { expect, test } from 'vitest'
import { analyse } from '../../harness/analysis/index.ts'
import type { Observed, Estimate, Sample } from '../../harness/types.ts'
import { sweepRun } from './sweep-run.ts'

const told = (sample: Sample, n: number): Sample => ({ ...sample, promptTokens: 100 + (n % 2) * 100, cachedTokens: n % 2 === 0 ? 80 : 0 })
function rowOf(metric: string, change?: (sample: Sample, n: number) => Sample): Observed<Estimate> {
  const found = analyse([sweepRun(() => 1, change)]).rows.filter((row) => row.metric === metric && row.model === 'teacher')
  expect(found).toHaveLength(2) // one for each stage
  return found[1]!.estimate
}

test('the cached share is of tokens, not of requests', () => {
  expect(rowOf('cached-share', told)).toMatchObject({ state: 'ok', value: { value: 80 / 300, unit: 'ratio', origin: 'measured' } })
})

test('answers that do not tell are left out of the cached share, and so are failed ones', () => {
  const half = (sample: Sample, n: number): Sample => (n % 2 === 0 ? { ...sample, cachedTokens: 40 } : sample)
  expect(rowOf('cached-share', half)).toMatchObject({ state: 'ok', value: { value: 0.4 } })
  const failing = (sample: Sample, n: number): Sample => ({ ...told(sample, n), ...(n % 2 === 0 ? {} : ({ finish: 'error', error: { code: 'http', message: 'no' } } as const)) }) // prettier-ignore
  expect(rowOf('cached-share', failing)).toMatchObject({ state: 'ok', value: { value: 0.8 } })
})

test('without a word of the server the cached share is absent, not zero', () => {
  expect(rowOf('cached-share')).toEqual({ state: 'absent', why: 'no answer tells how many prompt tokens were cached' })
})

test.each(['ttft-p999', 'tpot-p999', 'latency-p999'])('%s says how many requests it needs', (metric) => {
  expect(rowOf(metric)).toMatchObject({ state: 'absent', why: expect.stringMatching(/^too few for this percentile: .* 3688 are needed$/) as string })
})
