import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { changePoints } from '../../harness/analysis/stats/change-points.ts'
import { historyOf } from '../../harness/history/index.ts'
import { parseRows } from '../../harness/history/rows.ts'
import { createRandom } from '../../harness/random.ts'
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
