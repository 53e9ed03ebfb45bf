import fc from 'fast-check'
import { expect, test } from 'vitest'
import { cropSeries } from '../../harness/run/metering.ts'
import type { Meter, Observed, Series } from '../../harness/types.ts'
import { scratch } from '../cli/scratch.ts'
import { start } from './start.ts'
import { scripted, suiteOf, sums } from './suites.ts'

const OK: Observed<string> = { state: 'ok', value: 'works' }

/** A meter that reads a counter every so often, as a real one would, and remembers how it was used. */
function fakeMeter(parts: Partial<Meter> = {}): Meter & { pids: (number | undefined)[] } {
  const pids: (number | undefined)[] = []
  const meter: Meter = {
    id: 'fake-power',
    summary: 'a fake',
    unit: 'W',
    origin: 'measured',
    probe: async () => OK,
    async start(clock, { intervalMs, pid }) {
      pids.push(pid)
      const [t, v]: [number[], number[]] = [[clock()], [0]]
      const timer = setInterval(() => {
        t.push(clock())
        v.push(t.length)
      }, intervalMs)
      return {
        async stop(): Promise<Series> {
          clearInterval(timer)
          t.push(clock())
          v.push(t.length)
          return { meter: meter.id, unit: 'W', origin: 'measured', how: 'counts', t, v }
        },
      }
    },
    ...parts,
  }
  return { ...meter, pids }
}
const suite = suiteOf({ models: [scripted('teacher', { firstMs: 40 })], workloads: [sums(4)], blocks: 1, warmup: { requests: 2 } })
const run = (meters: readonly Meter[], probe: Observed<string> = OK) =>
  start(suite, scratch(), { parts: { meters: meters.map((meter) => ({ meter, probe })), meterIntervalMs: 10, idleMs: 60 } })

test('a meter reads the idle phases before and after, and the measured window of the model’s process and a little more', async () => {
  const meter = fakeMeter()
  const started = run([meter])
  const { record, series } = await started.run
  expect(record.meters).toEqual([{ id: 'fake-power', probe: OK, origin: 'measured', unit: 'W' }])
  const [cell] = record.cells
  if (cell?.state !== 'done') expect.fail('the cell failed')
  expect(series.map(({ phase, cell: id }) => `${phase} ${id}`)).toEqual([`idle ${cell.id}`, `measure ${cell.id}`, `idle-after ${cell.id}`])
  const [idle, measure, after] = series.map(({ t }) => t)
  const { open, warmup, measure: window } = cell.phases
  expect(idle?.[0]).toBeGreaterThanOrEqual(open.endMs)
  expect(idle?.at(-2)).toBeLessThan(warmup.startMs)
  expect(measure?.[0]).toBeLessThanOrEqual(window.startMs)
  expect(measure?.filter((t) => t >= window.endMs).length).toBeGreaterThan(2) // for the age of readings
  expect(after?.[1]).toBeGreaterThan(window.endMs + 60) // the requests have died down
  expect(meter.pids[0]).toBeGreaterThan(0)
  expect(meter.pids[0]).not.toBe(process.pid)
  expect(started.events.map((event) => (event.type === 'cell-phase' ? event.phase : ''))).toContain('idle')
})

test('there is no idle phase without a meter that measures power', async () => {
  const { run: stored, events } = run([fakeMeter({ origin: 'estimated' }), fakeMeter({ id: 'bytes', unit: 'byte' })])
  expect((await stored).series.map(({ phase }) => phase)).toEqual(['measure', 'measure'])
  expect(events.map((event) => (event.type === 'cell-phase' ? event.phase : ''))).not.toContain('idle')
})

test('a meter that fails to start or to stop is a warning and has no series, and the run goes on', async () => {
  const refuse = async (): Promise<never> => {
    throw new Error('the sensor is gone')
  }
  const { run: stored } = run([fakeMeter({ id: 'no-start', start: refuse }), fakeMeter({ id: 'no-stop', start: async () => ({ stop: refuse }) }), fakeMeter()])
  const { record, series } = await stored
  expect(record.state).toBe('done')
  expect(new Set(series.map(({ meter }) => meter))).toEqual(new Set(['fake-power']))
  expect(record.warnings.map(({ code, message }) => `${code}: ${message}`)).toEqual([
    'meter-failed: the meter no-start failed to start: the sensor is gone',
    'meter-failed: the meter no-stop failed to stop: the sensor is gone',
  ])
})

test('a meter that does not work here is in the record with the reason and is not started', async () => {
  const meter = fakeMeter()
  const absent: Observed<string> = { state: 'absent', why: 'no such sensor' }
  const { record, series } = await run([meter], absent).run
  expect(record.meters).toEqual([{ id: 'fake-power', probe: absent, origin: 'measured', unit: 'W' }])
  expect(series).toEqual([])
  expect(meter.pids).toEqual([])
})

test('readings are kept up to the moment in which the process crashed', async () => {
  const crashing = suiteOf({ models: [scripted('teacher', { firstMs: 40, trouble: { at: 'measure', after: 2, how: 'exit' } })], blocks: 1 })
  const { run: stored } = start(crashing, scratch(), { parts: { meters: [{ meter: fakeMeter(), probe: OK }], meterIntervalMs: 10, idleMs: 0 } })
  const { series, samples } = await stored
  expect(series.map(({ phase }) => phase)).toEqual(['measure'])
  expect(series[0]?.t[0]).toBeLessThanOrEqual(samples[0]?.startMs ?? 0)
  expect(series[0]?.t.at(-1)).toBeGreaterThanOrEqual(samples[1]?.endMs ?? Infinity)
})

test('a cropped series has every reading of the window, at most one on each side, and no others', () => {
  const times = fc.array(fc.integer({ min: 0, max: 100 }), { maxLength: 30 }).map((list) => [...new Set(list)].sort((a, b) => a - b))
  fc.assert(
    fc.property(times, fc.integer({ min: 0, max: 100 }), fc.nat(60), (t, startMs, length) => {
      const endMs = startMs + length
      const cropped = cropSeries({ meter: 'm', unit: 'W', origin: 'measured', how: '', t, v: t.map((time) => time * 2) }, { startMs, endMs })
      expect(cropped.v).toEqual(cropped.t.map((time) => time * 2))
      const inside = t.filter((time) => time > startMs && time < endMs)
      expect(cropped.t.filter((time) => time > startMs && time < endMs)).toEqual(inside)
      expect(cropped.t.filter((time) => time <= startMs)).toEqual(t.filter((time) => time <= startMs).slice(-1))
      if (length > 0) expect(cropped.t.filter((time) => time >= endMs)).toEqual(t.filter((time) => time >= endMs).slice(0, 1))
    }),
  )
})

test('meters are told which GPU the model uses, and what is not sure of it is a warning of the run', async () => {
  const gpu = { names: ['NVIDIA Fake'], vendor: 'nvidia' }
  const told: unknown[] = []
  const meter = fakeMeter({
    async start(clock, context) {
      told.push(context.gpu)
      return { ...(await fakeMeter().start(clock, context)), notes: ['which of 2 GPUs the model uses is not known'] }
    },
  })
  const using = suiteOf({ models: [scripted('teacher', { gpu })], workloads: [sums(2)], blocks: 1, warmup: { requests: 0 } })
  const { record } = await start(using, scratch(), { parts: { meters: [{ meter, probe: OK }], meterIntervalMs: 10, idleMs: 0 } }).run
  expect(told).toEqual([gpu])
  expect(record.warnings).toContainEqual(expect.objectContaining({ code: 'gpu-not-known', message: 'which of 2 GPUs the model uses is not known' }))
  expect(record.cells[0]).toMatchObject({ state: 'done', runtime: { gpu } })
})
