/**
 * Meters in a process of their own, so that sampling never waits for the harness, nor the harness for a driver. If the process
 * ends, a new one goes on; the time between is a gap with a name.
 */
import { fork, type ChildProcess } from 'node:child_process'
import { existsSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { HarnessError } from '../../errors.ts'
import { PACKAGE_ROOT } from '../../package.ts'
import type { Gap, GpuIdentity, Meter, Observed, Series } from '../../types.ts'
import { channelOf } from '../channel.ts'
import { FromHostSchema, type FromHost, type ToHost } from './protocol.ts'

export interface HostOptions {
  readonly meters: readonly Meter[]
  readonly clock: { readonly originNs: string; now(): number }
  readonly intervalMs: number
  readonly pid: number | undefined
  /** The GPU that the model computes on, as far as it is told. */
  readonly gpu?: GpuIdentity | undefined
  readonly signal: AbortSignal
}

export interface Host {
  /** The process that samples now. */
  pid(): number | undefined
  /** What a reader of the figures must know. */
  readonly notes: readonly string[]
  /** All series, in the order of the meters. Resolves within seconds, whatever the process does. */
  stop(): Promise<readonly Series[]>
}

/** Resolves when all meters have begun to read, or after some seconds. */
export async function startHost({ meters, clock, intervalMs, pid, gpu, signal }: HostOptions): Promise<Host> {
  const kept = meters.map(() => ({ t: [] as number[], v: [] as number[], gaps: [] as Gap[], how: '' }))
  const specs = meters.flatMap(({ spec }) => (spec === undefined ? [] : [spec]))
  const request: ToHost = {
    type: 'start',
    ids: meters.map(({ id }) => id),
    specs,
    originNs: clock.originNs,
    intervalMs,
    ...(pid === undefined ? {} : { pid }),
    ...(gpu === undefined ? {} : { gpu }),
  }
  let [stopping, restarts, live] = [false, 0, undefined as Process | undefined]
  let lost: { startMs: number; why: string } | undefined
  const part = meters.map(() => 0) // readings that came from earlier processes
  const watch = async (child: Process): Promise<void> => {
    const why = await child.ended
    if (stopping || signal.aborted) return
    lost ??= { startMs: clock.now(), why: `the process of the meters ended with ${why}` }
    kept.forEach(({ t }, i) => (part[i] = t.length))
    if (restarts++ < MOST_RESTARTS) live = begin()
  }
  const begin = (): Process => {
    const child = openProcess((message) => {
      if (message.type !== 'readings') return
      message.meters.forEach(({ t, v }, i) => {
        kept[i]?.t.push(...t)
        kept[i]?.v.push(...v)
      })
      if (lost !== undefined) found(message.meters.flatMap(({ t }) => t.slice(0, 1)))
    })
    child.send(request)
    void watch(child)
    return child
  }
  const found = (firsts: readonly number[]): void => {
    const endMs = firsts.length === 0 ? clock.now() : Math.min(...firsts)
    const gap = lost
    if (gap !== undefined)
      kept.forEach(({ t, gaps }, i) => {
        // What a counter of another process counts from is not known, but for that of NVML, which the driver keeps.
        const breaks = meters[i]!.kind === 'counter' && meters[i]!.native !== true ? { breaks: true as const } : {}
        gaps.push({ startMs: Math.min(t[part[i]! - 1] ?? gap.startMs, gap.startMs), endMs, why: gap.why, ...breaks })
      })
    lost = undefined
  }
  live = begin()
  const abort = (): void => live?.kill()
  signal.addEventListener('abort', abort, { once: true })
  const started = await Promise.race([live.next('started'), live.ended, sleep(START_MS, undefined, { ref: false })])

  const finish = async (): Promise<Series[]> => {
    stopping = true
    signal.removeEventListener('abort', abort)
    const child = live
    let final: Extract<FromHost, { type: 'stopped' }> | undefined
    if (child !== undefined && !signal.aborted) {
      child.send({ type: 'stop' })
      const answer = await Promise.race([child.next('stopped'), child.ended, sleep(STOP_MS, undefined, { ref: false })])
      final = typeof answer === 'object' ? answer : undefined
      if (final === undefined)
        lost ??= {
          startMs: clock.now(),
          why: typeof answer === 'string' ? `the process of the meters ended with ${answer}` : 'the meters gave no answer when stopped',
        }
      else if (lost !== undefined) found(final.series.flatMap(({ t }) => t.slice(0, 1)))
    }
    child?.kill()
    await child?.ended
    found([])
    return meters.map((meter, i) => seriesOf(meter, kept[i]!, part[i]!, final?.series[i] as Series | undefined))
  }
  let stopped: Promise<Series[]> | undefined
  return { pid: () => live?.pid, notes: typeof started === 'object' ? started.notes : [], stop: () => (stopped ??= finish()) }
}

/** Probes meters in a process, which a driver may take down. */
export async function probeInHost(meters: readonly Meter[], signal: AbortSignal): Promise<Observed<string>[]> {
  if (meters.length === 0) return []
  const absent = (why: string): Observed<string>[] => meters.map(() => ({ state: 'absent', why }))
  const child = openProcess(() => {})
  const abort = (): void => child.kill()
  signal.addEventListener('abort', abort, { once: true })
  if (signal.aborted) abort()
  child.send({ type: 'probe', ids: meters.map(({ id }) => id) })
  const answer = await Promise.race([child.next('probed'), child.ended, sleep(PROBE_MS, undefined, { ref: false })])
  signal.removeEventListener('abort', abort)
  child.kill()
  await child.ended
  if (typeof answer === 'object') return answer.probes
  if (signal.aborted) return absent('the probe was interrupted')
  return absent(answer === undefined ? `the driver gave no answer within ${PROBE_MS / 1000} s` : `the driver ended the process that asked it (${answer})`)
}

// --- internal ---

const START_MS = 8000
const STOP_MS = 5000
const PROBE_MS = 15_000
const MOST_RESTARTS = 3

interface Process {
  readonly pid: number | undefined
  readonly ended: Promise<string>
  send(message: ToHost): void
  /** The next message of this type; never settles where none comes. */
  next<T extends FromHost['type']>(type: T): Promise<Extract<FromHost, { type: T }>>
  kill(): void
}

function openProcess(onMessage: (message: FromHost) => void): Process {
  const script = `${PACKAGE_ROOT}/dist/harness/meters/host/child.js`
  if (!existsSync(script)) throw new HarnessError('internal', `${script} is missing`, { hint: 'build the package first: npm run build' })
  const child: ChildProcess = fork(script, [], { stdio: ['ignore', 'ignore', 'ignore', 'ipc'], execArgv: [] })
  const waiting = new Map<string, (message: FromHost) => void>()
  child.on('message', (raw) => {
    const message = FromHostSchema.safeParse(raw).data
    if (message === undefined) return
    onMessage(message)
    waiting.get(message.type)?.(message)
  })
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message))
    child.once('exit', (code, signal) => resolve(signal ?? `code ${code}`))
  })
  return {
    pid: child.pid,
    ended,
    send: (message) => void (child.connected && child.send(message, () => {})),
    next: (type) => new Promise((resolve) => waiting.set(type, resolve as (message: FromHost) => void)),
    kill: () => void child.kill('SIGKILL'),
  }
}

/** What earlier processes sent, and what the last one has in full. */
function seriesOf(meter: Meter, kept: { t: number[]; v: number[]; gaps: Gap[] }, part: number, final: Series | undefined): Series {
  const base = final ?? {
    ...channelOf(meter),
    meter: meter.id,
    unit: meter.unit,
    origin: meter.origin,
    how: `${meter.summary}; the process of the meters did not end well`,
    t: kept.t.slice(part),
    v: kept.v.slice(part),
  }
  const gaps = [...kept.gaps, ...(base.gaps ?? [])].sort((a, b) => a.startMs - b.startMs)
  return { ...base, t: [...kept.t.slice(0, part), ...base.t], v: [...kept.v.slice(0, part), ...base.v], ...(gaps.length === 0 ? {} : { gaps }) }
}
