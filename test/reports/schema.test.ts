/** The published JSON Schema of the JSON form. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Ajv } from 'ajv'
import { describe, expect, it } from 'vitest'
import { analyse } from '../../harness/analysis/index.ts'
import { loadSuite } from '../../harness/suite/index.ts'
import type { Analysis } from '../../harness/types.ts'
import { renderReport } from '../../reports/index.ts'
import { analysisJsonSchema } from '../../reports/schema/analysis.ts'
import { publishedRun } from '../analysis/published-run.ts'
import { randomPair } from '../analysis/scripted-run.ts'
import { smallRun } from '../analysis/small-run.ts'
import { sweepRun } from '../analysis/sweep-run.ts'
import { emptyAnalysis, measuredAnalysis } from '../fixtures/analyses/build.ts'
import { failedAnalysis, hostileAnalysis, partialAnalysis } from '../fixtures/analyses/edges.ts'

const validate = new Ajv({ strict: true, allowUnionTypes: true }).compile(analysisJsonSchema())

const MADE: Record<string, () => Analysis | Promise<Analysis>> = {
  'a small run': () => analyse([smallRun()]),
  'a pair': () => analyse([randomPair(7, 60)]),
  'a sweep': () => analyse([sweepRun(() => 1)]),
  'quoted figures': async () => analyse([publishedRun((await loadSuite('o1-vs-r1')).suite)]),
  empty: emptyAnalysis,
  measured: measuredAnalysis,
  failed: failedAnalysis,
  partial: partialAnalysis,
  hostile: hostileAnalysis,
}

describe('the schema of the JSON form', () => {
  it.each(Object.entries(MADE))('holds for %s', async (_name, make) => {
    validate(JSON.parse(await renderReport(await make(), 'json')))
    expect(validate.errors ?? []).toEqual([])
  })

  it('refuses a number that is missing, a unit that nobody knows, and another version', () => {
    const analysis = analyse([smallRun()])
    const [row] = analysis.rows
    for (const wrong of [
      { ...analysis, rows: [{ ...row, estimate: { state: 'ok', value: { value: null } } }] },
      { ...analysis, distributions: [{ ...analysis.distributions[0], unit: 'furlong' }] },
      { ...analysis, schema: 'analysis/2' },
    ])
      expect(validate(JSON.parse(JSON.stringify(wrong)))).toBe(false)
  })

  it('is in the package as it is in the code', () => {
    const built = fileURLToPath(new URL('../../dist/analysis.schema.json', import.meta.url))
    expect(JSON.parse(readFileSync(built, 'utf8'))).toEqual(JSON.parse(JSON.stringify(analysisJsonSchema())))
  })
})
