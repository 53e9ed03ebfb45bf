import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { tableOf } from '../../harness/analysis/table/build.ts'
import { writeParquet } from '../../harness/duckdb/write.ts'
import { needDuckDB } from '../../harness/duckdb/open.ts'
import { readTable } from '../../harness/run/store/read-table.ts'
import { SAMPLES } from '../../harness/run/store/tables.ts'
import type { RowTexts, Sample } from '../../harness/types.ts'
import { smallRun } from '../analysis/small-run.ts'

const dir = mkdtempSync(join(tmpdir(), 'distillbench-table-'))
afterAll(() => rmSync(dir, { recursive: true, force: true }))

/** What columns hold only in part: other scripts, half of a surrogate pair, times that are no whole microseconds, no grade. */
function odd(sample: Sample): Sample[] {
  const { grade: _grade, ...ungraded } = sample
  return [
    { ...sample, item: 'odd 1', text: ' naïve 🦊 答 \u00a0', reasoning: '🦊🦊', grade: { score: 0.5, grader: 'words' } },
    { ...sample, item: 'odd 2', text: 'half \ud83e of a fox', cluster: 'pair' },
    { ...sample, item: 'odd 3', tokenMs: [1 / 3, 2 / 3], startMs: 0.1, intendedMs: 0, timing: 'event', countedBy: 'estimate', stage: 2 },
    { ...ungraded, item: 'odd 4', finish: 'error', tokenMs: [], error: { code: 'network', message: 'reset' }, unknown: ['times', 'finish'] },
    { ...sample, item: 'odd 5', attempts: [{ startMs: 0, endMs: 1, error: { code: 'http', message: 'busy' } }], logProb: -2, costUsd: 0, cachedTokens: 3 },
    { ...sample, item: 'odd 6', text: 'x'.repeat(2000), grade: { score: 1, grader: 'words' } },
  ]
}

it('gives the columns that the samples give, whatever they hold', async () => {
  const { samples } = smallRun()
  const all = [...samples, ...odd(samples[0]!)]
  const path = join(dir, 'samples.parquet')
  async function* batches(): AsyncGenerator<Sample[]> {
    yield all
  }
  await writeParquet(await needDuckDB('the test'), path, SAMPLES, batches(), new AbortController().signal)
  const { texts: _read, fetchTexts, ...read } = await readTable(path)
  const { texts: _made, ...made } = tableOf(all)
  expect(read).toEqual(made)
  const [first, last] = [0, all.length - 5] // the last one has half of a surrogate pair
  const textsOf = ({ prompt, text, target }: Sample): RowTexts => ({ prompt, text, ...(target === undefined ? {} : { target }) })
  expect(await fetchTexts?.([first, last])).toEqual(new Map([first, last].map((row) => [row, textsOf(all[row]!)])))
})
