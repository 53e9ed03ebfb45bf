import { fidelityCells } from '../../reports/fidelity.ts'
import { describe, expect, it } from 'vitest'
import type { Analysis, Sample, StoredRun } from '../../harness/types.ts'
import { FORMATS, renderReport, renderSamplesCsv } from '../../reports/index.ts'
import { randomPair } from '../analysis/scripted-run.ts'
import { measuredAnalysis } from '../fixtures/analyses/build.ts'
import { HOSTILE, hostileAnalysis, partialAnalysis } from '../fixtures/analyses/edges.ts'

/** A small reader of CSV as RFC 4180 has it: quotes doubled, line ends inside quotes. */
function parseCsv(text: string): string[][] {
  const rows: string[][] = [[]]
  const cell = /("(?:[^"]|"")*"|[^,\n]*)(,|\n)/gy
  for (let match = cell.exec(text); match !== null; match = cell.exec(text)) {
    const value = match[1]!
    rows.at(-1)!.push(value.startsWith('"') ? value.slice(1, -1).replaceAll('""', '"') : value)
    if (match[2] === '\n') rows.push([])
  }
  return rows.slice(0, -1)
}

describe('the tidy CSV', () => {
  it('has exactly the agreed columns and one row per fact', async () => {
    const analysis = measuredAnalysis()
    const [head, ...rows] = parseCsv(await renderReport(analysis, 'csv'))
    expect(head).toEqual(['run', 'model', 'role', 'workload', 'load', 'slice', 'metric', 'value', 'low', 'high', 'unit', 'origin'])
    expect(rows).toHaveLength(analysis.rows.length)
    expect(rows[0]).toEqual([
      analysis.runs[0]!.id,
      'teacher',
      'teacher',
      'arithmetic',
      'sequential',
      '',
      'accuracy',
      '0.984',
      expect.any(String),
      '1',
      'ratio',
      'measured',
    ])
    expect(rows.every((row) => row.length === 12)).toBe(true)
  })

  it('leaves a missing value empty, and keeps its unit', async () => {
    const rows = parseCsv(await renderReport(partialAnalysis(), 'csv'))
    const missing = rows.find((row) => row[1] === 'student-s' && row[6] === 'ttft')
    expect(missing?.slice(7)).toEqual(['', '', '', 'ms', ''])
  })

  it('leaves the ends empty where one observation has no interval', async () => {
    const analysis = structuredClone(measuredAnalysis())
    const { estimate } = analysis.rows[0]!
    if (estimate.state !== 'ok') expect.fail('the first row has a value')
    Object.assign(estimate.value, { value: 0.5, low: 0.5, high: 0.5, level: 0 })
    const [, row] = parseCsv(await renderReport(analysis, 'csv'))
    expect(row?.slice(7)).toEqual(['0.5', '', '', 'ratio', 'measured'])
  })

  it('survives hostile names', async () => {
    const analysis = hostileAnalysis()
    const rows = parseCsv(await renderReport(analysis, 'csv'))
    expect(rows).toHaveLength(analysis.rows.length + analysis.fidelity.flatMap(fidelityCells).length + 1)
    expect(rows.some((row) => row[5] === `slice${HOSTILE}`)).toBe(true)
  })
})

describe('the CSV of samples', () => {
  it('has one row per sample with times, tokens, grade and text', () => {
    const run = randomPair(3, 40)
    const [head, ...rows] = parseCsv([...renderSamplesCsv([run])].join(''))
    expect(rows).toHaveLength(run.samples.length)
    const first = Object.fromEntries(head!.map((name, index) => [name, rows[0]![index]]))
    const sample = run.samples[0]!
    expect(first).toMatchObject({
      run: run.record.id,
      cell: sample.cell,
      model: sample.key.model,
      item: sample.item,
      first_token_ms: String(sample.tokenMs[0]),
      output_tokens: String(sample.outputTokens),
      score: String(sample.grade?.score),
    })
  })

  it('disarms formulas in model text, and leaves an answer of −5 a number', () => {
    const run = randomPair(3, 4)
    const texts = ['=HYPERLINK("http://evil.example","x")', '-5', 'two\nlines, "quoted"', '\t=1']
    const samples = run.samples.slice(0, 4).map((sample, index): Sample => ({ ...sample, text: texts[index]! }))
    const hostile: StoredRun = { ...run, samples }
    const rows = parseCsv([...renderSamplesCsv([hostile])].join(''))
    expect(rows.slice(1).map((row) => row.at(-1))).toEqual([`'${texts[0]}`, '-5', texts[2], `'${texts[3]}`])
  })

  it('comes in chunks, so that a long run need not stand in memory', () => {
    const run = randomPair(3, 4)
    const many: StoredRun = { ...run, samples: Array.from({ length: 2500 }, () => run.samples[0]!) }
    const chunks = [...renderSamplesCsv([many])]
    expect(chunks.length).toBe(4)
    expect(parseCsv(chunks.join(''))).toHaveLength(2501)
  })
})

it('the JSON form is the analysis', async () => {
  const analysis: Analysis = measuredAnalysis()
  expect(JSON.parse(await renderReport(analysis, 'json'))).toEqual(JSON.parse(JSON.stringify(analysis)))
  expect(FORMATS).toEqual(['html', 'md', 'csv', 'json', 'card'])
})
