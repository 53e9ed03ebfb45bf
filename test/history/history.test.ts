import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { changePoints } from '../../harness/analysis/stats/change-points.ts'
import { historyOf } from '../../harness/history/index.ts'
import { parseRows } from '../../harness/history/rows.ts'
import { createRandom } from '../../harness/random.ts'
import { main } from '../../harness/cli/main.ts'
import { chartSvg, historyCharts, historyHtml } from '../../reports/html/history.ts'
import { renderSvg } from '../../reports/svg.ts'
import { historyText, sparkline } from '../../reports/history.ts'
import { randomPair } from '../analysis/scripted-run.ts'

const HEAD = 'run,model,role,workload,load,slice,metric,value,low,high,unit,origin'

/** Runs that hold a record and a metrics.csv with one figure. */
function folderOf(values: readonly number[], environment: (i: number) => object = () => ({})): string {
  const out = mkdtempSync(join(tmpdir(), 'distillbench-history-'))
  const { record } = randomPair(1, 4)
  values.forEach((value, i) => {
    const id = `run-${String(i).padStart(4, '0')}`
    const dir = join(out, 'runs', id)
    mkdirSync(dir, { recursive: true })
    const createdAt = new Date(Date.UTC(2025, 0, 1) + i * 86_400_000).toISOString()
    writeFileSync(join(dir, 'run.json'), JSON.stringify({ ...record, id, createdAt, environment: { ...record.environment, ...environment(i) } }))
    writeFileSync(
      join(dir, 'metrics.csv'),
      `${HEAD}\n${id},student,student,sums,"a, load",,throughput,${value},${value - 1},${value + 1},token/s,measured\n${id},student,student,sums,"a, load",,ttft,,,,ms,\n`,
    )
  })
  return out
}
const noisy = (seed: number, levels: readonly number[], each: number): number[] => {
  const random = createRandom('levels', seed)
  return levels.flatMap((level) => Array.from({ length: each }, () => level * (1 + 0.01 * random.normal())))
}

describe('change points', () => {
  const find = (values: readonly number[]): number[] => changePoints(values, { random: createRandom('test') }).map(({ at }) => at)
  test('are where the level changes', () => {
    expect(find(noisy(1, [100, 90, 110], 15))).toEqual([15, 30])
  })
  test('are rarely found where nothing changed', () => {
    const alarms = Array.from({ length: 60 }, (_, seed) => find(noisy(seed, [100], 30))).filter((found) => found.length > 0)
    expect(alarms.length).toBeLessThanOrEqual(3) // 1% each: more than 3 of 60 has a chance of 0.4%
  })
  test('are not affected by the scale of the values, and short series have none', () => {
    const values = noisy(2, [100, 92], 12)
    expect(find(values.map((value) => value * 1e-6))).toEqual(find(values))
    expect(find([1, 2, 1, 2, 9, 9, 9])).toEqual([])
    expect(find([])).toEqual([])
    expect(find(Array.from({ length: 40 }, () => 5))).toEqual([])
  })
})

describe('the history of a metric', () => {
  test('is a series for each model, workload and load, oldest first, with its change and its environment', () => {
    const out = folderOf(noisy(3, [100, 80], 12), (i) => (i < 18 ? {} : { node: 'v22.0.0' }))
    const { series, runs, without } = historyOf([out], { metric: 'throughput' })
    expect({ runs, without, count: series.length }).toEqual({ runs: 24, without: 0, count: 1 })
    expect(series[0]).toMatchObject({ model: 'student', workload: 'sums', load: 'a, load', unit: 'token/s' })
    expect(series[0]!.points.map(({ run }) => run)).toEqual(series[0]!.points.map((_, i) => `run-${String(i).padStart(4, '0')}`))
    expect(series[0]!.changes.map(({ at }) => at)).toEqual([12])
    expect(series[0]!.points.flatMap(({ changed }, i) => (changed.length > 0 ? [[i, changed]] : []))).toEqual([[18, ['node v20.20.0 → v22.0.0']]])
    const text = historyText(series, 'throughput', { width: 80 })
    expect(text).toContain('changed with run-0012')
    expect(text).toContain('environment changed with run-0018: node v20.20.0 → v22.0.0')
  })
  test('is the same from what was kept of the records, however they are laid out, and after one was replaced', () => {
    const out = folderOf([1, 2, 3])
    const path = (i: number): string => join(out, 'runs', `run-000${i}`, 'run.json')
    const rewrite = (i: number, change: object, indent?: number): void =>
      writeFileSync(path(i), JSON.stringify({ ...(JSON.parse(readFileSync(path(i), 'utf8')) as object), ...change }, undefined, indent))
    rewrite(1, {}, 1) // as the tool writes it
    const first = historyOf([out], { metric: 'throughput' })
    const cache = join(out, 'history.cache.json')
    expect(readFileSync(cache, 'utf8')).toContain('run-0001')
    expect(historyOf([out], { metric: 'throughput' })).toEqual(first)
    rewrite(0, { createdAt: '2030-01-01T00:00:00.000Z' })
    rmSync(join(out, 'runs/run-0002'), { recursive: true })
    expect(historyOf([out], { metric: 'throughput' }).series[0]?.points.map(({ run }) => run)).toEqual(['run-0001', 'run-0000'])
    expect(readFileSync(cache, 'utf8')).not.toContain('run-0002')
    for (const damaged of ['', '{"version":1,"heads":[]}', '{"version":99,"heads":{}}']) {
      writeFileSync(cache, damaged)
      expect(historyOf([out], { metric: 'throughput' }).series[0]?.points).toHaveLength(2)
    }
    expect(readdirSync(out).sort()).toEqual(['history.cache.json', 'runs'])
  })
  test('leaves out what is filtered, what has no value, and runs without figures', () => {
    const out = folderOf([1, 2])
    expect(historyOf([out], { metric: 'throughput', models: ['teacher'] }).series).toEqual([])
    expect(historyOf([out], { metric: 'ttft' }).series).toEqual([])
    expect(historyOf([out, folderOf([3])], { metric: 'throughput' }).series[0]?.points).toHaveLength(3)
    expect(historyOf([join(out, 'nothing')], { metric: 'throughput' })).toEqual({ series: [], runs: 0, without: 0 })
  })
  test('of an unknown metric is refused with the nearest', () => {
    expect(() => historyOf([], { metric: 'througput' })).toThrow(/did you mean throughput\?/)
  })
  test('rows of any text are read without an exception, and quoted cells as they were', () => {
    expect(parseRows(`${HEAD}\r\nr,"say ""hi"", you",student,w,l,,ttft,1.5,,,ms,measured\r\n`, 'ttft')).toEqual([
      { model: 'say "hi", you', workload: 'w', load: 'l', slice: '', value: 1.5, unit: 'ms', origin: 'measured' },
    ])
    fc.assert(fc.property(fc.string({ unit: fc.constantFrom('"', ',', '\n', '\r', 'ttft', 'x', '1') }), (text) => void parseRows(`${HEAD}\n${text}`, 'ttft')))
  })
  test('a sparkline goes from the least to the most, and is level where nothing differs', () => {
    expect(sparkline([1, 2, 3, 8])).toBe('▁▂▃█')
    expect(sparkline([5, 5])).toBe('▄▄')
  })
})

describe('the chart of a history', () => {
  const series = historyOf([folderOf(noisy(3, [100, 80], 12), (i) => (i < 18 ? {} : { node: 'v22.0.0' }))], { metric: 'throughput' }).series
  const [chart] = historyCharts(series, 'throughput')

  test('marks where level and environment changed, in the picture, in words and in its table', async () => {
    if (chart?.state !== 'drawn') throw new Error('not drawn')
    const { takeaway, table, spec } = chart.chart
    expect(takeaway).toMatch(/^1 change of level in the newest 24 runs; the latest: student from .* to .* \(−\d.*with run run-0012\.$/)
    expect(table.rows).toHaveLength(24)
    expect(table.rows[12]?.at(-1)).toMatch(/^level from \d+\S* tokens\/s to \d/)
    expect(table.rows[18]?.at(-1)).toBe('node v20.20.0 → v22.0.0')
    const warnings: string[] = []
    const svg = await renderSvg(spec, { onWarning: (message) => warnings.push(message) })
    expect(warnings).toEqual([])
    expect(svg).toContain('stroke-dasharray="4,3"')
    expect(svg).not.toMatch(/NaN|undefined|Infinity/)
  })
  test('stands by itself as SVG with a title and what it shows, and as a page without scripts; names cannot end what stands around them', async () => {
    const hostile = series.map((one) => ({ ...one, model: '"><script>alert(1)</script>', suite: '</title><b>' }))
    const [drawn] = historyCharts(hostile, 'throughput')
    if (drawn?.state !== 'drawn') throw new Error('not drawn')
    const svg = await chartSvg(drawn.chart)
    expect(svg).toMatch(/^<svg role="img" aria-labelledby="title" aria-describedby="desc"[^>]*><title id="title">Throughput over time: &lt;\/title&gt;/)
    const page = await historyHtml(hostile, 'throughput')
    for (const text of [svg, page]) expect(text).not.toMatch(/<script|<b>/)
    expect(page).toMatch(/<figure[\s\S]*<th scope="col"[^>]*>What changed/)
    expect(await historyHtml(hostile, 'throughput')).toBe(page)
  })
  test('needs two runs, and says so', () => {
    const one = series.map((own) => ({ ...own, points: own.points.slice(0, 1), changes: [] }))
    expect(historyCharts(one, 'throughput')[0]).toMatchObject({ state: 'missing', why: expect.stringMatching(/one run so far/) as string })
  })
  test('is written by the command; several charts do not fit into one picture', async () => {
    const said = { stdout: '', stderr: '' }
    const look = { isTerminal: false, color: false, width: 80 }
    const io = { result: async (text: string) => void (said.stdout += text), note: (text: string) => void (said.stderr += text), stdout: look, stderr: look }
    const out = folderOf(noisy(3, [100, 80], 6))
    const file = (name: string): string => join(out, name)
    expect(await main(['history', 'throughput', '--runs', out, '--svg', file('a.svg'), '--html', file('a.html')], io)).toBe(0)
    expect(readFileSync(file('a.svg'), 'utf8')).toMatch(/^<svg /)
    expect(readFileSync(file('a.html'), 'utf8')).toMatch(/^<!doctype html>/)
    const other = folderOf([1, 2])
    const csv = join(other, 'runs/run-0000/metrics.csv')
    writeFileSync(csv, readFileSync(csv, 'utf8').replace('"a, load"', 'other'))
    expect(await main(['history', 'throughput', '--runs', other, '--svg', file('b.svg')], io)).toBe(2)
    expect(said.stderr).toMatch(/--svg holds one chart, and there are 2/)
  })
})
