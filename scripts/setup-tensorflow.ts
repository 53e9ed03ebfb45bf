/**
 * Builds the binding of tfjs-node for a TensorFlow that you have, without node-gyp: the binding uses N-API only, so the
 * compiler and N-API's headers are enough, and it runs under every Node from 20 on.
 *
 *     npm run setup:tensorflow -- --from PATH [--out FOLDER]
 *
 * PATH: the folder `tensorflow` of an installed Python package (it stays where it is and is linked against), the wheel
 * itself (tensorflow-*.whl, tensorflow_cpu-*.whl), an archive libtensorflow-*.tar.gz, or a folder with `include` and `lib`.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { HarnessError } from '../harness/errors.ts'
import { tensorflowFolder } from '../harness/models/tfjs/tensorflow.ts'

const TFJS_NODE = '4.22.0'
const HEADERS = '1.9.0'
/** Libraries, and the headers that the C API includes. */
const WHEEL_PARTS = [
  'tensorflow/libtensorflow*',
  'tensorflow/include/tensorflow/c/*',
  'tensorflow/include/tensorflow/core/platform/*',
  'tensorflow/include/*tsl/*',
]

const { values } = parseArgs({ options: { from: { type: 'string' }, out: { type: 'string' } } })
try {
  setUp(values.from, resolve(values.out ?? tensorflowFolder()))
} catch (error) {
  if (!(error instanceof HarnessError)) throw error
  console.error(`setup:tensorflow: ${error.message}${error.hint === undefined ? '' : `\n  ${error.hint}`}`)
  process.exitCode = 2
}

function setUp(from: string | undefined, out: string): void {
  if (from === undefined)
    throw new HarnessError('usage', 'Say where TensorFlow is: --from PATH.', {
      hint: 'For example: pip download --no-deps tensorflow-cpu (or tensorflow, for CUDA), then --from tensorflow*.whl. docs/gpu.md has more.',
    })
  const source = resolve(from)
  if (!existsSync(source)) throw new HarnessError('usage', `${source} does not exist.`)
  const compiler = process.env.CXX ?? 'c++'
  if (spawnSync(compiler, ['--version']).status !== 0)
    throw new HarnessError('device', `No C++ compiler: "${compiler}" cannot be run.`, {
      hint: 'Install one (Debian: apt install g++; macOS: xcode-select --install), or name yours in CXX.',
    })
  mkdirSync(dirname(out), { recursive: true })
  const building = mkdtempSync(`${out}.part-`)
  try {
    // The final place goes into the library's search path, so that the folder can be renamed to it.
    const tensorflow = unpack(source, building)
    console.error(`TensorFlow: ${tensorflow.libraries.join(', ')} in ${tensorflow.lib}`)
    writeFileSync(join(building, 'package.json'), JSON.stringify({ private: true }))
    must(
      'npm',
      ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--silent', `@tensorflow/tfjs-node-gpu@${TFJS_NODE}`, `node-api-headers@${HEADERS}`],
      building,
    )
    compile(compiler, building, out, tensorflow)
    rmSync(out, { recursive: true, force: true })
    renameSync(building, out)
  } finally {
    rmSync(building, { recursive: true, force: true })
  }
  check(out)
}

// --- internal ---

interface TensorFlow {
  include: string
  lib: string
  libraries: string[]
}

function unpack(source: string, building: string): TensorFlow {
  if (source.endsWith('.whl')) {
    const into = join(building, 'wheel')
    must('unzip', ['-q', source, ...WHEEL_PARTS, '-d', into], building, [0, 11]) // 11: a pattern that matched nothing
    return find(join(into, 'tensorflow'), source)
  }
  if (/\.(?:tar\.gz|tgz)$/.test(source)) {
    const into = join(building, 'libtensorflow')
    mkdirSync(into)
    must('tar', ['-xzf', source, '-C', into], building)
    return find(into, source)
  }
  return find(source, source)
}

function find(root: string, source: string): TensorFlow {
  const include = join(root, 'include')
  const lib = [join(root, 'lib'), root].find((folder) => libraries(folder).length > 0)
  if (lib === undefined || !existsSync(join(include, 'tensorflow/c/eager/c_api.h')))
    throw new HarnessError(
      'usage',
      `${source} holds no TensorFlow with its C API: a library libtensorflow and include/tensorflow/c/eager/c_api.h are needed.`,
      {
        hint: `Give the wheel, the folder "tensorflow" of an installed wheel, or an archive libtensorflow-*.tar.gz; this is ${basename(source)}.`,
      },
    )
  return { include, lib, libraries: libraries(lib) }
}

/** A wheel has the C API in libtensorflow_cc, the archive in libtensorflow; the shortest name of each, so that links are followed. */
function libraries(folder: string): string[] {
  const files = existsSync(folder) ? readdirSync(folder) : []
  const pick = (pattern: RegExp): string[] =>
    files
      .filter((file) => pattern.test(file))
      .toSorted((a, b) => a.length - b.length)
      .slice(0, 1)
  const framework = pick(/^libtensorflow_framework\.(?:so|[\d.]*dylib)/)
  const main = [...pick(/^libtensorflow\.(?:so|[\d.]*dylib)/), ...pick(/^libtensorflow_cc\.(?:so|[\d.]*dylib)/)].slice(0, 1)
  return main.length === 0 ? [] : [...main, ...framework]
}

function compile(compiler: string, building: string, out: string, { include, lib, libraries: names }: TensorFlow): void {
  const tfjs = join(building, 'node_modules/@tensorflow/tfjs-node-gpu')
  const folder = join(tfjs, 'lib/napi-v8')
  mkdirSync(folder, { recursive: true })
  const final = lib.startsWith(building) ? `${out}${lib.slice(building.length)}` : lib
  const paths = [tfjs, join(building, 'node_modules/node-api-headers/include'), include]
  console.error('Compiling the binding, about 20 s …')
  must(
    compiler,
    [
      '-std=c++17',
      '-O2',
      '-fPIC',
      '-shared',
      '-DNAPI_VERSION=8',
      ...(process.platform === 'darwin' ? ['-undefined', 'dynamic_lookup'] : []),
      ...paths.map((path) => `-I${path}`),
      ...['tfjs_backend.cc', 'tfjs_binding.cc'].map((file) => join(tfjs, 'binding', file)),
      ...names.map((name) => join(lib, name)),
      `-Wl,-rpath,${final}`,
      '-o',
      join(folder, 'tfjs_binding.node'),
    ],
    building,
  )
}

function check(out: string): void {
  const program = `process.env.TF_CPP_MIN_LOG_LEVEL = '2'; const u = require('util'); u.isNullOrUndefined = (v) => v == null; u.isArray = Array.isArray
    const tf = require('@tensorflow/tfjs-node-gpu'); const b = tf.backend()
    console.log('TensorFlow ' + b.binding.TF_Version + ' works, on ' + (b.isUsingGpuDevice ? 'a CUDA GPU' : 'the CPU: it found no CUDA device'))`
  must(process.execPath, ['-e', program], out)
  console.error(`Set up in ${out}. \`distillbench doctor\` shows it, and \`--backend tensorflow\` uses it.`)
}

function must(command: string, args: readonly string[], cwd: string, fine: readonly number[] = [0]): void {
  const { status, error } = spawnSync(command, args, { cwd, stdio: ['ignore', 'inherit', 'inherit'] })
  if (error !== undefined) throw new HarnessError('device', `"${command}" cannot be run here (${error.message}).`, { hint: `Install ${command}.` })
  if (status === null || !fine.includes(status))
    throw new HarnessError('device', `"${command}" ended with code ${status ?? 'unknown'}; what it said stands above.`)
}
