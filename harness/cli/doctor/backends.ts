import { fork } from 'node:child_process'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import type { Check } from './check.ts'

const PROBE_TIMEOUT_MS = 60_000

/** What the child process sends, once. */
export const ProbeResults = z.array(
  z.object({
    backend: z.string(),
    probe: z.discriminatedUnion('state', [
      z.object({ state: z.literal('ok'), value: z.string() }),
      z.object({ state: z.literal('absent'), why: z.string() }),
      z.object({ state: z.literal('failed'), error: z.object({ code: z.string(), message: z.string(), hint: z.string().optional() }) }),
    ]),
  }),
)

/** Tries every backend in a process of its own: a native library that crashes takes that process down, not doctor. */
export function checkBackends(
  signal: AbortSignal,
  child: string = fileURLToPath(new URL(`./backends-child${extname(import.meta.url)}`, import.meta.url)),
): Promise<Check[]> {
  return new Promise((resolve) => {
    const process = fork(child, {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      signal: AbortSignal.any([signal, AbortSignal.timeout(PROBE_TIMEOUT_MS)]),
      killSignal: 'SIGKILL',
    })
    let results: Check[] | undefined
    let said = ''
    let problem: string | undefined
    process.stderr?.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-2000)))
    process.on('message', (message) => {
      const parsed = ProbeResults.safeParse(message)
      if (parsed.success) results = parsed.data.map(asCheck)
      else problem = 'the probe sent something unreadable'
    })
    process.on('error', (error) => (problem = error.name === 'AbortError' ? `no answer after ${PROBE_TIMEOUT_MS / 1000} s` : error.message))
    process.on('close', (code, killedBy) => {
      const ended = killedBy === null ? `the probe ended with code ${code}` : `the probe was ended by ${killedBy}`
      const lastLine = said.trim().split('\n').at(-1) ?? ''
      resolve(results ?? [{ group: 'backends', name: 'all', state: 'failed', detail: `${problem ?? ended}${lastLine === '' ? '' : `: ${lastLine}`}` }])
    })
  })
}

// --- internal ---

function asCheck({ backend, probe }: z.infer<typeof ProbeResults>[number]): Check {
  const base = { group: 'backends' as const, name: backend }
  if (probe.state === 'ok') return { ...base, state: 'works', detail: probe.value }
  const advice = probe.state === 'failed' ? probe.error.hint : undefined
  return { ...base, state: probe.state, detail: probe.state === 'absent' ? probe.why : probe.error.message, ...(advice === undefined ? {} : { advice }) }
}
