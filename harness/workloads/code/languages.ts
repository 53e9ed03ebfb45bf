/** How code of each language is run together with its tests, and what says that all of them passed. */
import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { realpathSync } from 'node:fs'
import { dirname } from 'node:path'
import { promisify } from 'node:util'
import { z } from 'zod'
import { HarnessError, toFailure } from '../../errors.ts'
import type { Observed } from '../../types.ts'
import { runSandboxed, type Program } from './sandbox.ts'

export const LANGUAGES = ['python', 'javascript'] as const
export type Language = (typeof LANGUAGES)[number]

/** What is run, in this order. */
export interface Job {
  /** What was given to the model: imports, helpers, the head of a function. Where it makes no program with the code, the code is run alone. */
  readonly given: string
  /** What the model wrote. */
  readonly code: string
  readonly tests: string
}
export type Tested = { passed: true } | { passed: false; why: string }

/**
 * Runs the tests after the code. Passed: the tests came to their end, told by a mark that is made anew each time, so that code
 * which leaves early has not passed. Rejects when aborted, and with HarnessError `device` where it could not be run.
 */
export async function runTests(language: Language, job: Job, seconds: number, signal: AbortSignal): Promise<Tested> {
  const able = await probeSandbox(language)
  if (able.state !== 'ok') throw new HarnessError('device', able.state === 'absent' ? able.why : able.error.message)
  const mark = randomBytes(16).toString('hex')
  const stdin = JSON.stringify({ ...job, mark })
  const ended = await runSandboxed({ ...able.value, stdin, limits: { ...LIMITS[language], seconds } }, signal)
  if (ended.code === 0 && ended.stdout.endsWith(mark)) return { passed: true }
  if (ended.timedOut || ended.code === CPU_KILLED) return { passed: false, why: `stopped after ${seconds} s` }
  // Several processes write over one another: the last line that says something.
  const line =
    ended.stderr
      .trim()
      .split('\n')
      .findLast((one) => !/^\s|^Traceback \(|^$/.test(one))
      ?.slice(0, 300) ?? ''
  if (ended.code === 0) return { passed: false, why: 'it ended before its tests had' }
  return { passed: false, why: line === '' ? `it ended with code ${ended.code ?? 'none'}` : line }
}

/** Whether code of this language can be run here without doing harm; tried once, with a program that tries to get out. */
export function probeSandbox(language: Language): Promise<Observed<Pick<Program, 'command' | 'reads'>>> {
  return (known[language] ??= probe(language))
}

// --- internal ---

const known: Partial<Record<Language, ReturnType<typeof probe>>> = {}
/** 128 + SIGXCPU, as shells tell it. */
const CPU_KILLED = 152
const LIMITS = { python: { memoryMiB: 512, tasks: 8 }, javascript: { memoryMiB: 1024, tasks: 32 } } as const
const PROBE_SECONDS = 10

async function probe(language: Language): ReturnType<typeof probeSandbox> {
  if (process.platform !== 'linux') return { state: 'absent', why: 'code is run on Linux only, where it can be shut in' }
  try {
    const found =
      language === 'python'
        ? await findPython()
        : { command: [process.execPath, ...NODE_FLAGS, '-e', NODE_RUNNER], reads: [realpathSync(process.execPath)].filter(outsideSystem) }
    if (found === undefined) return { state: 'absent', why: 'there is no python3 here' }
    const limits = { ...LIMITS[language], seconds: PROBE_SECONDS }
    const { signal } = new AbortController()
    const weak = await runSandboxed({ command: ['sh', '-c', ESCAPE], reads: found.reads, stdin: '', limits: { ...limits, tasks: 16 } }, signal)
    const hole = HOLES[weak.code ?? -1]
    if (hole !== undefined) return { state: 'absent', why: `the sandbox is too weak here: ${hole}` }
    const ran = await runSandboxed({ ...found, stdin: JSON.stringify({ given: '', code: '', tests: '', mark: 'works' }), limits }, signal)
    if (!ran.stdout.endsWith('works'))
      return { state: 'absent', why: `${language} does not start in the sandbox: ${ran.stderr.trim().split('\n').at(-1) ?? ''}` }
    return { state: 'ok', value: found }
  } catch (error) {
    return { state: 'absent', why: toFailure(error).message }
  }
}

/** A shell that cannot fork ends with code 2. */
const ESCAPE = `: > /tmp/own || exit 10
(: > /usr/distillbench-probe) 2>/dev/null && exit 11
[ -e /home ] || [ -e /var ] && exit 12
[ -r /proc/net/route ] && [ "$(grep -c . /proc/net/route)" -gt 1 ] && exit 13
i=0
while [ $i -lt 40 ]; do sleep 5 & i=$((i+1)); done
exit 14`
const HOLES: Readonly<Record<number, string>> = {
  10: 'it has no scratch folder',
  11: 'files outside of its folder can be written',
  12: 'files outside of its folder can be read',
  13: 'there is a network',
  14: 'the number of processes is not limited',
}

/** The sandbox has all of /usr. */
const outsideSystem = (path: string): boolean => !path.startsWith('/usr/')

const PythonSchema = z.object({ executable: z.string(), prefix: z.string(), stdlib: z.string() })

async function findPython(): Promise<Pick<Program, 'command' | 'reads'> | undefined> {
  const ask =
    'import json, os, sys, sysconfig; print(json.dumps({"executable": os.path.realpath(getattr(sys, "_base_executable", None) or sys.executable), "prefix": sys.base_prefix, "stdlib": sysconfig.get_path("stdlib")}))'
  const answer = await promisify(execFile)('python3', ['-I', '-c', ask], { timeout: 10_000, cwd: '/' }).catch(() => undefined)
  if (answer === undefined) return undefined
  const { executable, prefix, stdlib } = PythonSchema.parse(JSON.parse(answer.stdout))
  return { command: [executable, '-I', '-B', '-S', '-c', PYTHON_RUNNER], reads: [...new Set([executable, dirname(stdlib), `${prefix}/lib`])].filter(outsideSystem) } // prettier-ignore
}

const PYTHON_RUNNER = `import json, os, sys
job = json.loads(sys.stdin.read())
sys.stdin = open(os.devnull)
space = {'__name__': '__main__'}
def program():
    try:
        return compile(job['given'] + job['code'], 'answer.py', 'exec')
    except SyntaxError:
        return compile(job['code'], 'answer.py', 'exec')
exec(program(), space)
exec(compile(job['tests'], 'tests.py', 'exec'), space)
sys.stdout.flush()
os.write(1, job['mark'].encode())
os._exit(0)`

/** The permission model besides: no child process, no thread, no file but of the scratch folder. */
const NODE_FLAGS = ['--experimental-permission', '--allow-fs-read=/tmp', '--allow-fs-write=/tmp', '--max-old-space-size=256', '--no-warnings']

const NODE_RUNNER = `const failed = (error) => { console.error(String(error).split('\\n')[0]); process.exit(1) }
process.on('uncaughtException', failed)
const vm = require('node:vm'), fs = require('node:fs')
const { given, code, tests, mark } = JSON.parse(fs.readFileSync(0, 'utf8'))
globalThis.require = require; globalThis.assert = require('node:assert')
globalThis.module = { exports: {} }; globalThis.exports = module.exports
const script = (text) => new vm.Script(text, { filename: 'answer.js' })
const program = () => { try { return script(given + code) } catch { return script(code) } }
program().runInThisContext()
Promise.resolve(new vm.Script(tests, { filename: 'tests.js' }).runInThisContext()).then(() => { fs.writeSync(1, mark); process.exit(0) }, failed)`
