/**
 * Backend `tensorflow`: tfjs-node's binding to the native TensorFlow library. First the one that `npm run setup:tensorflow`
 * built (folder DISTILLBENCH_TENSORFLOW, else `.tensorflow` beside package.json), then the installed packages.
 */
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import util from 'node:util'
import { HarnessError } from '../../errors.ts'
import type { Observed } from '../../types.ts'
import { PACKAGE_ROOT } from '../../package.ts'
import { activate, failureOf, firstLine, missing, versionOf, type Opened } from './optional.ts'

export const SETUP_COMMAND = 'npm run setup:tensorflow -- --from PATH'

/** Where a binding is that was built for a TensorFlow of the user's. */
export function tensorflowFolder(env: NodeJS.ProcessEnv = process.env): string {
  return env.DISTILLBENCH_TENSORFLOW ?? join(PACKAGE_ROOT, '.tensorflow')
}

export async function openTensorflow(): Promise<Observed<Opened>> {
  restoreUtil()
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '2' // keeps its greeting out of our output; errors stay
  const own = tensorflowFolder()
  const named = process.env.DISTILLBENCH_TENSORFLOW !== undefined
  const reasons: HarnessError[] = []
  for (const [from, names] of [
    [join(own, 'package.json'), PACKAGES.slice(0, 1)],
    [import.meta.url, PACKAGES],
  ] as const) {
    if (from !== import.meta.url && !existsSync(from)) {
      if (named)
        return failureOf(new HarnessError('device', `DISTILLBENCH_TENSORFLOW names ${own}, where nothing is set up.`, { hint: `Run \`${SETUP_COMMAND}\`.` }))
      continue
    }
    const require = createRequire(from)
    for (const name of names) {
      if (!resolves(require, name)) continue
      try {
        return await load(require, name)
      } catch (error) {
        reasons.push(explain(name, error))
      }
    }
  }
  const [first] = reasons
  if (first === undefined) return missing(PACKAGES[0], `${SETUP_COMMAND} builds it for a TensorFlow that you have`)
  return failureOf(new HarnessError('device', reasons.map(({ message }) => message).join(' '), first.hint === undefined ? {} : { hint: first.hint }))
}

/** What a failure to load the binding means, and what to do about it. */
export function explain(name: string, error: unknown): HarnessError {
  const said = error instanceof Error ? error.message : String(error)
  const library = /(\S*(?:lib[\w+-]+\.so[\d.]*|[\w-]+\.dylib|[\w-]+\.dll)): cannot open shared object|Library not loaded: (\S+)/.exec(said)
  const lacking = library?.[1] ?? library?.[2]
  if (lacking !== undefined && /cuda|cublas|cudnn|cufft|curand|cusolver|cusparse|nccl|nvinfer|nvjitlink/i.test(lacking))
    return why(
      name,
      `the CUDA library ${lacking} is missing`,
      'Install the CUDA runtime that this TensorFlow asks for and put it on LD_LIBRARY_PATH; docs/gpu.md says how.',
    )
  if (lacking !== undefined && /tensorflow/i.test(lacking))
    return why(name, `the library ${lacking} is missing`, `TensorFlow was moved or removed since the binding was built; run \`${SETUP_COMMAND}\` again.`)
  if (lacking !== undefined) return why(name, `the library ${lacking} is missing`, 'Install the system package that brings it.')
  if (/wrong ELF class|invalid ELF header|incompatible architecture|Exec format|not a valid Win32|file too short/i.test(said))
    return why(
      name,
      `its binding or library is not for this machine (${process.platform} ${process.arch}): ${firstLine(error)}`,
      `Take a TensorFlow for ${process.arch} and run \`${SETUP_COMMAND}\`.`,
    )
  if (/GLIBC|GLIBCXX|CXXABI/.test(said))
    return why(name, `it needs newer system libraries: ${firstLine(error)}`, 'Take an older TensorFlow, or a newer system.')
  if (/undefined symbol/.test(said))
    return why(name, `binding and TensorFlow do not fit each other: ${firstLine(error)}`, `Build the binding for this TensorFlow: \`${SETUP_COMMAND}\`.`)
  if (/can not be found at path|tfjs_binding\.node/.test(said))
    return why(name, 'the package is installed, but its native binding was not built', `Build it for a TensorFlow that you have: \`${SETUP_COMMAND}\`.`)
  return why(name, firstLine(error), `Build the binding anew: \`${SETUP_COMMAND}\`.`)
}

// --- internal ---

const PACKAGES = ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node'] as const

interface NodeBackend {
  isUsingGpuDevice: boolean
  binding: { TF_Version: string }
}

async function load(require: NodeJS.Require, name: string): Promise<Observed<Opened>> {
  const { backend } = require(name) as { backend(): NodeBackend }
  const opened = await activate('tensorflow', '', {})
  if (opened.state !== 'ok') return opened
  const { isUsingGpuDevice, binding } = backend()
  const device = `TensorFlow ${binding.TF_Version}, ${isUsingGpuDevice ? 'CUDA GPU' : 'CPU, all cores'}`
  return {
    state: 'ok',
    value: {
      device,
      versions: { [name]: versionOf(name, require), tensorflow: binding.TF_Version },
      ...(isUsingGpuDevice ? { gpu: { names: [], cuda: true } } : {}),
    },
  }
}

/** tfjs-node calls these two: Node 23 removed one, and Node 22 prints a warning for either. */
function restoreUtil(): void {
  Object.assign(util, { isNullOrUndefined: (value: unknown) => value === null || value === undefined, isArray: Array.isArray })
}

function resolves(require: NodeJS.Require, name: string): boolean {
  try {
    require.resolve(name)
    return true
  } catch {
    return false
  }
}

function why(name: string, reason: string, hint: string): HarnessError {
  return new HarnessError('device', `${name}: ${reason}.`, { hint })
}
