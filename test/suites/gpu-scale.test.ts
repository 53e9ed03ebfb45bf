import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { analyse } from '../../harness/analysis/index.ts'
import { memoryOf, memoryWarnings, refuseTooLarge } from '../../harness/cli/memory.ts'
import { planSuite, runSuite } from '../../harness/run/index.ts'
import { loadSuite } from '../../harness/suite/index.ts'
import type { Analysis, StoredRun } from '../../harness/types.ts'
import { renderMarkdown } from '../../reports/markdown.ts'
import { summaryTable } from '../../reports/terminal.ts'

describe('the suite gpu-scale', () => {
  test('says what memory each model needs, and is refused where a backend cannot have it', async () => {
    const loaded = await loadSuite('gpu-scale')
    const plan = await planSuite(loaded)
    const memory = await memoryOf(plan, loaded.suite)
    expect(memory.map(({ model, need }) => [model, Math.round(need.weights / 1e6), need.batch, need.tokens])).toEqual([
      ['teacher', 5082, 32, 576],
      ['student-350m', 1346, 32, 576],
      ['student-160m', 654, 32, 576],
      ['student-125m', 438, 32, 576],
    ])
    expect(() => refuseTooLarge(memory, 'wasm')).toThrow(/^teacher cannot run on wasm: it needs at least 12 GB .* can address 4\.3 GB \(and 1 more\)$/)
    expect(() => refuseTooLarge(memory, 'webgpu')).not.toThrow()
    expect(memoryWarnings(memory)[0]).toMatch(/^teacher cannot run on wasm/)
    expect(plan.requests).toBe(4 * 4 * (4 + 16 + 64))
  })
})

describe('the suite gpu-scale-small, run on wasm', () => {
  let [out, run, analysis] = ['', undefined as unknown as StoredRun, undefined as unknown as Analysis]
  beforeAll(async () => {
    out = await mkdtemp(join(tmpdir(), 'scale-'))
    const loaded = await loadSuite('gpu-scale-small')
    // The teacher and one load of the decoding workload: the path is the same for the rest.
    const suite = { ...loaded.suite, loads: loaded.suite.loads.slice(1), workloads: loaded.suite.workloads.slice(1) }
    run = await runSuite({ ...loaded, suite }, { out, quick: true, backend: 'wasm', command: 'test', signal: new AbortController().signal }, () => {})
    analysis = analyse([run])
  })
  afterAll(() => rm(out, { recursive: true, force: true }))

  test('asks exact lengths in batches, and times the steps', () => {
    expect(run.record.cells.map(({ state }) => state)).toEqual(['done', 'done'])
    expect(run.samples.every(({ promptTokens, outputTokens, grade }) => promptTokens === 16 && outputTokens === 16 && grade === undefined)).toBe(true)
    const [cell] = run.record.cells
    const steps = cell?.state === 'done' ? cell.steps : []
    expect(steps.map(({ step, batch, tokens }) => `${step} ${batch} ${tokens}`)).toEqual(['prefill 1 32', 'decode 1 32', 'prefill 4 32', 'decode 4 32'])
  })

  test('gives no verdict, and says that no accuracy was measured', () => {
    expect(analysis.verdicts).toEqual([
      expect.objectContaining({
        student: 'student-1m',
        decision: 'undecided',
        ungraded: true,
        sentence: expect.stringMatching(/^no accuracy measured/) as string,
      }),
    ])
    const page = renderMarkdown(analysis)
    expect(page).toContain('No verdict on Student 1M, random weights')
    expect(page).toContain('No accuracy'.toLowerCase())
    expect(page).not.toMatch(/may replace|are graded/)
    expect(summaryTable(analysis, { width: 100, color: false })).toContain('no accuracy measured')
    expect(analysis.counts.every(({ truncated }) => truncated === 0)).toBe(true)
  })

  test('puts speed beside the limits that were measured on the device', () => {
    const rows = analysis.roofline
    expect(rows).toHaveLength(2)
    for (const { roofline } of rows) {
      if (roofline.state !== 'ok') throw new Error('no roofline')
      const { device, bandwidthUtilisation, flopUtilisation } = roofline.value
      expect(device.source).toBe('the best that was measured here')
      for (const one of [bandwidthUtilisation, flopUtilisation]) expect(one.state === 'ok' && one.value.value > 0).toBe(true)
    }
  })
})
