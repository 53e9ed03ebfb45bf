import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { METERS } from '../../harness/meters/index.ts'
import { gpuSelection, parseCell } from '../../harness/meters/nvidia-query.ts'
import type { Meter, MeterContext, Series } from '../../harness/types.ts'
import { writeFakeSmi, type FakeSmi } from './fake-smi.ts'

const FIELDS = [
  'index',
  'name',
  'driver_version',
  'power.draw',
  'power.draw.instant',
  'power.draw.average',
  'memory.used',
  'utilization.gpu',
  'temperature.gpu',
  'clocks.current.sm',
  'clocks_throttle_reasons.active',
]
const GPU = {
  name: 'NVIDIA H100 80GB HBM3',
  driver_version: '550.54.15',
  'power.draw': 71.5,
  'power.draw.instant': '70.25',
  'power.draw.average': '68.5',
  'clocks_throttle_reasons.active': '0x0000000000000024',
  'memory.used': 1024,
  'utilization.gpu': 37,
  'temperature.gpu': 31,
  'clocks.current.sm': 1980,
}

let dir: string
let saved: NodeJS.ProcessEnv
beforeEach(() => {
  saved = { ...process.env }
  dir = mkdtempSync(join(tmpdir(), 'smi-'))
})
afterEach(() => {
  process.env = saved
  rmSync(dir, { recursive: true })
})

/** Puts the fake first on the PATH. Its PATH is new each time, so nothing is remembered from the test before. */
function fake(behaviour: Partial<FakeSmi>): void {
  process.env.PATH = `${dir}:${saved.PATH}`
  writeFakeSmi(dir, { fields: FIELDS, gpus: [GPU], ...behaviour })
}
const meter = (id = 'nvidia-smi'): Meter => METERS.find((m) => m.id === id) ?? expect.fail(`no meter ${id}`)
const signal = new AbortController().signal
const clock = (): number => performance.now()
const context = (over: Partial<MeterContext> = {}): MeterContext => ({ intervalMs: 20, signal, ...over })
const pids = (): number[] => (existsSync(join(dir, 'pids')) ? readFileSync(join(dir, 'pids'), 'utf8').trim().split('\n').map(Number) : [])

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
/** Waits until the condition holds; the test's own time limit ends it. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await sleep(10)
}
async function record(id = 'nvidia-smi', over: Partial<MeterContext> = {}, ms = 100): Promise<Series> {
  const session = await meter(id).start(clock, context(over))
  await sleep(ms)
  const series = await session.stop()
  expect(pids().filter(alive)).toEqual([])
  expect(series.t).toHaveLength(series.v.length)
  expect(series.t.every((time, i) => i === 0 || time >= series.t[i - 1]!)).toBe(true)
  return series
}

describe('a driver that works', () => {
  it('is probed with its GPU, driver and the best field that it has', async () => {
    fake({})
    const probe = await meter().probe(signal)
    expect(probe).toEqual({
      state: 'ok',
      value: expect.stringContaining('board power by nvidia-smi power.draw.instant, NVIDIA H100 80GB HBM3, driver 550.54.15'),
    })
  })

  it('gives power, from before the window until after it', async () => {
    fake({})
    const from = clock()
    const session = await meter().start(clock, context())
    const started = clock()
    await sleep(100)
    const stopping = clock()
    const { t, v, how, ...rest } = await session.stop()
    expect(rest).toEqual({ meter: 'nvidia-smi', unit: 'W', origin: 'measured', kind: 'instant', scope: 'gpu', device: GPU.name })
    expect(new Set(v)).toEqual(new Set([70.25]))
    expect(t[0]).toBeGreaterThanOrEqual(from)
    expect(t[0]).toBeLessThanOrEqual(started)
    expect(t.at(-1)).toBeGreaterThanOrEqual(stopping)
    expect(how).toContain('the board only')
  })

  it('gives the other quantities in base units', async () => {
    fake({})
    const values = await Promise.all(
      ['-memory', '-utilisation', '-temperature', '-clock', '-average', '-throttle', '-throttle-heat']
        .map((end) => `nvidia-smi${end}`)
        .map(async (id) => [(await meter(id).start(clock, context())).stop(), id] as const),
    )
    const series = await Promise.all(values.map(([stopped]) => stopped))
    expect(series.map(({ unit, v }) => [unit, v[0]])).toEqual([
      ['byte', 1024 ** 3],
      ['ratio', 0.37],
      ['celsius', 31],
      ['MHz', 1980],
      ['W', 68.5],
      ['ratio', 1],
      ['ratio', 1],
    ])
  })

  it('is read by one process, however many meters listen', async () => {
    fake({})
    const sessions = await Promise.all(METERS.filter(({ id }) => id.startsWith('nvidia')).map((m) => m.start(clock, context())))
    expect(pids()).toHaveLength(1)
    const first = await sessions[0]!.stop()
    expect(first.v.length).toBeGreaterThan(0)
    expect(pids().filter(alive)).toHaveLength(1)
    await Promise.all(sessions.map((session) => session.stop()))
    expect(pids().filter(alive)).toEqual([])
  })

  it('sums power over the GPUs, and takes the mean of their utilisation', async () => {
    fake({ gpus: [GPU, { ...GPU, 'power.draw.instant': 30, 'utilization.gpu': 63 }] })
    expect((await record()).v[0]).toBe(100.25)
    const utilisation = await record('nvidia-smi-utilisation')
    expect(utilisation.v[0]).toBeCloseTo(0.5)
    expect(utilisation.how).toContain('mean over 2 GPUs')
  })

  it('reads the GPU that the model uses, by name, and says where it cannot tell which', async () => {
    const fields = [...FIELDS, 'uuid', 'pci.bus_id']
    const [h100, t4] = [
      { ...GPU, uuid: 'GPU-aa', 'pci.bus_id': '00000000:01:00.0' },
      { ...GPU, name: 'Tesla T4', uuid: 'GPU-bb', 'pci.bus_id': '00000000:41:00.0', 'power.draw.instant': '11.5' },
    ]
    fake({ fields, gpus: [h100, t4] })
    const start = (names: string[]) => meter().start(clock, context({ gpu: { names, vendor: 'nvidia' } }))
    const one = await start(['Tesla T4'])
    expect(one.notes).toEqual([])
    expect(await one.stop()).toMatchObject({
      device: 'Tesla T4',
      v: expect.arrayContaining([11.5]) as number[],
      how: expect.stringContaining('by its name') as string,
    })
    const neither = await start(['NVIDIA: 550.54.15'])
    expect(neither.notes).toEqual([expect.stringContaining('GPU-aa, GPU-bb')])
    expect((await neither.stop()).v[0]).toBeCloseTo(81.75, 6)
  })

  it('reads only the GPUs that CUDA_VISIBLE_DEVICES leaves, where both count alike', async () => {
    fake({ gpus: [GPU, { ...GPU, 'power.draw.instant': 30 }] })
    process.env.CUDA_VISIBLE_DEVICES = '1'
    process.env.CUDA_DEVICE_ORDER = 'PCI_BUS_ID'
    expect((await record()).v[0]).toBe(30)
  })
})

describe('a driver that is older or hides something', () => {
  it('is asked by the older name of the field', async () => {
    fake({ fields: FIELDS.filter((field) => field !== 'power.draw.instant') })
    const series = await record()
    expect(series.v[0]).toBe(71.5)
    expect(series.how).toContain('averaged over up to 1 s')
  })

  it('takes power.draw of boards before Ampere, and of its largest chip, for the power of the moment', async () => {
    const older = FIELDS.filter((field) => !field.startsWith('power.draw.'))
    fake({ fields: older, gpus: [{ ...GPU, name: 'Tesla T4' }] })
    expect(await record()).toMatchObject({ kind: 'instant', how: expect.not.stringContaining('averaged') })
  })

  it('with a GPU that is only at its power limit is slowed, and not by heat', async () => {
    fake({ gpus: [{ ...GPU, 'clocks_throttle_reasons.active': '0x0000000000000004' }] })
    expect([(await record('nvidia-smi-throttle')).v[0], (await record('nvidia-smi-throttle-heat')).v[0]]).toEqual([1, 0])
  })

  it('without any field for power is absent, with the reason', async () => {
    fake({ fields: FIELDS.filter((field) => !field.startsWith('power')) })
    expect(await meter().probe(signal)).toEqual({ state: 'absent', why: 'NVIDIA H100 80GB HBM3 does not tell its board power (driver 550.54.15)' })
    expect((await meter('nvidia-smi-memory').probe(signal)).state).toBe('ok')
  })

  it.each(['[N/A]', '[Not Supported]', '[Unknown Error]', '[Insufficient Permissions]', ''])('that answers %j to the probe is absent', async (cell) => {
    fake({ gpus: [{ ...GPU, 'power.draw.instant': cell }] })
    expect((await meter().probe(signal)).state).toBe('absent')
    expect(await record()).toMatchObject({ t: [], v: [], how: expect.stringContaining('no readings') })
  })
})

describe('rows that go wrong', () => {
  const DIED = 'nvidia-smi ended with code 15: Unable to determine the device handle for GPU 0000:01:00.0: GPU is lost.'

  it('a missing cell, a warning, half a line or a late row leave a gap, never a zero', async () => {
    fake({ rows: [{}, { 'power.draw.instant': '[Unknown Error]' }, 'garbage', 'half', 'late', {}] })
    const { v, gaps } = await record('nvidia-smi', {}, 700)
    expect(v.length).toBeGreaterThan(1)
    expect(new Set(v)).toEqual(new Set([70.25]))
    expect(gaps?.[0]?.why).toBe('nvidia-smi said "[Unknown Error]" for power.draw.instant')
  })

  it('a column that is lost is a gap with that reason, for all meters', async () => {
    fake({ rows: [{}, 'short', 'short', 'short', 'short'] })
    const { v, gaps } = await record()
    expect(new Set(v)).toEqual(new Set([70.25]))
    expect(gaps?.[0]?.why).toBe('a row of nvidia-smi had 2 cells in place of 9')
  })

  it('a row that comes twice is read twice, with the same number', async () => {
    fake({ gpus: [GPU, { ...GPU, 'power.draw.instant': 30 }], rows: ['twice'] })
    expect(new Set((await record()).v)).toEqual(new Set([100.25]))
  })

  it('a GPU that misses a cell spoils the sum of that round only', async () => {
    fake({ gpus: [GPU, { ...GPU, 'power.draw.instant': 30 }], rows: [{}, { 'power.draw.instant': '[N/A]' }] })
    expect(new Set((await record('nvidia-smi', {}, 200)).v)).toEqual(new Set([100.25]))
  })

  it('an end is a gap with its reason, and nvidia-smi is started again', async () => {
    fake({ crashAfter: 3, crashes: 1 })
    const session = await meter().start(clock, context())
    await until(() => pids().length === 2)
    await sleep(100)
    const { t, v, gaps = [] } = await session.stop()
    expect(v.length).toBeGreaterThan(4)
    expect(new Set(v)).toEqual(new Set([70.25]))
    expect(gaps).toEqual([{ startMs: t[2], endMs: t[3], why: DIED }])
    expect(gaps[0]!.endMs - gaps[0]!.startMs).toBeGreaterThan(90)
    expect(pids().filter(alive)).toEqual([])
  })

  it('one that keeps ending leaves what came, and a gap to the end', async () => {
    fake({ crashAfter: 2 })
    const session = await meter().start(clock, context())
    await until(() => pids().length === 2)
    const { v, gaps = [] } = await session.stop()
    expect(new Set(v)).toEqual(new Set([70.25]))
    expect(gaps.at(-1)).toMatchObject({ why: DIED })
    const count = pids().length
    await sleep(150)
    expect(pids()).toHaveLength(count) // nobody starts it after the stop
  })

  it('one that falls silent is ended and started again', async () => {
    fake({ silentAfter: 2, ignoreTerm: true })
    const session = await meter().start(clock, context())
    await until(() => pids().length === 2)
    await sleep(100)
    const { v, gaps } = await session.stop()
    expect(v.length).toBeGreaterThan(2)
    expect(gaps?.[0]?.why).toBe('nvidia-smi sent nothing for 1 s')
    expect(alive(pids()[0]!)).toBe(false)
  })

  it('a sampler that sends nothing is stopped all the same, and has no readings', async () => {
    fake({ silent: true })
    const abort = new AbortController()
    const starting = meter().start(clock, context({ signal: abort.signal }))
    await until(() => pids().length === 1)
    abort.abort()
    const { t, how } = await (await starting).stop()
    expect(t).toEqual([])
    expect(how).toContain('it sent no readings')
    await until(() => !pids().some(alive))
  })
})

describe('no usable driver', () => {
  it('without the command is absent, and starting gives an empty series', async () => {
    process.env.PATH = join(dir, 'nothing-here')
    expect(await meter().probe(signal)).toEqual({ state: 'absent', why: expect.stringContaining('not on the PATH') })
    expect(await record()).toMatchObject({ t: [], how: expect.stringContaining('not on the PATH') })
  })

  it('with a driver that is down gives its own words, which it writes to stdout', async () => {
    fake({ driverDown: true })
    expect(await meter().probe(signal)).toEqual({
      state: 'absent',
      why: 'nvidia-smi failed: NVIDIA-SMI has failed because it could not communicate with the NVIDIA driver.',
    })
  })

  it('when interrupted says so', async () => {
    fake({})
    expect(await meter().probe(AbortSignal.abort())).toEqual({ state: 'absent', why: 'the probe was interrupted' })
    expect((await meter().probe(signal)).state).toBe('ok') // and is asked again
  })
})

it('no nvidia-smi outlives a process that was killed without warning', async () => {
  fake({})
  const code = `
    const { METERS } = await import(${JSON.stringify(new URL('../../dist/harness/meters/index.js', import.meta.url).href)})
    await METERS.find(({ id }) => id === 'nvidia-smi').start(() => performance.now(), { intervalMs: 20, signal: new AbortController().signal })
    process.stdout.write('sampling')
    setInterval(() => {}, 1000)`
  const parent = spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: ['ignore', 'pipe', 'inherit'], env: process.env })
  await new Promise((resolve) => parent.stdout.once('data', resolve))
  expect(pids().filter(alive)).toHaveLength(1)
  parent.kill('SIGKILL')
  await until(() => !pids().some(alive))
})

describe('reading cells', () => {
  it('any text that is no plain number is missing', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const value = parseCell(text)
        expect(value === undefined || Number.isFinite(value)).toBe(true)
        if (value === 0) expect(text).toMatch(/^-?0+(\.0+)?$/)
      }),
    )
    expect(['70.25', '-3', '0', '', 'N/A', '1e3', 'Infinity', '0x10', ' 5'].map(parseCell)).toEqual([
      70.25,
      -3,
      0,
      undefined,
      undefined,
      undefined,
      undefined,
      undefined,
      undefined,
    ])
  })

  it('GPUs are chosen only where the choice is sure', () => {
    expect(gpuSelection({})).toEqual([])
    expect(gpuSelection({ CUDA_VISIBLE_DEVICES: '1' })).toEqual([])
    expect(gpuSelection({ CUDA_VISIBLE_DEVICES: '0,1', CUDA_DEVICE_ORDER: 'PCI_BUS_ID' })).toEqual(['--id=0,1'])
    expect(gpuSelection({ CUDA_VISIBLE_DEVICES: 'GPU-8f3a-1' })).toEqual(['--id=GPU-8f3a-1'])
    expect(gpuSelection({ CUDA_VISIBLE_DEVICES: 'MIG-8f3a-1' })).toEqual([])
    expect(gpuSelection({ CUDA_VISIBLE_DEVICES: '0; rm -rf /', CUDA_DEVICE_ORDER: 'PCI_BUS_ID' })).toEqual([])
  })
})
