/** Made-up prompts against a mock server that keeps a prefix cache: what it cached is what the policy implies. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { analyse } from '../../../harness/analysis/index.ts'
import type { LoadSpec, ModelSpec, Sample, StoredRun } from '../../../harness/types.ts'
import { createWorkload, type WorkloadInput } from '../../../harness/workloads/index.ts'
import { scratch } from '../../cli/scratch.ts'
import { start } from '../start.ts'
import { suiteOf } from '../suites.ts'

const folder = mkdtempSync(join(tmpdir(), 'distillbench-test-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const profile = { prefixCache: true, prefillMs: 1, prefillMsPerToken: 0, decodeMs: 1 }
const teacher: ModelSpec = { id: 'teacher', name: 'teacher', role: 'teacher', adapter: 'mock', options: { profile } }
const timing = { seconds: 20, warmupSeconds: 0, maxErrorShare: 0.5, maxInFlight: 500, requests: 24 }
const closed: LoadSpec = { id: 'c', kind: 'concurrency', streams: 1, ...timing }

type Options = Omit<Extract<WorkloadInput, { kind: 'synthetic' }>, 'id' | 'kind'>
function ask(workloads: Readonly<Record<string, Options>>, load: LoadSpec): Promise<StoredRun> {
  const made = Object.entries(workloads).map(([id, options]) => createWorkload({ id, kind: 'synthetic', ...options }, folder))
  return start(suiteOf({ models: [teacher], workloads: made, loads: [load], blocks: 1 }), scratch()).run
}
const cached = (samples: readonly Sample[]): number[] => samples.map(({ cachedTokens }) => cachedTokens ?? 0)

test('what the server had in its cache follows from the prefix policy; lengths are as asked, and nothing is graded', async () => {
  const run = await ask(
    {
      unique: { count: 8, input: 64, output: 5 },
      shared: { count: 24, input: 64, output: 3, prefix: { kind: 'shared', tokens: 32, distinct: 2 } },
      asis: { count: 8, input: 65, output: 3, prefix: 'asis' },
    },
    closed,
  )
  const of = (workload: string): readonly Sample[] => run.samples.filter(({ key }) => key.workload === workload)
  const told = run.record.warnings.filter(({ code }) => code === 'cached-prompts')
  // unique: never cached, though each prompt is asked three times
  const unique = of('unique')
  expect(cached(unique)).toEqual(Array<number>(24).fill(0))
  expect(unique.map(({ promptTokens, outputTokens }) => `${promptTokens} ${outputTokens}`)).toEqual(Array<string>(24).fill('64 5'))
  // shared: from the second request of each beginning on, in whole blocks, and no more than it
  expect(cached(of('shared'))).toEqual([0, 0, ...Array<number>(22).fill(32)])
  // as they are: every later round
  expect(cached(of('asis'))).toEqual([...Array<number>(8).fill(0), ...Array<number>(16).fill(64)])
  expect(told.map(({ message }) => message)).toEqual([expect.stringContaining('65.6% of the prompt tokens of workload asis came from the prefix cache')])
  expect(run.record.suite.workloads.map(({ grader, prefix }) => [grader, prefix])).toEqual([['none', 'unique'], ['none', 'shared: 32 tokens, 2 distinct'], ['none', 'asis']]) // prettier-ignore
  expect(run.samples.some((sample) => 'grade' in sample)).toBe(false)
  const accuracy = analyse([run]).rows.filter(({ metric }) => metric === 'accuracy')
  expect(accuracy.map(({ estimate }) => estimate)).toEqual(Array.from({ length: 3 }, () => ({ state: 'absent', why: 'no answer was graded' })))
})

test('a trace of blocks is replayed at its times, with its lengths and what its prompts share', async () => {
  const rows = [0, 50, 100].map((timestamp, i) => ({ timestamp, input_length: 600, output_length: 3 + i, hash_ids: [1, 10 + i] }))
  const file = join(folder, 'mooncake.jsonl')
  writeFileSync(file, rows.map((row) => JSON.stringify(row)).join('\n'))
  const { requests: _, ...limits } = timing
  const run = await ask({ load: { trace: { file } } }, { id: 't', kind: 'trace', file, format: 'auto', speed: 0.5, ...limits })
  const [first] = run.samples
  expect(run.samples.map(({ intendedMs }) => Math.round(intendedMs! - first!.intendedMs!))).toEqual([0, 100, 200])
  expect(run.samples.map(({ promptTokens, outputTokens }) => [promptTokens, outputTokens])).toEqual([[600, 3], [600, 4], [600, 5]]) // prettier-ignore
  expect(cached(run.samples)).toEqual([0, 512, 512])
})
