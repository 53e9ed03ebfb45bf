import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, test } from 'vitest'
import { readCalibration, thisMachine, trustIn, trustOf, writeCalibration } from '../../../harness/run/load/calibration.ts'
import type { CalibrationPoint, ClientCalibration } from '../../../harness/types.ts'
import { scratch } from '../../cli/scratch.ts'
import { start } from '../start.ts'
import { suiteOf, sums } from '../suites.ts'

const point = (streams: number, p99: number, p50 = 0.5): CalibrationPoint => ({
  streams,
  requests: 100,
  workers: 1,
  cpuShare: 0.1,
  serverCpuShare: 0.2,
  ttftErrorMs: { p50, p99 },
  tokenErrorMs: { p50: 0.1, p99: 1 },
})
const calibration = (parts: Partial<ClientCalibration> = {}): ClientCalibration => ({
  machine: thisMachine(),
  at: '2026-01-02T03:04:05.000Z',
  tokensPerSecond: 20,
  points: [point(4, 1), point(40, 3)],
  trustedStreams: 40,
  ...parts,
})

describe('the file of calibrations', () => {
  it('says what to do where there is none', () => {
    expect(readCalibration(scratch())).toEqual({ state: 'absent', why: 'not calibrated here: distillbench doctor --load' })
  })

  it('keeps one calibration for each machine and version, the newest', () => {
    const out = join(scratch(), 'new')
    const other = { ...thisMachine(), node: 'v1.0.0' }
    writeCalibration(out, calibration({ machine: other }))
    expect(readCalibration(out)).toEqual({ state: 'absent', why: 'calibrated on another machine or version only: distillbench doctor --load' })
    writeCalibration(out, calibration({ at: '2025' }))
    writeCalibration(out, calibration())
    expect(readCalibration(out)).toEqual({ state: 'ok', value: calibration() })
    expect(readCalibration(out, other)).toMatchObject({ state: 'ok', value: { machine: other } })
    expect(readdirSync(out)).toEqual(['calibration.json'])
    expect(JSON.parse(readFileSync(join(out, 'calibration.json'), 'utf8'))).toMatchObject({ calibrations: { length: 2 } })
  })

  it.each(['{', '{"schema":"calibration/9","calibrations":[]}', '[]'])('is absent, with a reason, where it holds %s', (text) => {
    const out = scratch()
    writeFileSync(join(out, 'calibration.json'), text)
    expect(readCalibration(out)).toEqual({ state: 'absent', why: 'calibration.json is not a file of calibrations: distillbench doctor --load' })
    writeCalibration(out, calibration())
    expect(readCalibration(out).state).toBe('ok')
  })

  it('that cannot be written is an error of storage', () => {
    const out = scratch()
    writeFileSync(join(out, 'file'), '')
    expect(() => writeCalibration(join(out, 'file'), calibration())).toThrow(/cannot be written/)
  })
})

test.each<[readonly CalibrationPoint[], number]>([
  [[], 0],
  [[point(4, 11)], 0],
  [[point(4, 1, 2.5)], 0],
  [[point(4, 1), point(16, 10)], 16],
  [[point(4, 1), point(16, 11), point(64, 1)], 4], // a good point behind a bad one is luck
])('trust ends before the first point with large errors (%#)', (points, streams) => expect(trustOf(points)).toBe(streams))

test('a stage is told the errors of the first point with as many streams', () => {
  const value = { state: 'ok', value: calibration() } as const
  expect(trustIn(value, 3)).toMatchObject({ trustedStreams: { value: 40 }, calibrated: { streams: 4, ttftErrorMs: { p99: 1 } } })
  expect(trustIn(value, 5)).toMatchObject({ calibrated: { streams: 40, ttftErrorMs: { p99: 3 } } })
  expect(trustIn(value, 41)).toEqual({ trustedStreams: { state: 'ok', value: 40 } })
})

test('a run takes the calibration beside it into the certificate of its stages', async () => {
  const out = scratch()
  writeCalibration(out, calibration({ trustedStreams: 4 }))
  const adapter = fileURLToPath(new URL('../../fixtures/adapters/scripted-client.mjs', import.meta.url))
  const load = (id: string, streams: number) =>
    ({ id, kind: 'concurrency', streams, seconds: 20, requests: 30, warmupSeconds: 0, maxErrorShare: 0.5, maxInFlight: 500 }) as const
  const models = [{ id: 'teacher', name: 'teacher', role: 'teacher', adapter, options: { firstMs: 2 } }] as const
  const { record } = await start(suiteOf({ models, workloads: [sums(5)], loads: [load('few', 2), load('many', 8)] }), out).run
  const [few, many] = record.cells.map((cell) => (cell.state === 'done' ? cell.stages![0]!.client : expect.fail(cell.state)))
  expect(few).toMatchObject({ trustedStreams: { state: 'ok', value: 4 }, calibrated: { streams: 4, at: '2026-01-02T03:04:05.000Z' } })
  expect(few!.reasons.join()).not.toMatch(/calibrated/)
  expect(many).toMatchObject({ calibrated: { streams: 40 } })
  expect(many!.verdict).not.toBe('valid')
  expect(many!.reasons).toContain('8 requests were in flight, and this machine read 4 on time when it was calibrated')
})
