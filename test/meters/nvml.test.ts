import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { METERS, probeMeters, startHost } from '../../harness/meters/index.ts'
import { visibleGpus } from '../../harness/meters/nvml/driver.ts'
import { findNvml } from '../../harness/meters/nvml/library.ts'
import { startClock } from '../../harness/run/clock.ts'
import type { GpuIdentity } from '../../harness/types.ts'

const SOURCE = fileURLToPath(new URL('../fixtures/meters/nvml.c', import.meta.url))
const compiler = ['cc', 'gcc', 'clang'].find((name) => spawnSync(name, ['--version']).status === 0)
const signal = new AbortController().signal
const IDS = METERS.filter(({ native }) => native === true).map(({ id }) => id)

let [dir, saved] = ['', process.env]
let notes: readonly string[] = []
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'nvml-'))
  if (compiler === undefined) return
  for (const flags of [[], ['-DOLD']])
    expect(spawnSync(compiler, ['-shared', '-fPIC', '-w', ...flags, '-o', join(dir, `nvml${flags.length}.so`), SOURCE]).status).toBe(0)
})
afterAll(() => rmSync(dir, { recursive: true }))
beforeEach(() => void (saved = { ...process.env }))
afterEach(() => void (process.env = saved))

function fake(mode: string, old = false): void {
  process.env.DISTILLBENCH_NVML = join(dir, `nvml${old ? 1 : 0}.so`)
  process.env.FAKE_NVML = mode
}
async function record(ids: readonly string[], ms = 400, gpu?: GpuIdentity) {
  const clock = startClock()
  const meters = ids.map((id) => METERS.find((meter) => meter.id === id)!)
  const host = await startHost({ meters, clock, intervalMs: 50, pid: undefined, gpu, signal })
  notes = host.notes
  await sleep(ms)
  return host.stop()
}
const probe = async (id: string) => (await probeMeters([id], signal))[0]!.probe

describe.skipIf(compiler === undefined)('a driver that works', () => {
  it('gives every quantity in base units, all GPUs together', async () => {
    fake('')
    const series = await record(IDS)
    const first = Object.fromEntries(series.map(({ meter, v }) => [meter, v[0]]))
    expect(first).toMatchObject({
      nvml: 150,
      'nvml-average': 135,
      'nvml-utilisation': 0.5,
      'nvml-memory': 1000 * 2,
      'nvml-temperature': 70,
      'nvml-clock': 1500,
      'nvml-memory-clock': 2600,
      'nvml-throttle': 1,
      'nvml-throttle-heat': 1,
    })
    const { t, v, kind, scope, device } = series[0]!
    expect({ kind, scope, device }).toEqual({ kind: 'counter', scope: 'gpu', device: '2 × NVIDIA Fake' })
    expect((v.at(-1)! - v[0]!) / ((t.at(-1)! - t[0]!) / 1000)).toBeGreaterThan(120)
    expect((v.at(-1)! - v[0]!) / ((t.at(-1)! - t[0]!) / 1000)).toBeLessThan(180)
  })

  it('reads only the GPU that CUDA_VISIBLE_DEVICES names by its UUID', async () => {
    fake('')
    process.env.CUDA_VISIBLE_DEVICES = 'GPU-bbbb'
    expect((await record(['nvml']))[0]!.v[0]).toBe(50)
  })
})

describe.skipIf(compiler === undefined)('the GPU that the model uses', () => {
  it('is the only one that is read, where its name or PCI bus id tells which', async () => {
    fake('mixed')
    const [byName] = await record(['nvml', 'nvml-throttle'], 150, { names: ['Other', 'NVIDIA: 570.1'], vendor: 'nvidia' })
    expect(byName).toMatchObject({ device: 'NVIDIA Other', how: expect.stringContaining('by its name') as string })
    expect([byName!.v[0], notes]).toEqual([50, []])
    const [byId] = await record(['nvml'], 150, { names: ['NVIDIA Fake'], busId: '0000:41:00.0' })
    expect(byId!.v[0]).toBe(50)
  })

  it('is summed with those of the same name, and that is said once for all meters', async () => {
    fake('')
    const [series] = await record(['nvml', 'nvml-energy', 'nvml-memory'], 150, { names: ['NVIDIA Fake'], vendor: 'nvidia' })
    expect(series!.v[0]! > 0 && series!.how).toContain('2 GPUs together (GPU-aaaa, GPU-bbbb)')
    expect(notes).toEqual([expect.stringContaining('which of 2 GPUs the model uses is not known')])
  })

  it('of another maker is not read', async () => {
    fake('')
    const [series] = await record(['nvml'], 150, { names: ['AMD Radeon PRO W7900'], vendor: 'amd' })
    expect(series).toMatchObject({ t: [], how: expect.stringContaining('AMD Radeon PRO W7900, which is no GPU of this driver') as string })
  })
})

describe.skipIf(compiler === undefined)('a driver that lacks something', () => {
  it('without the functions falls back to the power it has, and calls it an average', async () => {
    fake('', true)
    expect((await record(['nvml']))[0]).toMatchObject({ kind: 'average', how: expect.stringContaining('power usage') })
    expect(await probe('nvml-energy')).toEqual({ state: 'absent', why: expect.stringContaining('has no nvmlDeviceGetTotalEnergyConsumption') })
  })

  it('that answers "not supported" is absent, in its words, and gives no zero', async () => {
    fake('noenergy')
    expect(await probe('nvml-energy')).toEqual({ state: 'absent', why: expect.stringContaining('not supported') })
    expect((await record(['nvml-energy'], 50))[0]).toMatchObject({ t: [], v: [], how: expect.stringContaining('not supported') })
  })

  it('with fields that are not supported falls back', async () => {
    fake('nofields')
    expect((await record(['nvml']))[0]!.v[0]).toBe(120)
  })

  it.each([
    ['mig', 'MIG instances are not supported'],
    ['down', 'driver not loaded'],
    ['crash', 'ended the process that asked it (SIGABRT)'],
  ])('%s is absent with the reason, and takes nothing down', async (mode, why) => {
    fake(mode)
    expect(await probe('nvml-energy')).toEqual({ state: 'absent', why: expect.stringContaining(why) })
  })
})

it('without the library nothing is started, and the reason is told', async () => {
  process.env.DISTILLBENCH_NVML = join(dir, 'none.so')
  expect(await probe('nvml')).toEqual({ state: 'absent', why: expect.stringContaining('none.so, which is not there') })
  expect(findNvml({ LD_LIBRARY_PATH: dir }, 'win32').state).toBe('absent')
})

it('GPUs are chosen only where the choice is sure', () => {
  const uuids = ['GPU-aaaa', 'GPU-bbbb']
  expect(visibleGpus({}, uuids)).toBeUndefined()
  expect(visibleGpus({ CUDA_VISIBLE_DEVICES: '1' }, uuids)).toBeUndefined()
  expect(visibleGpus({ CUDA_VISIBLE_DEVICES: '1', CUDA_DEVICE_ORDER: 'PCI_BUS_ID' }, uuids)).toEqual([1])
  expect(visibleGpus({ CUDA_VISIBLE_DEVICES: 'GPU-bb' }, uuids)).toEqual([1])
  expect(visibleGpus({ CUDA_VISIBLE_DEVICES: 'MIG-1' }, uuids)).toBeUndefined()
})
