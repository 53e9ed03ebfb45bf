import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { calibrateLoad, checkLoad } from '../../harness/cli/doctor/load.ts'
import { spreadOf, timesApart } from '../../harness/cli/doctor/truth.ts'
import { readCalibration } from '../../harness/run/index.ts'
import type { Unpacked } from '../../harness/run/load/pack.ts'
import { scratch } from './scratch.ts'

/** An answer that began at `startMs`, with tokens at these times. */
function answer(promptTokens: number, startMs: number, tokenMs: number[]): Unpacked {
  const completion = { finish: 'length', text: '', promptTokens, outputTokens: tokenMs.length, countedBy: 'server' } as const
  return { number: 0, dueMs: startMs, startMs, endMs: tokenMs.at(-1) ?? startMs, answer: { ok: true, tokenMs, completion } }
}
const truth = (promptTokens: number, receivedMs: number, tokenMs: number[]) => ({
  promptTokens,
  receivedNs: receivedMs * 1e6,
  tokensNs: tokenMs.map((ms) => ms * 1e6),
})
const all = (): boolean => true

test('errors are those of the same request, in whatever order answers and truth are told', () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ kind: fc.integer({ min: 1, max: 3 }), late: fc.integer({ min: 0, max: 40 }) }), { minLength: 1, maxLength: 30 }),
      fc.nat(),
      (requests, shift) => {
        const answers = requests.map(({ kind, late }, i) => answer(kind, 100 * i, [100 * i + 50 + late, 100 * i + 60]))
        const server = requests.map(({ kind }, i) => truth(kind, 100 * i + 1, [100 * i + 50, 100 * i + 60]))
        const turned = [...server.slice(shift % server.length), ...server.slice(0, shift % server.length)]
        const errors = timesApart(answers, turned, 0, all)
        expect(errors.requests).toBe(requests.length)
        const sorted = (values: number[]): number[] => values.map(Math.round).sort((a, b) => a - b)
        expect(sorted(errors.ttftMs)).toEqual(sorted(requests.map(({ late }) => late + 1)))
        expect(sorted(errors.tpotMs)).toEqual(sorted(requests.map(({ late }) => late)))
        expect(sorted(errors.tokenMs)).toEqual(sorted(requests.flatMap(({ late }) => [late, 0])))
      },
    ),
  )
})

test('requests that cannot be told apart, or have other tokens than were written, are left out', () => {
  const server = [truth(1, 0, [5]), truth(1, 10, [15]), truth(2, 0, [5, 6])]
  expect(timesApart([answer(1, 0, [5]), answer(2, 0, [5])], server, 0, all)).toEqual({ requests: 0, ttftMs: [], tpotMs: [], tokenMs: [] })
  expect(timesApart([answer(2, 0, [5, 7])], server, 0, () => false).requests).toBe(0)
})

test('a spread is median and 99th percentile', () => {
  expect(spreadOf(Array.from({ length: 1000 }, (_, i) => 999 - i))).toEqual({ p50: 500, p99: 990 })
  expect(spreadOf([0.12345])).toEqual({ p50: 0.123, p99: 0.123 })
})

test('doctor --load reads a server that keeps its own times, and keeps what it found for later runs', { timeout: 60_000 }, async () => {
  const out = join(scratch(), 'runs')
  expect(checkLoad(out)).toEqual([{ group: 'load', name: 'client', state: 'absent', detail: 'not calibrated here: distillbench doctor --load' }])
  const lines: string[] = []
  const { calibration, checks } = await calibrateLoad(out, { signal: new AbortController().signal, streams: [8], seconds: 2 }, (line) => lines.push(line))
  const [point] = calibration.points
  expect(calibration).toMatchObject({ tokensPerSecond: 20, points: [{ streams: 8, requests: 8, workers: 1 }] })
  for (const { p50, p99 } of [point!.ttftErrorMs, point!.tokenErrorMs]) expect(p50 > 0 && p50 <= p99 && p99 < 5000).toBe(true)
  expect(lines).toEqual([expect.stringMatching(/^ +8 streams: TTFT error p50 [\d.]+ ms, p99 [\d.]+ ms; token times/)])
  expect(readCalibration(out)).toEqual({ state: 'ok', value: calibration })
  expect(checks).toEqual(checkLoad(out))
})

test('a calibration that is interrupted keeps nothing', { timeout: 60_000 }, async () => {
  const [out, controller] = [scratch(), new AbortController()]
  setTimeout(() => controller.abort(), 300)
  await expect(calibrateLoad(out, { signal: controller.signal, streams: [8], seconds: 2 }, () => {})).rejects.toMatchObject({ code: 'aborted' })
  expect(readCalibration(out).state).toBe('absent')
})
