/** The Node that goes into a bundle: the one that runs this process, without its debugging symbols where `strip` is there. */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { copyFile, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'

export interface Runtime {
  readonly executable: Uint8Array
  readonly stripped: boolean
  /** Text of Node's licence, which must go with it; undefined where it is not beside this Node. */
  readonly licence: Uint8Array | undefined
  /** What a reader should know. */
  readonly notes: readonly string[]
}

export async function readRuntime(signal: AbortSignal, path: string = process.execPath): Promise<Runtime> {
  const place = LICENCES.map((one) => join(dirname(path), one)).find((one) => existsSync(one))
  const [{ executable, why }, licence] = await Promise.all([strip(path, signal), place === undefined ? undefined : readFile(place)])
  const notes = [
    ...(why === undefined ? [] : [`Node keeps its debugging symbols: ${why}`]),
    ...(licence === undefined ? ['the licence of Node was not found beside it; add it before you pass the archive on'] : []),
  ]
  return { executable, stripped: why === undefined, licence, notes }
}

// --- internal ---

/** Beside bin/ in official archives; where packages of distributions and container images put it. */
const LICENCES = ['../LICENSE', 'LICENSE', '../share/doc/nodejs/LICENSE', '../share/doc/node/LICENSE', '../share/doc/nodejs/copyright']
const run = promisify(execFile)

async function strip(path: string, signal: AbortSignal): Promise<{ executable: Uint8Array; why?: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'distillbench-bundle-'))
  const copy = join(folder, 'node')
  try {
    await copyFile(path, copy)
    await run('strip', [copy], { signal })
    await run(copy, ['--version'], { signal }) // what strip made must still start
    return { executable: await readFile(copy) }
  } catch (error) {
    signal.throwIfAborted()
    const failure = error as NodeJS.ErrnoException & { stderr?: string }
    const why = failure.code === 'ENOENT' ? 'there is no `strip` here (package binutils)' : (failure.stderr?.trim() || failure.message).split('\n')[0]!
    return { executable: await readFile(path), why }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
