import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { planSuite, runSuite } from '../../harness/run/index.ts'
import { loadSuite } from '../../harness/suite/index.ts'
import { startMock } from '../../scripts/mock/index.ts'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const signal = new AbortController().signal
const VARIABLES = ['TEACHER_URL', 'TEACHER_MODEL', 'STUDENT_URL', 'STUDENT_MODEL']
let out: string

beforeAll(async () => {
  out = await mkdtemp(join(tmpdir(), 'serving-'))
})
afterAll(async () => {
  for (const name of VARIABLES) delete process.env[name]
  await rm(out, { recursive: true, force: true })
})

describe('the suite serving', () => {
  test('asks 240 different questions, the same for the same seed, and plans without an address', async () => {
    const loaded = await loadSuite('serving')
    const [plan, again] = [await planSuite(loaded), await planSuite(loaded)]
    const [first] = plan.workloads
    expect(first?.items).toHaveLength(240)
    expect(new Set(first?.items.map(({ hash }) => hash)).size).toBe(240)
    expect(again.workloads).toEqual(plan.workloads)
    expect((await planSuite(loaded, { seed: 4 })).workloads[0]?.itemsHash).not.toBe(first?.itemsHash)
  })

  test('without an address every cell fails with the variable to set, and nothing is asked', async () => {
    const run = await runSuite(await loadSuite('serving'), { out, quick: true, command: 'test', signal }, () => undefined)
    const failed = run.record.cells.filter((cell) => cell.state === 'failed')
    expect(failed).toHaveLength(run.record.cells.length)
    expect(failed[0]?.state === 'failed' && failed[0].error.message).toMatch(/environment variable (TEACHER|STUDENT)_URL, which is not set/)
    expect(run.samples).toEqual([])
  })

  test('measures the two endpoints that the environment names', async () => {
    const server = await startMock({ models: [{ name: 'big' }, { name: 'small' }] })
    Object.assign(process.env, { TEACHER_URL: `${server.url}/v1`, TEACHER_MODEL: 'big', STUDENT_URL: `${server.url}/v1`, STUDENT_MODEL: 'small' })
    try {
      const loaded = await loadSuite('serving')
      // A sweep to saturation takes a minute; three of its stages show as much.
      const loads = loaded.suite.loads.map((load) => (load.kind === 'sweep' ? { ...load, points: 3 } : load))
      const run = await runSuite({ ...loaded, suite: { ...loaded.suite, loads } }, { out, quick: true, command: 'test', signal }, () => undefined)
      expect(run.record.state).toBe('done')
      expect(run.samples.every(({ finish, tokenMs }) => finish !== 'error' && tokenMs.length > 0)).toBe(true)
      expect(new Set(run.samples.map(({ key }) => key.model))).toEqual(new Set(['teacher', 'student']))
      expect(run.samples.filter(({ grade }) => grade?.score === 1).length).toBeGreaterThan(0)
    } finally {
      await server.close()
    }
  })
})
