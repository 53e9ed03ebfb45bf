/** Meters that a suite describes, from its file to the energy per token of models behind servers. */
import { writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { analyse } from '../../harness/analysis/index.ts'
import { runSuite } from '../../harness/run/runner.ts'
import { loadSuite } from '../../harness/suite/index.ts'
import { expectOk, ratioOf, valueOf } from '../analysis/find.ts'
import { scratch } from '../cli/scratch.ts'

/** A DCGM exporter with two hosts, whose GPUs draw a constant power; the counters are renewed every 20 ms, in millijoules. */
const WATTS = { teacher: 300, student: 75 }
let exporter: Server
let asked: { host: string; atMs: number }[]
beforeEach(async () => {
  asked = []
  const began = performance.now()
  exporter = createServer((request, response) => {
    const host = request.url === '/teacher' ? 'teacher' : 'student'
    asked.push({ host, atMs: performance.now() })
    const ms = Math.floor((performance.now() - began) / 20) * 20
    const line = (gpu: number): string => `DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION{gpu="${gpu}",modelName="NVIDIA L4"} ${5000 + (WATTS[host] / 2) * ms}`
    response.end(`# TYPE DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION counter\n${line(0)}\n${line(1)}\n`)
  })
  await new Promise<void>((resolve) => exporter.listen(0, '127.0.0.1', resolve))
})
afterEach(() => {
  exporter.closeAllConnections()
  exporter.close()
})

test('joules per token of two served models come from the counters of their hosts, and their ratio carries the scale of both', async () => {
  const dir = scratch()
  const url = `http://127.0.0.1:${(exporter.address() as AddressInfo).port}`
  const model = (role: string, decodeMs: number) => ({ role, adapter: 'mock', options: { profile: { prefillMs: 5, prefillMsPerToken: 0, decodeMs } } })
  writeFileSync(
    join(dir, 'suite.yaml'),
    JSON.stringify({
      name: 'served',
      models: { teacher: model('teacher', 8), student: model('student', 4) },
      workloads: [{ id: 'w', kind: 'list', maxTokens: 12, items: Array.from({ length: 8 }, (_, n) => ({ prompt: `tell me about ${n}`, target: 'x' })) }],
      loads: [{ kind: 'sequential' }],
      blocks: 1,
      warmup: { requests: 1 },
      meters: [
        { kind: 'prometheus', url: `${url}/teacher`, model: 'teacher' },
        { kind: 'prometheus', url: `${url}/student`, model: 'student' },
      ],
    }),
  )
  const loaded = await loadSuite(join(dir, 'suite.yaml'))
  const run = await runSuite(loaded, { out: dir, command: 'test', signal: new AbortController().signal }, () => {}, { meterIntervalMs: 20, idleMs: 300 })
  expect(run.record.meters.map(({ id, unit, spec }) => [id, unit, spec?.model])).toEqual([
    ['prometheus-teacher', 'J', 'teacher'],
    ['prometheus-student', 'J', 'student'],
  ])
  expect(run.record.cells.flatMap((cell) => (cell.state === 'failed' ? [cell.error] : []))).toEqual([])
  expect(run.record.warnings.filter(({ code }) => code === 'meter-failed')).toEqual([])
  const cells = new Map(run.record.cells.map(({ id, key }) => [id, key.model]))
  expect(new Set(run.series.map(({ cell, model: own }) => `${cells.get(cell)} by ${own}`))).toEqual(new Set(['teacher by teacher', 'student by student']))
  const analysis = analyse([run])
  for (const id of ['teacher', 'student'] as const) {
    const cell = run.record.cells.find(({ key }) => key.model === id)
    if (cell?.state !== 'done') expect.fail(`${id} was not run`)
    const seconds = (cell.phases.measure.endMs - cell.phases.measure.startMs) / 1000
    const tokens = run.samples.filter(({ key }) => key.model === id).reduce((sum, { outputTokens }) => sum + outputTokens, 0)
    const found = valueOf(analysis, 'energy-per-token', { model: id })
    expect(found.value / ((WATTS[id] * seconds) / tokens)).toBeCloseTo(1, 1)
    expect(found.origin).toBe('measured')
    expect(found.method).toContain('energy counter aligned with its ticks')
    expect(found.method).not.toContain('common to all models')
    expect(valueOf(analysis, 'power-idle', { model: id }).value / WATTS[id]).toBeCloseTo(1, 0)
    const net = valueOf(analysis, 'net-energy-per-token', { model: id })
    expect(Math.abs(net.value) / found.value).toBeLessThan(0.3) // it draws the same all the time
    expect(net.method).toContain(', net;')
  }
  const power = expectOk(ratioOf(analysis, 'power').ratio, 'ratio')
  expect(power.value).toBeCloseTo(0.25, 1)
  expect(power.method).toContain('the scale of each included')
  expect(Math.log(power.high / power.low) / 2).toBeGreaterThan(1.96 * Math.hypot(0.0288, 0.0288))
})
