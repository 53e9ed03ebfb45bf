import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { checkBackends } from '../../harness/cli/doctor/backends.ts'
import { checkHost } from '../../harness/cli/doctor/host.ts'
import { checkPackages } from '../../harness/cli/doctor/packages.ts'
import { scratch } from './scratch.ts'

/** Runs the check of backends with a child process that does this instead. */
async function withChild(code: string, signal = new AbortController().signal): ReturnType<typeof checkBackends> {
  const child = join(scratch(), 'child.mjs')
  writeFileSync(child, code)
  return checkBackends(signal, child)
}

describe('backends', () => {
  test('that work, are absent or fail are one line each, with what to do', async () => {
    const results = [
      { backend: 'tensorflow', probe: { state: 'absent', why: 'not installed' } },
      { backend: 'wasm', probe: { state: 'ok', value: 'SIMD, 2 threads' } },
      { backend: 'webgpu', probe: { state: 'failed', error: { code: 'device', message: 'no adapter', hint: 'plug one in' } } },
    ]
    const checks = await withChild(`process.send(${JSON.stringify(results)}, () => process.disconnect())`)
    expect(checks).toEqual([
      { group: 'backends', name: 'tensorflow', state: 'absent', detail: 'not installed' },
      { group: 'backends', name: 'wasm', state: 'works', detail: 'SIMD, 2 threads' },
      { group: 'backends', name: 'webgpu', state: 'failed', detail: 'no adapter', advice: 'plug one in' },
    ])
  })

  test('whose native library crashes take down only the process that tried them', async () => {
    const checks = await withChild("console.error('libtensorflow: bad things'); process.kill(process.pid, 'SIGSEGV')")
    expect(checks).toEqual([{ group: 'backends', name: 'all', state: 'failed', detail: 'the probe was ended by SIGSEGV: libtensorflow: bad things' }])
  })

  test('whose probe ends early or sends something else are told as failed', async () => {
    expect((await withChild('process.exit(9)'))[0]).toMatchObject({ state: 'failed', detail: 'the probe ended with code 9' })
    expect((await withChild('process.send({ odd: 1 }, () => process.disconnect())'))[0]).toMatchObject({
      state: 'failed',
      detail: 'the probe sent something unreadable',
    })
  })

  test('whose probe hangs are given up when the command is interrupted', async () => {
    const controller = new AbortController()
    const checks = withChild('setInterval(() => {}, 1000)', controller.signal)
    controller.abort()
    expect((await checks)[0]).toMatchObject({ state: 'failed' })
  })
})

test('an optional package that is not installed says what it would bring and how to install it', () => {
  const missing = checkPackages().find(({ name }) => name === '@tensorflow/tfjs-node')
  expect(missing).toMatchObject({ state: 'absent', advice: expect.stringContaining('npm install @tensorflow/tfjs-node') as unknown })
})

test('the runtime lines name the version of Node and what the host reader says', () => {
  const checks = checkHost({ cpu: 'a processor' })
  expect(checks.find(({ name }) => name === 'node')).toMatchObject({ state: 'works', detail: expect.stringContaining(process.versions.node) as unknown })
  expect(checks.find(({ name }) => name === 'machine')).toMatchObject({ detail: 'cpu a processor' })
})
