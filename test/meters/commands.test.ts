import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { socketWatts } from '../../harness/meters/amd-smi.ts'
import { METERS } from '../../harness/meters/index.ts'
import { jsonDocuments } from '../../harness/meters/json-stream.ts'
import { plistWatts } from '../../harness/meters/powermetrics.ts'
import type { Meter, Series } from '../../harness/types.ts'

const signal = new AbortController().signal
const meter = (id: string): Meter => METERS.find((one) => one.id === id) ?? expect.fail(id)
let [dir, saved] = ['', process.env]
beforeEach(() => {
  saved = { ...process.env }
  dir = mkdtempSync(join(tmpdir(), 'commands-'))
  process.env.PATH = `${dir}:${saved.PATH}`
})
afterEach(() => {
  process.env = saved
  rmSync(dir, { recursive: true, force: true })
})

/** A command on the PATH that runs a line of shell; it writes its process id. */
function fake(name: string, script: string): void {
  const file = join(dir, name)
  writeFileSync(file, `#!/bin/sh\necho $$ >> '${dir}/pids'\nstarts=$(grep -c . '${dir}/pids')\n${script}\n`)
  chmodSync(file, 0o755)
}
const pids = (): number[] => (existsSync(join(dir, 'pids')) ? readFileSync(join(dir, 'pids'), 'utf8').trim().split('\n').map(Number) : [])
async function record(id: string, until: () => boolean): Promise<Series> {
  const session = await meter(id).start(() => performance.now(), { intervalMs: 20, signal })
  while (!until()) await sleep(10)
  await sleep(60)
  const series = await session.stop()
  for (const pid of pids()) expect(() => process.kill(pid, 0)).toThrow()
  return series
}

// ROCm 6.4 and 7: the same figures in the two forms that amd-smi has had
const LIST =
  '[{"gpu":0,"power":{"socket_power":{"value":140,"unit":"W"},"gfx_voltage":{"value":"N/A","unit":"mV"}}},{"gpu":1,"power":{"socket_power":{"value":160,"unit":"W"}}}]'
const UNDER =
  '{"gpu_data":[{"gpu":0,"usage":{"gfx_activity":"N/A"},"power":{"current_socket_power":"140","average_socket_power":"N/A"}},{"gpu":1,"power":{"current_socket_power":160}}]}'
const plist = (body: string): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">\n<plist version="1.0">\n<dict>\n<key>is_delta</key><true/>\n<key>elapsed_ns</key><integer>100000000</integer>\n<key>hw_model</key><string>Mac15,8</string>\n<key>processor</key>\n<dict>\n<key>clusters</key><array><dict><key>name</key><string>E-Cluster</string><key>power</key><real>31.5</real></dict></array>\n${body}\n</dict>\n<key>gpu</key><dict><key>freq_hz</key><real>338</real></dict>\n</dict>\n</plist>\n`
const M3 = plist(
  '<key>cpu_power</key><real>4210.5</real><key>gpu_power</key><real>12800</real><key>ane_power</key><real>0</real><key>combined_power</key><real>17010.5</real>',
)

describe('amd-smi', () => {
  it.each([
    ['a list of GPUs', LIST],
    ['GPUs under a name', UNDER],
  ])('sums the GPUs of %s', (_, text) => expect(socketWatts(text)).toBe(300))

  it.each([
    [LIST.replace('160', '"N/A"'), 'amd-smi said "N/A" for the power of GPU 1'],
    ['[]', 'lists no GPU'],
    ['{"gpus":[]}', 'another form'],
    ['[{"gpu":0,', 'no JSON'],
  ])('%s is a named absence, never 0', (text, why) => expect(socketWatts(text)).toContain(why))

  it('is read while it writes, comes back after it died, and a word in place of a number is a gap with that word', async () => {
    const words = LIST.replace('140', '"N/A"')
    fake(
      'amd-smi',
      `for i in 1 2 3; do echo '${LIST}'; sleep 0.03; done; if [ $starts -eq 1 ]; then echo 'driver reset' >&2; exit 3; fi; while :; do echo '${words}'; sleep 0.02; done`,
    )
    const { v, how, gaps = [] } = await record('amd-smi', () => pids().length > 1)
    expect(new Set(v)).toEqual(new Set([300]))
    expect(v.length).toBeGreaterThan(2)
    expect(how).toContain('amd-smi')
    expect(gaps[0]?.why).toBe('amd-smi ended with code 3: driver reset')
    expect(gaps.slice(1).every(({ why }) => why.includes('"N/A"'))).toBe(true)
  })
})

describe('powermetrics', () => {
  it('gives the power of the chip and of its GPU in watts, and energy ÷ time where there is no power', () => {
    expect([plistWatts(M3, 'combined_power'), plistWatts(M3, 'gpu_power')]).toEqual([17.0105, 12.8])
    expect(plistWatts(plist('<key>gpu_energy</key><integer>1280</integer>'), 'gpu_power')).toBeCloseTo(12.8, 12)
    expect(plistWatts(plist('<key>cpu_power</key><real>1</real>'), 'gpu_power')).toBeUndefined()
  })

  it('is read document by document, however they are cut', async () => {
    writeFileSync(join(dir, 'sample'), M3)
    fake(
      'powermetrics',
      `case "$*" in *'--sample-rate 20'*) ;; *) exit 9;; esac\nwhile :; do head -c 300 '${dir}/sample'; sleep 0.01; tail -c +301 '${dir}/sample'; printf '\\0'; sleep 0.01; done`,
    )
    const { v, kind, scope, how } = await record('apple', () => pids().length > 0)
    expect(new Set(v)).toEqual(new Set([17.0105]))
    expect({ kind, scope }).toEqual({ kind: 'instant', scope: 'system' })
    expect(how).toContain('CPU, GPU and neural engine by powermetrics')
  })

  it('without root is absent in its own words', async () => {
    fake('powermetrics', "echo 'powermetrics must be invoked as the superuser' >&2; exit 1")
    expect(await meter('apple-gpu').probe(signal)).toEqual({
      state: 'absent',
      why: 'powermetrics ended with code 1: powermetrics must be invoked as the superuser',
    })
    await sleep(250)
    expect(pids()).toHaveLength(1) // and is not tried again
  })
})

it('a command that is not there is absent', async () => {
  process.env.PATH = dir
  expect(await meter('amd-smi').probe(signal)).toEqual({ state: 'absent', why: 'amd-smi is not on the PATH' })
})

it('documents of JSON come out whole, wherever the stream is cut', () => {
  const value = fc.oneof(fc.array(fc.jsonValue()), fc.dictionary(fc.string(), fc.jsonValue()))
  fc.assert(
    fc.property(fc.array(value, { maxLength: 4 }), fc.array(fc.nat(60), { maxLength: 8 }), (values, cuts) => {
      const text = values.map((one) => JSON.stringify(one)).join('\n')
      const found: unknown[] = []
      const read = jsonDocuments((document) => found.push(JSON.parse(document)))
      let from = 0
      for (const cut of cuts) {
        read(text.slice(from, from + cut))
        from += cut
      }
      read(text.slice(from))
      expect(found).toEqual(values.map((one) => JSON.parse(JSON.stringify(one)) as unknown))
    }),
  )
})
