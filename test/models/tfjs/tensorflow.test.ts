import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { explain, openTensorflow } from '../../../harness/models/tfjs/tensorflow.ts'
import { ROOT } from '../../project/imports.ts'

const folder = mkdtempSync(join(tmpdir(), 'tensorflow-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const compiler = process.env.CXX ?? 'c++'
const require = createRequire(import.meta.url)

/** What the loader of this machine says of such a library. */
function dlopenError(file: string): unknown {
  try {
    require(file)
  } catch (error) {
    return error
  }
  throw new Error('it loaded')
}

describe('a binding that does not load is explained', () => {
  test('a binding for another machine', () => {
    const file = join(folder, 'text.node')
    writeFileSync(file, 'this is no library, and long enough to be looked at by the loader of the system: '.repeat(20))
    expect(explain('tfjs-node', dlopenError(file))).toMatchObject({
      code: 'device',
      message: expect.stringContaining(`not for this machine (${process.platform} ${process.arch})`),
      hint: expect.stringContaining('setup:tensorflow'),
    })
  })

  test.each([
    ['libtensorflow_cc.so.2', 'the library libtensorflow_cc.so.2 is missing', 'setup:tensorflow'],
    ['libcudart.so.12', 'the CUDA library libcudart.so.12 is missing', 'LD_LIBRARY_PATH'],
  ])('%s is missing', (name, message, hint) => {
    const error =
      process.platform === 'linux' && spawnSync(compiler, ['--version']).status === 0 ? lacking(name) : `${name}: cannot open shared object file: No such file`
    expect(explain('tfjs-node', error)).toMatchObject({ message: expect.stringContaining(message), hint: expect.stringContaining(hint) })
  })

  test('a package whose binding was never built', () => {
    const said = new Error('The Node.js native addon module (tfjs_binding.node) can not be found at path: /x')
    expect(explain('tfjs-node', said).message).toContain('its native binding was not built')
  })

  test('a folder that is named and is not set up', async () => {
    const before = process.env.DISTILLBENCH_TENSORFLOW
    process.env.DISTILLBENCH_TENSORFLOW = join(folder, 'none')
    try {
      expect(await openTensorflow()).toMatchObject({ state: 'failed', error: { message: expect.stringContaining('nothing is set up') } })
    } finally {
      if (before === undefined) delete process.env.DISTILLBENCH_TENSORFLOW
      else process.env.DISTILLBENCH_TENSORFLOW = before
    }
  })
})

describe('setup:tensorflow says what is missing', () => {
  const setUp = (args: string[], env: NodeJS.ProcessEnv = {}) =>
    spawnSync(process.execPath, [join(ROOT, 'dist/scripts/setup-tensorflow.js'), ...args], { encoding: 'utf8', env: { ...process.env, ...env } })

  test('where TensorFlow is', () => expect(setUp([])).toMatchObject({ status: 2, stderr: expect.stringContaining('--from PATH') }))

  test('a compiler', () =>
    expect(setUp(['--from', folder], { CXX: 'no-such-compiler' })).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('No C++ compiler: "no-such-compiler"'),
    }))

  test('libraries in the folder that was given, and leaves nothing behind', () => {
    const out = join(folder, 'out')
    mkdirSync(join(folder, 'empty'))
    expect(setUp(['--from', join(folder, 'empty'), '--out', out])).toMatchObject({ status: 2, stderr: expect.stringContaining('holds no TensorFlow') })
    expect(existsSync(out)).toBe(false)
  })
})

// --- internal ---

/** The error of loading a library that needs one of that name. */
function lacking(name: string): unknown {
  const [needed, file] = [join(folder, name), join(folder, `needs-${name}.node`)]
  execFileSync(compiler, ['-shared', '-fPIC', '-x', 'c', '/dev/null', '-o', needed, `-Wl,-soname,${name}`])
  execFileSync(compiler, ['-shared', '-fPIC', '-Wl,--no-as-needed', '-x', 'c', '/dev/null', '-x', 'none', needed, '-o', file])
  rmSync(needed)
  return dlopenError(file)
}
