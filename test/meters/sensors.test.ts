import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { METERS, startHost } from '../../harness/meters/index.ts'
import { prometheus, samplesOf } from '../../harness/meters/prometheus.ts'
import { unwrapped } from '../../harness/meters/rapl.ts'
import { lineOf, wall } from '../../harness/meters/wall.ts'
import { startClock } from '../../harness/run/clock.ts'
import type { Meter, Series } from '../../harness/types.ts'

const signal = new AbortController().signal
const meter = (id: string): Meter => METERS.find((one) => one.id === id) ?? expect.fail(id)
let [dir, saved] = ['', process.env]
beforeEach(() => {
  saved = { ...process.env }
  dir = mkdtempSync(join(tmpdir(), 'sys-'))
  process.env.DISTILLBENCH_SYS = dir
})
afterEach(() => {
  process.env = saved
  rmSync(dir, { recursive: true, force: true })
})
function put(files: Record<string, string | number>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, name)), { recursive: true })
    writeFileSync(join(dir, name), String(text))
  }
}
async function record(one: Meter, during: () => Promise<void> = () => sleep(60)): Promise<Series> {
  const session = await one.start(() => performance.now(), { intervalMs: 10, signal })
  await during()
  return session.stop()
}
const zone = (folder: string, name: string, uj: number, range = 1000) => ({
  [`class/powercap/${folder}/name`]: name,
  [`class/powercap/${folder}/energy_uj`]: uj,
  [`class/powercap/${folder}/max_energy_range_uj`]: range,
})

describe('RAPL', () => {
  it('follows a wrap, sums the sockets, and counts a zone that is shown twice once', async () => {
    put({ ...zone('intel-rapl:0', 'package-0', 900), ...zone('intel-rapl:1', 'package-1', 0), ...zone('intel-rapl:2', 'package-0', 900) })
    put({ ...zone('intel-rapl-mmio:0', 'package-0', 900), ...zone('intel-rapl:0:0', 'dram', 5), ...zone('intel-rapl:1:0', 'dram', 5) })
    const { v, how, kind, scope } = await record(meter('rapl-package'), async () => {
      await sleep(40)
      put({ 'class/powercap/intel-rapl:0/energy_uj': 100, 'class/powercap/intel-rapl:1/energy_uj': 50 })
      await sleep(40)
    })
    expect(v.at(-1)! - v[0]!).toBeCloseTo(250e-6, 9)
    expect({ kind, scope }).toEqual({ kind: 'counter', scope: 'package' })
    expect(how).toContain('package-0, package-1,')
    expect((await record(meter('rapl-dram'))).how).toContain('package-0/dram, package-1/dram')
  })

  it('rises by what was used, wherever it wraps', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(999), { minLength: 1 }), fc.nat(999), (steps, first) => {
        const joules = unwrapped(1000)
        joules(first)
        let [value, last] = [first, 0]
        for (const step of steps) last = joules((value = (value + step) % 1000))
        expect(last * 1e6).toBeCloseTo(
          steps.reduce((a, b) => a + b, 0),
          3,
        )
      }),
    )
  })

  it('that breaks half way leaves a gap with a reason, never a zero', async () => {
    put(zone('intel-rapl:0', 'package-0', 900))
    const { v, gaps } = await record(meter('rapl-package'), async () => {
      put({ 'class/powercap/intel-rapl:0/energy_uj': '' })
      await sleep(40)
    })
    expect(v).toEqual([0])
    expect(gaps).toEqual([expect.objectContaining({ why: expect.stringContaining('holds no number') })])
  })

  it('without the tree is absent', async () => {
    expect(await meter('rapl-package').probe(signal)).toEqual({ state: 'absent', why: expect.stringContaining('virtual machines') })
  })
})

describe('other sensors of the kernel', () => {
  it('an AMD GPU tells power and energy, an Intel one energy', async () => {
    put({ 'class/hwmon/hwmon0/name': 'amdgpu', 'class/hwmon/hwmon0/power1_average': 75_000_000, 'class/hwmon/hwmon1/name': 'xe' })
    put({ 'class/hwmon/hwmon1/energy1_input': 3_000_000, 'class/hwmon/hwmon2/name': 'coretemp' })
    expect((await record(meter('amd'))).v[0]).toBe(75)
    expect((await record(meter('intel-gpu-energy'))).v[0]).toBe(3)
    expect((await meter('amd-energy').probe(signal)).state).toBe('absent')
  })

  it('a battery is read while it discharges, and not while it charges', async () => {
    put({ 'class/power_supply/BAT0/type': 'Battery', 'class/power_supply/BAT0/status': 'Discharging' })
    put({ 'class/power_supply/BAT0/current_now': -1_500_000, 'class/power_supply/BAT0/voltage_now': 12_000_000 })
    expect((await record(meter('battery'))).v[0]).toBe(18)
    put({ 'class/power_supply/BAT0/status': 'Charging' })
    expect(await meter('battery').probe(signal)).toEqual({ state: 'absent', why: expect.stringContaining('unplug the charger') })
  })
})

describe('a Prometheus endpoint', () => {
  let server: Server
  let answer: (n: number) => string | number | undefined
  const asked = { n: 0 }
  beforeEach(async () => {
    asked.n = 0
    server = createServer((_request, response) => {
      const body = answer(asked.n++)
      if (body === undefined) return // stalls
      if (typeof body === 'number') return void response.writeHead(body).end()
      response.end(body)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  })
  afterEach(() => {
    server.closeAllConnections()
    server.close()
  })
  const spec = () => prometheus({ kind: 'prometheus', id: 'dcgm', url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/metrics`, model: 'big' })
  const page = (a: number, b: number): string =>
    `# TYPE x counter\nDCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION{gpu="0",name="A \\"B\\", {C}"} ${a}\nDCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION{gpu="1"} ${b} 1700000000\n`

  it('gives the joules of all devices, and belongs to its model', async () => {
    answer = (i) => page(1000 + i, 2000)
    const { v, unit, kind, model } = await record(spec())
    expect({ first: v[0], unit, kind, model }).toEqual({ first: 3, unit: 'J', kind: 'counter', model: 'big' })
  })

  it('that errs, is reset, or loses a device leaves gaps with names', async () => {
    const pages = [page(1, 2), 503, page(3, 4), page(0, 0), page(5, 5), 'nothing', page(6, 6)]
    answer = (i) => pages[Math.min(i, pages.length - 1)]
    const { v, gaps = [] } = await record(spec(), async () => {
      while (asked.n < 9) await sleep(10)
    })
    expect(v.slice(0, 4)).toEqual([0.003, 0.007, 0.01, 0.012])
    expect(gaps.map(({ why }) => why.replace(/^\S+ /, ''))).toEqual([
      'it answered 503',
      expect.stringContaining('was reset'),
      expect.stringContaining('has no DCGM'),
    ])
  })

  it('that stalls is a gap, and does not hold up the end', async () => {
    answer = (i) => (i === 0 ? page(1, 2) : undefined)
    const { v, gaps } = await record(spec())
    expect(v).toEqual([0.003])
    expect(gaps?.[0]?.why).toContain('no answer within 2 s')
  })

  it('any text is read without a fall, and never as a zero that is not there', () => {
    fc.assert(
      fc.property(fc.string(), fc.double({ noNaN: true, noDefaultInfinity: true }), fc.string(), (name, value, noise) => {
        const label = name.replace(/[\\"]/g, '\\$&').replaceAll('\n', '\\n')
        const text = `${noise.replaceAll('\n', '')}\nm{a="${label}"} ${value}\nm_other 0\nm{a="x"} NaN\n`
        expect([...samplesOf(text, 'm', { a: name }).values()]).toEqual([value + 0]) // −0 is written as 0
      }),
    )
  })
})

describe('a wall meter', () => {
  it('gives the lines that are appended, by their own times', async () => {
    const file = join(dir, 'watts.csv')
    writeFileSync(file, 'time,watts\n')
    const one = wall({ kind: 'wall', id: 'wall', file })
    const before = performance.now()
    const { t, v, scope } = await record(one, async () => {
      appendFileSync(file, `${new Date().toISOString()},230.5\nhalf`)
      await sleep(60)
    })
    expect({ v, scope }).toEqual({ v: [230.5], scope: 'wall' })
    expect(Math.abs(t[0]! - before)).toBeLessThan(1000)
    rmSync(file)
    expect((await one.probe(signal)).state).toBe('absent')
  })

  it('reads the times that loggers write, and nothing into the rest', () => {
    const time = Date.UTC(2025, 1, 6, 10, 0, 0, 500)
    for (const when of ['2025-02-06T10:00:00.500Z', '2025-02-06T11:00:00.500+01:00', String(time), String(time / 1000)])
      expect(lineOf(`${when}, 12.5`, {})).toEqual({ time, watts: 12.5 })
    expect(lineOf('2025/02/06 11:00:00.500,12.5', { zone: '+01:00' })).toEqual({ time, watts: 12.5 })
    expect(['time,watts', '2025-02-06T10:00:00Z,', '2025-02-06T10:00:00Z,N/A', 'x,5', ''].map((line) => lineOf(line, {}))).toEqual(Array(5).fill(undefined))
  })
})

it('when the process of the meters is killed, another goes on and the time between is a gap', async () => {
  put(zone('intel-rapl:0', 'package-0', 5))
  const host = await startHost({ meters: [meter('rapl-package'), meter('host-memory')], clock: startClock(), intervalMs: 20, pid: undefined, signal })
  await sleep(600)
  const first = host.pid()!
  process.kill(first, 'SIGKILL')
  while (host.pid() === first) await sleep(10)
  await sleep(1500)
  const [rapl, memory] = await host.stop()
  expect(rapl!.gaps).toEqual([expect.objectContaining({ why: expect.stringContaining('SIGKILL') })])
  const { startMs, endMs } = memory!.gaps![0]!
  expect(memory!.t.some((t) => t <= startMs)).toBe(true)
  expect(memory!.t.some((t) => t >= endMs)).toBe(true)
  expect(memory!.t.every((t, i) => i === 0 || t >= memory!.t[i - 1]!)).toBe(true)
})
