/** Starts the mock server as a process of its own, so that a benchmark and the server do not share a thread. */
import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { z } from 'zod'
import { HarnessError } from '../../harness/errors.ts'
import { PACKAGE_ROOT } from '../../harness/package.ts'
import type { MockOptionsInput } from './profile.ts'
import { TruthReportSchema, type TruthReport } from './truth.ts'

export interface MockProcess {
  url: string
  port: number
  pid: number
  truth(id?: string): Promise<TruthReport>
  /** Forgets truth, tries and prefixes. */
  reset(): Promise<void>
  close(): Promise<void>
}
export type MockProcessOptions = MockOptionsInput | { roofline: true; host?: string; port?: number }

/** `cpu` pins the process to one core, where `taskset` exists. Throws HarnessError when it does not start. */
export async function spawnMock(options: MockProcessOptions = {}, { cpu }: { cpu?: number } = {}): Promise<MockProcess> {
  if (!existsSync(MAIN)) throw new HarnessError('internal', `${MAIN} is missing`, { hint: 'build the package first: npm run build' })
  const line = [process.execPath, MAIN, JSON.stringify(options)]
  const [command, ...args] = cpu === undefined ? line : ['taskset', '-c', String(cpu), ...line]
  const child = spawn(command!, args, { stdio: ['pipe', 'pipe', 'pipe'] })
  child.stdin.on('error', () => {}) // it may be gone first
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()).once('error', () => resolve()))
  const { url, port } = await firstLine(child, gone)
  return {
    url,
    port,
    pid: child.pid!,
    truth: async (id) => TruthReportSchema.parse(await (await fetch(`${url}/truth${id === undefined ? '' : `?id=${encodeURIComponent(id)}`}`)).json()),
    reset: async () => void (await (await fetch(`${url}/reset`, { method: 'POST' })).arrayBuffer()),
    async close() {
      child.stdin.end()
      const late = setTimeout(() => child.kill('SIGKILL'), GRACE_MS)
      await gone
      clearTimeout(late)
    },
  }
}

// --- internal ---

/** Compiled, also when this file runs from the sources (in tests). */
const MAIN = `${PACKAGE_ROOT}/dist/scripts/mock/main.js`
const GRACE_MS = 2000
const ReadySchema = z.object({ url: z.string(), port: z.number().int() })

async function firstLine(child: ChildProcess, gone: Promise<void>): Promise<z.output<typeof ReadySchema>> {
  let said = ''
  child.stderr!.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-2000)))
  child.on('error', (error) => (said = error.message))
  const lines = createInterface({ input: child.stdout! })
  const line = await Promise.race([new Promise<string>((resolve) => lines.once('line', resolve)), gone.then(() => undefined)])
  if (line === undefined) throw new HarnessError('crashed', `the mock server did not start: ${said.trim() || 'it ended without a word'}`)
  return ReadySchema.parse(JSON.parse(line))
}
