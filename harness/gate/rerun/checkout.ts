/** The suite as it was at another git ref, in a work tree of its own that is removed afterwards. */
import { execFile } from 'node:child_process'
import { existsSync, statSync } from 'node:fs'
import { mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, relative, resolve } from 'node:path'
import { promisify } from 'node:util'
import { HarnessError } from '../../errors.ts'

export interface Checkout {
  /** The suite file or folder in the work tree. */
  suite: string
  /** The commit, abbreviated. */
  commit: string
  remove(): Promise<void>
}

/** Throws HarnessError `usage` where the suite is in no repository, or the ref is unknown or lacks the suite. */
export async function checkOut(ref: string, suite: string, cwd: string, signal: AbortSignal): Promise<Checkout> {
  const path = resolve(cwd, suite)
  if (!existsSync(path)) throw new HarnessError('usage', `git:${ref} needs the suite as a file or folder of a repository; there is no ${path}`)
  const folder = statSync(path).isDirectory() ? path : dirname(path)
  const git = (args: readonly string[], at = folder): Promise<string> => run(at, args, signal)
  const top = await git(['rev-parse', '--show-toplevel']).catch(() => {
    throw new HarnessError('usage', `${path} is not in a git repository, so git:${ref} means nothing there`)
  })
  const commit = await git(['rev-parse', '--verify', '--quiet', '--end-of-options', `${ref}^{commit}`], top).catch(() => {
    throw new HarnessError('usage', `the repository of ${suite} has no commit "${ref}"`, {
      hint: 'in CI, fetch it first: a shallow clone holds one commit only',
    })
  })
  const place = join(await mkdtemp(join(tmpdir(), 'distillbench-baseline-')), 'tree')
  const remove = async (): Promise<void> => {
    await run(top, ['worktree', 'remove', '--force', place], new AbortController().signal).catch(() => undefined)
    await rm(join(place, '..'), { recursive: true, force: true })
  }
  try {
    await git(['worktree', 'add', '--detach', '--quiet', place, commit], top)
    const own = join(place, relative(top, path))
    if (!existsSync(own)) throw new HarnessError('usage', `${suite} does not exist at ${ref}`)
    // Suites in TypeScript may import packages of the project.
    if (existsSync(join(top, 'node_modules')) && !existsSync(join(place, 'node_modules')))
      await symlink(join(top, 'node_modules'), join(place, 'node_modules'), 'junction')
    return { suite: own, commit: commit.slice(0, 12), remove }
  } catch (error) {
    await remove()
    throw error
  }
}

// --- internal ---

async function run(cwd: string, args: readonly string[], signal: AbortSignal): Promise<string> {
  const { stdout } = await promisify(execFile)('git', [...args], { cwd, signal, timeout: 120_000, env: { ...process.env, GIT_TERMINAL_PROMPT: '0' } })
  return stdout.trim()
}
