/** Charts as files, and a report from a packed record. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv } from 'ajv'
import { expect, test } from 'vitest'
import { analyse } from '../../harness/analysis/index.ts'
import { writeCharts } from '../../harness/cli/charts.ts'
import { analysisJsonSchema } from '../../reports/schema/analysis.ts'
import { smallRun } from '../analysis/small-run.ts'
import { distillbench } from './process.ts'
import { project } from './project.ts'
import { scratch } from './scratch.ts'

test('a packed record gives the page that run left, its JSON follows the schema, and its charts are files', async () => {
  const mine = project({ student: { accuracy: 0.5 } })
  expect((await distillbench(['run', 'suite.json'], { cwd: mine.folder })).code).toBe(0)
  const [dir = ''] = mine.runs()
  const again = await distillbench(['report', 'latest', '--charts', 'pictures'], { cwd: mine.folder })
  expect(again.stdout === readFileSync(join(dir, 'report.html'), 'utf8')).toBe(true) // texts of items come from columns now
  expect(again.stderr).toMatch(/^Charts: \d+ charts as SVG( and PNG)? in pictures\./)
  const validate = new Ajv({ strict: true, allowUnionTypes: true }).compile(analysisJsonSchema())
  validate(JSON.parse(readFileSync(join(dir, 'analysis.json'), 'utf8')))
  expect(validate.errors ?? []).toEqual([])
  const names = readdirSync(join(mine.folder, 'pictures'))
  expect(names).toEqual(expect.arrayContaining(['latency-end-to-end-0.svg', 'quality-speed-0.svg']))
  expect(names.filter((name) => !/^[a-z]+(-[a-z]+)*-\d+\.(svg|png)$/.test(name))).toEqual([])
})

test('each chart is a picture by itself, the same every time, with PNG beside it; one that cannot be drawn is named', async () => {
  const analysis = analyse([smallRun()])
  const dir = scratch()
  const { svg, png, noPng, missing } = await writeCharts(analysis, dir)
  expect(missing.every(({ why }) => why.length > 10)).toBe(true)
  expect(svg.length).toBeGreaterThan(3)
  const texts = svg.map((path) => readFileSync(path, 'utf8'))
  for (const text of texts)
    expect(text).toMatch(/^<svg role="img" aria-labelledby="title" aria-describedby="desc"[^>]*><title id="title">[^<]+<\/title><desc id="desc">[^<]+<\/desc>/)
  const latency = texts[svg.findIndex((path) => path.includes('latency'))]!
  for (const { name } of analysis.models) expect(latency).toContain(`>${name}</text>`) // who is which colour
  expect(latency).not.toMatch(/NaN|undefined|<script/)
  await writeCharts(analysis, dir)
  expect(svg.map((path) => readFileSync(path, 'utf8'))).toEqual(texts)
  expect(readdirSync(dir).filter((name) => name.endsWith('.part'))).toEqual([])
  if (noPng !== undefined) return
  expect(png).toHaveLength(svg.length)
  for (const path of png) expect(readFileSync(path).subarray(1, 4).toString()).toBe('PNG')
})

test('a folder that cannot be written is named', async () => {
  const file = join(scratch(), 'taken')
  mkdirSync(join(file, '..'), { recursive: true })
  writeFileSync(file, '')
  await expect(writeCharts(analyse([smallRun()]), file)).rejects.toMatchObject({
    code: 'storage',
    message: expect.stringContaining('a part of the path is no folder'),
  })
})
