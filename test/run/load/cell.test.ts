/** The engine with real client processes, and an adapter that answers as its options say. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { rateSchedule } from '../../../harness/run/load/arrivals.ts'
import type { CellRecord, LoadedSuite, LoadSpec, ModelSpec, StageRecord, StoredRun } from '../../../harness/types.ts'
import { scratch } from '../../cli/scratch.ts'
import { start } from '../start.ts'
import { suiteOf, sums } from '../suites.ts'

const CLIENT = fileURLToPath(new URL('../../fixtures/adapters/scripted-client.mjs', import.meta.url))
const timing = { seconds: 2, warmupSeconds: 0, maxErrorShare: 0.5, maxInFlight: 500 }
const rate = (perSecond: number, parts: object = {}): LoadSpec => ({
  id: 'rate',
  kind: 'rate',
  perSecond,
  arrivals: { kind: 'poisson' },
  rampSeconds: 0,
  ...timing,
  ...parts,
})

function served(load: LoadSpec, options: object = {}, parts: { timeoutMs?: number; price?: ModelSpec['price'] } = {}): LoadedSuite {
  const model: ModelSpec = {
    id: 'teacher',
    name: 'teacher',
    role: 'teacher',
    adapter: CLIENT,
    options: { ...options },
    ...(parts.price ? { price: parts.price } : {}),
  }
  return suiteOf({ models: [model], workloads: [sums(5)], loads: [load], warmup: { requests: 1 }, timeoutMs: parts.timeoutMs ?? 30_000 })
}
const cellOf = ({ record }: StoredRun): Extract<CellRecord, { state: 'done' }> => {
  const [cell] = record.cells
  return cell?.state === 'done' ? cell : expect.fail(`the cell is ${JSON.stringify(cell)}`)
}
const stagesOf = (run: StoredRun): readonly StageRecord[] => cellOf(run).stages ?? []
const codes = ({ record }: StoredRun): string[] => record.warnings.map(({ code }) => code)

test('an open load sends each request at its due time, and latency can be counted from there', async () => {
  const run = await start(served(rate(100), { firstMs: 20, tokenMs: 5, tokens: 3 }), scratch()).run
  const [stage] = stagesOf(run)
  expect(run.record.state).toBe('done')
  expect(stage).toMatchObject({ index: 0, label: '100 requests/s', sent: 200, answered: 200, failed: 0 })
  expect(stage).not.toHaveProperty('stoppedBy')
  expect(run.samples).toHaveLength(200)
  const due = run.samples.map(({ intendedMs }) => intendedMs! - stage!.startMs).sort((a, b) => a - b)
  const planned = rateSchedule({ perSecond: 100, arrivals: { kind: 'poisson' }, rampSeconds: 0, seconds: 2 }, 1, 'sums', 'rate', 0, 0)
  due.forEach((time, i) => expect(time).toBeCloseTo(planned[i]!, 2))
  for (const { startMs, intendedMs, tokenMs, headersMs, endMs, stage: index, grade, outputTokens } of run.samples) {
    expect(startMs).toBeGreaterThanOrEqual(intendedMs!)
    expect(headersMs).toBeGreaterThanOrEqual(startMs)
    expect(tokenMs).toHaveLength(3)
    expect([...tokenMs, endMs]).toEqual([...tokenMs, endMs].sort((a, b) => a - b))
    expect({ index, outputTokens, graded: grade !== undefined }).toEqual({ index: 0, outputTokens: 3, graded: true })
  }
  expect(stage!.client).toMatchObject({ workers: 1, trustedStreams: { state: 'absent' }, sendLagP99Ms: { state: 'ok' } })
  expect(stage!.client.offeredPerSecond).toBeGreaterThan(90)
  expect(run.samples.filter(({ item }) => item === 'sum-0')).toHaveLength(40) // 200 requests over 5 items
})

test('a closed load keeps its streams busy until its time is over', async () => {
  const run = await start(served({ id: 'c', kind: 'concurrency', streams: 8, ...timing, seconds: 1 }, { firstMs: 10 }), scratch()).run
  const [stage] = stagesOf(run)
  expect(stage).toMatchObject({ label: '8 streams', failed: 0, client: { sendLagP99Ms: { state: 'absent' } } })
  expect(stage!.sent).toBeGreaterThan(50)
  expect(run.samples.every(({ intendedMs }) => intendedMs === undefined)).toBe(true)
  const events = run.samples.flatMap(({ startMs, endMs }) => [[startMs, 1] as const, [endMs, -1] as const]).sort(([a, x], [b, y]) => a - b || x - y)
  let [level, most] = [0, 0]
  for (const [, by] of events) most = Math.max(most, (level += by))
  expect(most).toBe(8)
})

test('a stage ends by its number of requests, and says so', async () => {
  const closed = await start(served({ id: 'c', kind: 'concurrency', streams: 4, ...timing, seconds: 20, requests: 30 }, { firstMs: 5 }), scratch()).run
  expect(stagesOf(closed)[0]).toMatchObject({ sent: 30, answered: 30, stoppedBy: 'requests' })
  const open = await start(served(rate(200, { seconds: 60, requests: 40 })), scratch()).run
  expect(stagesOf(open)[0]).toMatchObject({ sent: 40, answered: 40, stoppedBy: 'requests' })
})

test('a server that is too slow is found saturated, and what it owes is waited for', async () => {
  const run = await start(served(rate(200, { seconds: 10, maxInFlight: 20 }), { firstMs: 50, slots: 2 }), scratch()).run
  const [stage] = stagesOf(run)
  expect(stage).toMatchObject({ stoppedBy: 'saturated', failed: 0 })
  expect(stage!.sent).toBe(stage!.answered)
  expect(stage!.sent).toBeLessThan(200)
})

test('a stage in which too many requests fail is stopped; each of them is in the record with its error', async () => {
  const run = await start(served(rate(100, { seconds: 20, maxErrorShare: 0.2 }), { failEvery: 2 }), scratch()).run
  const [stage] = stagesOf(run)
  expect(stage).toMatchObject({ stoppedBy: 'errors' })
  expect(stage!.sent).toBeLessThan(500)
  expect(run.samples.filter(({ finish }) => finish === 'error')).toHaveLength(stage!.failed)
  expect(run.samples.find(({ error }) => error)?.error).toEqual({ code: 'http', message: 'the script says no', kind: 'http-500' })
})

test('a load stops when it has cost what it may', async () => {
  const price = { kind: 'token', inputPerMtoken: 0, outputPerMtoken: 1000, source: 's', date: '2025-01-01' } as const
  const run = await start(served(rate(100, { seconds: 20, maxUsd: 0.1 }), { tokens: 2 }, { price }), scratch()).run
  expect(stagesOf(run)[0]).toMatchObject({ stoppedBy: 'cost' })
  expect(stagesOf(run)[0]!.sent).toBeLessThan(200)
})

test('a sweep goes from one stream to saturation; every sample names its stage, and items go on from stage to stage', async () => {
  const sweep: LoadSpec = { id: 'sweep', kind: 'sweep', points: 5, arrivals: { kind: 'poisson' }, ...timing, seconds: 1.5, maxInFlight: 60 }
  const run = await start(served(sweep, { firstMs: 20, slots: 4 }), scratch()).run
  const stages = stagesOf(run)
  expect(stages[0]).toMatchObject({ index: 0, label: '1 stream', shape: { kind: 'concurrency', streams: 1 } })
  expect(stages.length).toBeGreaterThan(2)
  expect(stages.map(({ index }) => index)).toEqual(stages.map((_, i) => i))
  expect(stages.some(({ stoppedBy }) => stoppedBy === 'saturated')).toBe(true)
  for (const stage of stages) {
    const own = run.samples.filter((sample) => sample.stage === stage.index)
    expect(own).toHaveLength(stage.sent)
    for (const { startMs, endMs } of own) expect(startMs >= stage.startMs && endMs <= stage.endMs).toBe(true)
  }
  const firsts = stages.map(({ index }) => run.samples.filter(({ stage }) => stage === index).sort((a, b) => a.startMs - b.startMs)[0]?.item)
  let offset = 0
  stages.forEach(({ sent }, i) => {
    expect(firsts[i]).toBe(`sum-${offset % 5}`)
    offset += sent
  })
})

test('a client process that is killed makes a failed cell; what was in flight is counted as failed', async () => {
  const run = await start(served({ id: 'c', kind: 'concurrency', streams: 6, ...timing, seconds: 20 }, { firstMs: 150, killAfter: 20 }), scratch()).run
  expect(run.record.cells[0]).toMatchObject({ state: 'failed', error: { code: 'crashed', message: expect.stringContaining('was killed by SIGKILL') } })
  const failed = run.samples.filter(({ finish }) => finish === 'error')
  expect(failed.length).toBeGreaterThan(0)
  expect(failed.length).toBeLessThanOrEqual(6)
  expect(failed.every(({ error }) => error?.code === 'crashed')).toBe(true)
  expect(run.samples.filter(({ finish }) => finish === 'stop').length).toBeGreaterThan(0)
})

test('answers that never come are given up, as failed requests with their reason', async () => {
  const load: LoadSpec = { id: 'c', kind: 'concurrency', streams: 12, ...timing, seconds: 0.5, maxErrorShare: 0.1 }
  const run = await start(served(load, { firstMs: 10, hangAfter: 24 }), scratch()).run
  const failed = run.samples.filter(({ finish }) => finish === 'error')
  expect(failed).toHaveLength(12)
  expect(failed[0]?.error).toMatchObject({ code: 'timeout', kind: 'drained', message: 'not answered within 10 s after the stage had ended' })
  expect(stagesOf(run)[0]).not.toHaveProperty('stoppedBy') // all of its time was used
})

test('a blocked client is told from a slow server: its figures are not valid', async () => {
  const run = await start(served(rate(20), { blockMs: 60 }), scratch()).run
  const { client } = stagesOf(run)[0]!
  expect(client.verdict).toBe('invalid')
  expect(client.reasons.join()).toMatch(/after they were due/)
  expect(codes(run)).toContain('client-invalid')
  expect(codes(run).filter((code) => code === 'few-requests')).toHaveLength(1)
})

test('a load that was interrupted is put on again as a whole, and nothing of the first attempt is mixed in', async () => {
  const [out, once] = [scratch(), join(scratch(), 'once')]
  const suite = served(rate(50, { seconds: 1 }), { firstMs: 10, killAfter: 30, once })
  const first = await start(suite, out).run
  expect(first.record.state).toBe('failed')
  expect(first.samples.length).toBeGreaterThan(10)
  const resumed = await start(suite, out, { resume: first.record.id }).run
  expect(resumed.record.state).toBe('done')
  expect(existsSync(once)).toBe(true)
  expect(stagesOf(resumed)[0]).toMatchObject({ sent: 50, answered: 50 })
  expect(resumed.samples).toHaveLength(50)
  expect(Math.min(...resumed.samples.map(({ startMs }) => startMs))).toBeGreaterThan(Math.max(...first.samples.map(({ startMs }) => startMs)))
  const lines = readFileSync(join(resumed.dir, 'samples.jsonl'), 'utf8').trim().split('\n')
  expect(lines).toHaveLength(50 + first.samples.length) // the file keeps what happened
})

test('an interrupted run ends its client processes and counts nothing as failed', async () => {
  const { run } = start(served(rate(50, { seconds: 30 }), { firstMs: 10 }), scratch(), {
    onEvent: (event, controller) => event.type === 'sample' && controller.abort(),
  })
  const { record, samples } = await run
  expect(record.state).toBe('interrupted')
  expect(record.cells[0]?.state).toBe('planned')
  expect(samples.filter(({ finish }) => finish === 'error')).toEqual([])
})

test('--quick has shorter stages, and fewer', async () => {
  const run = await start(served(rate(40, { seconds: 60 }), { firstMs: 5 }), scratch(), { quick: true }).run
  expect(stagesOf(run)[0]).toMatchObject({ sent: 200 }) // five seconds
})
