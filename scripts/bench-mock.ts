/**
 * What the mock server can do on one core, so that a benchmark of a client knows what it measures: how well it keeps the
 * time of many paced streams, and how many events it can push at most. The readers here look at nothing but the end.
 *
 *     npm run bench:mock [-- --json] [-- --streams 1000] [-- --seconds 6]
 */
import { connect } from 'node:net'
import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { spawnMock } from './mock/process.ts'
import type { RooflineWritten } from './mock/roofline.ts'

interface RooflineRow {
  events: number
  written: RooflineWritten
  answersPerSecond: number
  eventsPerSecond: number
}

const { values } = parseArgs({
  options: { json: { type: 'boolean' }, streams: { type: 'string', default: '1000' }, seconds: { type: 'string', default: '6' } },
})
const PER_SECOND = 50
/** Of a chunked body. */
const END = '0\r\n\r\n'
const server = availableParallelism() > 1 ? { cpu: 0 } : {}

const paced = await measurePaced(Number(values.streams), Number(values.seconds))
const roofline: RooflineRow[] = []
for (const written of ['coalesced', 'chunks'] as const) for (const events of [16, 128, 1000]) roofline.push(await measureRoofline(events, written))

if (values.json === true) {
  const flat = Object.fromEntries(roofline.map(({ events, written, eventsPerSecond }) => [`roofline${events}${written === 'coalesced' ? 'Coalesced' : 'Chunks'}`, eventsPerSecond])) // prettier-ignore
  console.log(JSON.stringify({ ...paced, ...flat }))
} else print()

/** Streams that start spread over one second, so that their tokens are spread as well. */
async function measurePaced(streams: number, seconds: number): Promise<Record<string, number>> {
  const mock = await spawnMock({ models: [{ prefillMs: 1, prefillMsPerToken: 0, decodeMs: 1000 / PER_SECOND, maxBatch: streams }], remember: streams }, server)
  const body = JSON.stringify({ model: 'mock', stream: true, ignore_eos: true, max_tokens: (seconds + 2) * PER_SECOND, messages: [{ role: 'user', content: 'go' }] }) // prettier-ignore
  const readers = Array.from({ length: streams }, (_, i) => later((i * 1000) / streams, () => readOnce(mock.port, requestOf('/v1/chat/completions', body))))
  await later(1500, () => Promise.resolve())
  const before = await mock.truth('none')
  await later(seconds * 1000 - 500, () => Promise.resolve())
  const after = await mock.truth('none')
  await Promise.all(readers)
  const { requests } = await mock.truth()
  await mock.close()
  const written = requests.flatMap(({ tokensNs }) => tokensNs).filter((ns) => ns >= before.nowNs && ns < after.nowNs).length
  const wallSeconds = (after.nowNs - before.nowNs) / 1e9
  const cpuSeconds = after.cpuSeconds - before.cpuSeconds
  const { p50, p99, max } = after.tickErrorMs ?? { p50: 0, p99: 0, max: 0 }
  const result = { streams, tokensPerSecond: written / wallSeconds, cpuShare: cpuSeconds / wallSeconds, tokensPerCpuSecond: written / cpuSeconds }
  return { ...result, tickErrorP50Ms: p50, tickErrorP99Ms: p99, tickErrorMaxMs: max }
}

async function measureRoofline(events: number, written: RooflineWritten): Promise<RooflineRow> {
  // prettier-ignore
  const mock = await spawnMock({ roofline: true }, server)
  const end = performance.now() + 2000
  const request = requestOf(`/${events}/${written}/v1/chat/completions`, '{"model":"mock","stream":true}')
  const counts = await Promise.all(Array.from({ length: 32 }, () => readMany(mock.port, request, end)))
  await mock.close()
  const answersPerSecond = counts.reduce((a, b) => a + b, 0) / 2
  return { events, written, answersPerSecond, eventsPerSecond: answersPerSecond * events }
}

function requestOf(path: string, body: string): string {
  return `POST ${path} HTTP/1.1\r\nhost: mock\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`
}

function readOnce(port: number, request: string): Promise<number> {
  return readMany(port, request, 0)
}

/** Asks again and again on one connection until the time is over; gives the number of answers. */
function readMany(port: number, request: string, endMs: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(request))
    let answers = 0
    let tail = ''
    socket.setNoDelay(true)
    socket.on('error', reject)
    socket.on('data', (data) => {
      tail = (tail + data.toString('latin1', Math.max(0, data.length - END.length))).slice(-END.length) // the end may come in two pieces
      if (tail !== END) return
      answers += 1
      if (performance.now() < endMs) return void socket.write(request)
      socket.destroy()
      resolve(answers)
    })
  })
}

function later<T>(ms: number, then: () => Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    setTimeout(() => void then().then(resolve, reject), ms)
  })
}

function print(): void {
  const { streams = 0, tokensPerSecond = 0, cpuShare = 0, tokensPerCpuSecond = 0, tickErrorP50Ms, tickErrorP99Ms, tickErrorMaxMs } = paced
  console.log(`Paced: ${streams} streams at ${PER_SECOND} tokens/s, one token per event${server.cpu === undefined ? '' : '; the server has a core of its own'}`)
  console.log(
    `  ${tokensPerSecond.toFixed(0)} tokens/s written, ${(cpuShare * 100).toFixed(0)}% of a core, ${tokensPerCpuSecond.toFixed(0)} tokens per CPU-second`,
  )
  console.log(`  written − due: median ${tickErrorP50Ms} ms, p99 ${tickErrorP99Ms} ms, most ${tickErrorMaxMs} ms`)
  console.log('Roofline, 32 connections:')
  for (const { events, written, answersPerSecond, eventsPerSecond } of roofline)
    console.log(
      `  ${String(events).padStart(5)} events, ${written.padEnd(9)} ${answersPerSecond.toFixed(0).padStart(7)} answers/s ${(eventsPerSecond / 1e6).toFixed(2).padStart(7)} M events/s`,
    )
}
