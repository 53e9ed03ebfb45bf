import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { platform } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { METERS, probeMeters } from '../../harness/meters/index.ts'
import { poll } from '../../harness/meters/poll.ts'
import { parseCpuLine, parseProcessStat } from '../../harness/meters/proc.ts'
import { cpuPower } from '../../harness/meters/tdp.ts'
import type { MeterContext, Series } from '../../harness/types.ts'

const linux = platform() === 'linux'
const signal = new AbortController().signal
const clock = (): number => performance.now()
const children: ChildProcess[] = []
afterEach(() => children.splice(0).forEach((one) => one.kill('SIGKILL')))

/** A process that is busy for a while and then waits, or waits from the start. */
function child(busyMs: number): ChildProcess & { pid: number } {
  const spawned = spawn(process.execPath, [
    '-e',
    `require('node:fs').writeSync(1, 'up'); const end = Date.now() + ${busyMs}; while (Date.now() < end); setTimeout(() => {}, 60000)`,
  ])
  children.push(spawned)
  if (spawned.pid === undefined) throw new Error('the child did not start')
  return spawned as ChildProcess & { pid: number }
}
/** Once it runs its script: starting takes processor time too. */
async function running(busyMs: number): Promise<number> {
  const spawned = child(busyMs)
  await once(spawned.stdout!, 'data')
  return spawned.pid
}
async function record(id: string, ms: number, over: Partial<MeterContext> = {}): Promise<Series> {
  const meter = METERS.find((m) => m.id === id) ?? expect.fail(`no meter ${id}`)
  const session = await meter.start(clock, { intervalMs: 50, signal, ...over })
  await sleep(ms)
  return session.stop()
}

describe.runIf(linux)('the estimate of power', () => {
  it('follows the CPU time of the process, and is marked as estimated', async () => {
    const idle = await record('estimate', 300, { pid: await running(0) })
    const busy = await record('estimate', 300, { pid: await running(5000) })
    expect(busy).toMatchObject({ unit: 'W', origin: 'estimated', how: expect.stringContaining('estimated, not measured') })
    const mean = ({ v }: Series): number => v.reduce((sum, watts) => sum + watts, 0) / v.length // a busy machine takes fewer readings
    expect(mean(busy)).toBeGreaterThan(mean(idle))
    expect(busy.v.every((watts) => watts >= 0)).toBe(true)
  })

  it('takes the whole machine where there is no process to look at, and says so', async () => {
    const series = await record('estimate', 200)
    expect(series.how).toContain('CPU time of the whole machine')
    expect(series.v.length).toBeGreaterThan(0)
  })

  it('ends where the process does', async () => {
    const spawned = child(5000)
    const meter = METERS.find(({ id }) => id === 'estimate')
    const session = await meter!.start(clock, { intervalMs: 20, signal, pid: spawned.pid })
    const closed = new Promise((resolve) => spawned.once('close', resolve))
    spawned.kill('SIGKILL')
    await closed
    await sleep(100)
    expect((await session.stop()).how).toContain('the readings end early: the process had ended')
  })
})

describe('the meters of the host', () => {
  it('give shares between 0 and 1, and bytes', async () => {
    const [cpu, memory] = await Promise.all([record('host-cpu', 300), record('host-memory', 100)])
    expect(cpu.v.length).toBeGreaterThan(0)
    expect(cpu.v.every((share) => share >= 0 && share <= 1)).toBe(true)
    expect(memory.v[0]).toBeGreaterThan(1e6)
  })

  it.runIf(linux)('give the resident memory of a process', async () => {
    const { v } = await record('process-memory', 100, { pid: process.pid })
    expect(v[0]).toBeGreaterThan(process.memoryUsage().rss / 4)
    expect(v[0]).toBeLessThan(process.memoryUsage().rss * 4)
    expect(await record('process-memory', 10, {})).toMatchObject({ v: [], how: expect.stringContaining('no process of its own') })
  })
})

describe('probing', () => {
  it('auto gives the meters that work here, and only those', async () => {
    const probes = await probeMeters(['auto'], signal)
    expect(probes.every(({ probe }) => probe.state === 'ok')).toBe(true)
    expect(probes.map(({ meter }) => meter.id)).toContain('estimate')
  })

  it('a meter that is named is in the answer even if it does not work', async () => {
    const path = process.env.PATH
    process.env.PATH = '/nowhere'
    const probes = await probeMeters(['nvidia-smi', 'host-cpu'], signal)
    process.env.PATH = path
    expect(probes.map(({ meter, probe }) => [meter.id, probe.state])).toEqual([
      ['nvidia-smi', 'absent'],
      ['host-cpu', 'ok'],
    ])
  })

  it('an unknown meter is refused with the nearest name', async () => {
    await expect(probeMeters(['nvidia-sim'], signal)).rejects.toMatchObject({
      code: 'usage',
      message: 'there is no meter "nvidia-sim"; did you mean nvidia-smi?',
    })
  })
})

describe('polling', () => {
  const meter = { id: 'x', unit: 'W', origin: 'measured' } as const

  it('reads at the start and at the stop, one reading at a time', async () => {
    let [n, open, most] = [0, 0, 0]
    const read = async () => {
      most = Math.max(most, (open += 1))
      await sleep(30)
      open -= 1
      return { t: (n += 1), v: n }
    }
    const session = await poll({ meter, how: 'h', context: { intervalMs: 1, signal }, read })
    expect(n).toBe(1)
    const stopped = session.stop()
    expect(session.stop()).toBe(stopped)
    const { v } = await stopped
    expect(v.at(-1)).toBe(n)
    expect(most).toBe(1)
  })

  it('leaves out what is no number, and stops at an error with its reason', async () => {
    const values: (number | undefined)[] = [1, Number.NaN, undefined, Number.POSITIVE_INFINITY, 2]
    const read = async () => {
      if (values.length === 0) throw new Error('the sensor is gone')
      const v = values.shift()
      return v === undefined ? undefined : { t: 0, v }
    }
    const session = await poll({ meter, how: 'h', context: { intervalMs: 1, signal }, read })
    while (values.length > 0) await sleep(5)
    expect(await session.stop()).toMatchObject({ v: [1, 2], how: 'h; the readings end early: the sensor is gone' })
  })

  it('ends with its signal', async () => {
    const abort = new AbortController()
    let n = 0
    const session = await poll({ meter, how: 'h', context: { intervalMs: 1, signal: abort.signal }, read: async () => ({ t: (n += 1), v: 1 }) })
    abort.abort()
    const { v } = await session.stop()
    const before = n
    await sleep(30)
    expect(n).toBe(before)
    expect(v.length).toBe(n)
  })
})

describe('counters of the system', () => {
  it('are read whatever the program is called', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.nat(1e9), fc.nat(1e9), (name, user, system) => {
        expect(parseProcessStat(`42 (${name}) S 1 42 42 0 -1 4194304 124 0 0 0 ${user} ${system} 0 0 20 0 1 0 361871 3133440 382`)).toBe((user + system) * 10)
      }),
    )
    expect(() => parseProcessStat('')).toThrow('no CPU times')
  })

  it('count waiting for disks as idle', () => {
    expect(parseCpuLine('cpu  10 1 5 80 4 0 0 2 9 9\ncpu0 1 1 1 1\n')).toEqual({ busy: 18, total: 102 })
    expect(() => parseCpuLine('intr 1 2')).toThrow('no line for all CPUs')
  })
})

describe('thermal design power', () => {
  it('is found by the name that the system gives, whatever its decoration', () => {
    expect(cpuPower('Intel(R) Xeon(R) Platinum 8259CL CPU @ 2.50GHz')).toEqual({
      wattsPerCpu: 210 / 48,
      how: "TDP of Xeon Platinum 8259CL, 210 W for 48 logical CPUs (maker's specification)",
    })
    expect(cpuPower('AMD EPYC 7763 64-Core Processor').wattsPerCpu).toBe(280 / 128)
    expect(cpuPower('Intel(R) Xeon(R) Platinum 8480+').wattsPerCpu).toBe(350 / 112)
  })

  it('is assumed, and said to be, for a processor that is not in the table', () => {
    expect(cpuPower('AMD EPYC')).toEqual({ wattsPerCpu: 3.5, how: expect.stringMatching(/^assumed 3\.5 W .* "AMD EPYC" is not in the table/) })
    expect(cpuPower('AMD Ryzen 5 3600XYZ').wattsPerCpu).toBe(3.5) // no part of a name
    expect(cpuPower('').how).toContain('"unknown"')
  })
})
