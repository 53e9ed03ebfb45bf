/**
 * How true the times of the client of loads are on this machine: the client processes of a load read the mock server, which
 * keeps its own times on the same clock, at rising numbers of streams.
 */
import { HarnessError } from '../../errors.ts'
import { createRandom } from '../../random.ts'
import { startClock } from '../../run/clock.ts'
import { thisMachine, trustOf } from '../../run/load/calibration.ts'
import { unpack, type Unpacked } from '../../run/load/pack.ts'
import { createPool, processesFor, type ClientPool } from '../../run/load/pool.ts'
import type { ClientJob, StageEnd, StageOrder } from '../../run/load/protocol.ts'
import type { ClientCalibration, CalibrationPoint, Request } from '../../types.ts'
import { spawnMock, type MockProcess } from '../../../scripts/mock/process.ts'
import { spreadOf, timesApart } from './truth.ts'

export interface CalibrationOptions {
  /** Rising. */
  streams: readonly number[]
  /** Of sending, per point; the first second is left out, in which the streams begin. */
  seconds: number
  /** Of each stream; a whole number of milliseconds per token. 20 if not said. */
  tokensPerSecond?: number
  signal: AbortSignal
  onPoint: (point: CalibrationPoint) => void
}

export const STREAMS: readonly number[] = [16, 64, 200, 500, 1000]
export const SECONDS = 5

/** Goes on until the errors are too large or a request fails. Throws HarnessError where not even the mock can be started, or when interrupted. */
export async function calibrate({ streams, seconds, tokensPerSecond = TOKENS, signal, onPoint }: CalibrationOptions): Promise<ClientCalibration> {
  const most = Math.max(...streams)
  const stepMs = 1000 / tokensPerSecond
  const model = { prefillMs: stepMs, prefillMsPerToken: 0, decodeMs: stepMs, maxBatch: 10 * most }
  const mock = await spawnMock({ models: [model], remember: Math.ceil(most * (seconds + 2)) })
  const clock = startClock()
  const pool = createPool(jobOf(mock.url, clock.originNs, tokensPerSecond), { model: 'the mock server', timeoutMs: 60_000, graceMs: 2000, signal })
  const points: CalibrationPoint[] = []
  let stoppedBy: string | undefined
  try {
    await pool.grow(1)
    for (const count of streams) {
      const before = points.at(-1)
      if (before !== undefined) await pool.grow(processesFor(before.cpuShare * pool.size, count / before.streams, pool.size))
      const found = await measure({ mock, pool, now: () => clock.now(), originNs: clock.originNs, streams: count, seconds })
      if (typeof found === 'string') {
        stoppedBy = found
        break
      }
      points.push(found)
      onPoint(found)
      if (trustOf(points) < count) break
    }
    if (points.length > 0) await pool.finish()
  } catch (error) {
    throw error instanceof Error && error.cause instanceof HarnessError ? error.cause : error
  } finally {
    await Promise.all([pool.dispose(), mock.close()])
  }
  return {
    machine: thisMachine(),
    at: new Date().toISOString(),
    tokensPerSecond,
    points,
    trustedStreams: trustOf(points),
    ...(stoppedBy === undefined ? {} : { stoppedBy }),
  }
}

// --- internal ---

/** Each stream lives for a second, and so many begin in it as there are streams. */
const TOKENS = 20
const FIRST_MS = 1000
const LEAD_MS = 50
const DRAIN_MS = 10_000
/** Requests differ in length, so that the server's times and the client's are of the same one, in whatever order they came. */
const KINDS = 64

function jobOf(url: string, originNs: string, tokens: number): ClientJob {
  const options = { url: `${url}/v1`, model: 'mock', extra: { ignore_eos: true }, retries: { max: 0 } }
  const request = (i: number, maxTokens: number): Request => ({
    prompt: [{ role: 'user', content: 'go '.repeat(i + 1) }],
    maxTokens,
    seed: 1,
    temperature: 0,
    stop: [],
  })
  const requests = (maxTokens: number): Request[] => Array.from({ length: KINDS }, (_, i) => request(i, maxTokens))
  return {
    spec: { id: 'mock', name: 'mock', role: 'teacher', adapter: 'openai', options },
    dir: '.',
    originNs,
    requests: requests(tokens),
    openings: [],
    salt: '',
    warmup: requests(4),
  }
}

interface Point {
  mock: MockProcess
  pool: ClientPool
  now: () => number
  originNs: string
  streams: number
  seconds: number
}

/** One number of streams; a sentence where it cannot be measured. */
async function measure({ mock, pool, now, originNs, streams, seconds }: Point): Promise<CalibrationPoint | string> {
  const share = (total: number, k: number): number => Math.floor(total / pool.size) + (k < total % pool.size ? 1 : 0)
  const each = (order: (k: number) => StageOrder): StageOrder[] => Array.from({ length: pool.size }, (_, k) => order(k))
  const base = { index: streams, step: pool.size, drainMs: DRAIN_MS } as const
  // Connections are opened first, as by the warm-up of a load.
  const warmMs = now() + LEAD_MS
  pool.order(
    each((k) => ({ ...base, requests: 'warmup', first: k, startMs: warmMs, kind: 'closed', streams: share(streams, k), endMs: warmMs + DRAIN_MS, most: share(3 * streams, k) })), // prettier-ignore
  )
  const warmed = await collect(pool)
  if (warmed.failed !== undefined) return `with ${streams} streams: ${warmed.failed}`
  await mock.reset()
  const { cpuSeconds } = await mock.truth()
  // Evenly, a request per stream and second, each somewhere in its place: at equal distances requests and tokens would fall together all the time.
  const random = createRandom('calibration', streams)
  const startMs = now() + LEAD_MS
  const due = (k: number): Float64Array =>
    new Float64Array(share(streams * seconds, k)).map((_, i) => startMs + ((k + i * pool.size + random.next()) * 1000) / streams)
  pool.order(each((k) => ({ ...base, requests: 'measured', first: k, startMs, kind: 'open', dueMs: due(k), maxInFlight: 10 * streams })))
  const { answers, ends, failed } = await collect(pool)
  if (failed !== undefined) return `with ${streams} streams: ${failed}`
  const truth = await mock.truth()
  const errors = timesApart(answers, truth.requests, Number(originNs), ({ dueMs }) => dueMs >= startMs + FIRST_MS)
  if (errors.requests === 0) return `with ${streams} streams no answer was complete`
  return {
    streams,
    requests: errors.requests,
    workers: pool.size,
    cpuShare: Math.max(...ends.map((end) => end.cpuShare)),
    serverCpuShare: (1000 * (truth.cpuSeconds - cpuSeconds)) / (now() - startMs),
    ttftErrorMs: spreadOf(errors.ttftMs),
    ...(errors.tpotMs.length === 0 ? {} : { tpotErrorMs: spreadOf(errors.tpotMs) }),
    tokenErrorMs: spreadOf(errors.tokenMs),
  }
}

/** What the processes send until each has ended its part. */
async function collect(pool: ClientPool): Promise<{ answers: Unpacked[]; ends: StageEnd[]; failed?: string }> {
  const answers: Unpacked[] = []
  const ends: StageEnd[] = []
  while (ends.length < pool.size) {
    const message = await pool.next()
    if (message.type === 'batch') answers.push(...unpack(message.batch))
    if (message.type === 'ended') ends.push(message.end)
  }
  const wrong = answers.find(({ answer }) => !answer.ok)?.answer
  return { answers, ends, ...(wrong === undefined || wrong.ok ? {} : { failed: wrong.error.message }) }
}
