import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { explain, openTensorflow, tensorflowFolder } from '../../../harness/models/tfjs/tensorflow.ts'
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

test('arithmetic gets the same greedy answers on tensorflow as on wasm', { timeout: 60_000 }, (context) => {
  if (!existsSync(join(tensorflowFolder(), 'package.json')))
    return context.skip('no TensorFlow is set up: run `npm run setup:tensorflow -- --from WHEEL`, or name its folder in DISTILLBENCH_TENSORFLOW')
  const [tensorflow, wasm] = ['tensorflow', 'wasm'].map(answers)
  expect(wasm).toHaveLength(64)
  expect(tensorflow).toEqual(wasm)
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

/** The teacher's answers to the same questions, from a process of its own: a native library stays loaded. */
function answers(backend: string): string[] {
  const program = `
    const { default: adapter } = await import('${ROOT}/dist/harness/models/tfjs/index.js')
    const { loadSuite } = await import('${ROOT}/dist/harness/suite/index.js')
    const signal = new AbortController().signal
    const { suite } = await loadSuite('arithmetic')
    const items = []
    for await (const item of suite.workloads[0].items(suite.seed)) if (items.push(item) === 64) break
    const model = await adapter.open(suite.models.find(({ id }) => id === 'teacher'), { backend: '${backend}', signal })
    const requests = items.map(({ prompt }) => ({ prompt, maxTokens: 60, seed: 1, temperature: 0, stop: [] }))
    console.log(JSON.stringify((await model.generate(requests, () => undefined, signal)).map(({ text }) => text)))`
  const said = execFileSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
  return JSON.parse(said) as string[]
}
