/**
 * What the client of loads costs and how true its times are, beside reading alone and beside the `openai` package, all in
 * one run. The server has one core, each client another one, where the machine has them.
 *
 *     npm run bench:load [-- --json] [-- --streams 1000] [-- --seconds 4]
 */
import { fork, type ChildProcess } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { PACKAGE_ROOT } from '../harness/package.ts'
import { calibrate } from '../harness/cli/doctor/calibrate.ts'
import type { CalibrationPoint, ErrorSpread } from '../harness/types.ts'
import type { ClientOptions, ClientReport } from './load/client.ts'
import { heldUp } from './load/held-up.ts'
import { spawnMock } from './mock/process.ts'

const { values } = parseArgs({
  options: { json: { type: 'boolean' }, streams: { type: 'string', default: '1000' }, seconds: { type: 'string', default: '4' } },
})
const STREAMS = Number(values.streams)
const SECONDS = Number(values.seconds)
const PER_SECOND = 50
const PREFILL_MS = 100
const say = (line: string): void => void (values.json !== true && console.log(line))
const cores = availableParallelism()

interface PacedLoad {
  streams: number
  perSecond: number
}
interface Paced {
  tokensPerCpuSecond: number
  cpuShare: number
  kernelShare: number
}

// (a) paced streams
say(`${STREAMS} streams of ${PER_SECOND} tokens/s, one token per event:`)
const paced = new Map<string, Paced>()
for (const kind of ['ours', 'bare', 'socket', 'openai', 'ours', 'bare'] as const) {
  const result = await pace(kind, 1)
  const before = paced.get(kind)
  if (before === undefined || result.tokensPerCpuSecond > before.tokensPerCpuSecond) paced.set(kind, result) // the better of two: the machine is shared
  say(
    `  ${kind.padEnd(7)} ${result.tokensPerCpuSecond.toFixed(0).padStart(8)} tokens per CPU-second, ${(100 * result.cpuShare).toFixed(0).padStart(3)}% of a core, ${(100 * result.kernelShare).toFixed(0)}% of it in the kernel`,
  )
}
const pair = await pace('ours', 2)
const [ours, bare, socket, openai] = ['ours', 'bare', 'socket', 'openai'].map((kind) => paced.get(kind)!) as [Paced, Paced, Paced, Paced]
// Truth is a matter of the client only where it has time: so at rates that take a part of a core. As `doctor --load` measures it, but for longer.
const truths = [
  { streams: 200, perSecond: 50 },
  { streams: STREAMS, perSecond: 10 },
]
const found: { perSecond: number; point: CalibrationPoint }[] = []
for (const { streams, perSecond } of truths) {
  const signal = new AbortController().signal
  const { points, stoppedBy } = await calibrate({ streams: [streams], seconds: 2 * SECONDS, tokensPerSecond: perSecond, signal, onPoint: () => {} })
  if (points[0] === undefined) throw new Error(stoppedBy ?? 'no times')
  found.push({ perSecond, point: points[0] })
}
const few = { streams: STREAMS / 4, perSecond: PER_SECOND }
const gainFew = (await pace('ours', 1, few)).tokensPerCpuSecond / (await pace('openai', 1, few)).tokensPerCpuSecond
const results = {
  costOverBare: bare.tokensPerCpuSecond / ours.tokensPerCpuSecond,
  costOverSocket: socket.tokensPerCpuSecond / ours.tokensPerCpuSecond,
  gainOverOpenai: ours.tokensPerCpuSecond / openai.tokensPerCpuSecond,
  gainOverOpenaiQuarter: gainFew,
  // Two processes do twice what one of them does, if each has a core: so this is about what one of two costs.
  twoWorkersOverOne: (2 * pair.tokensPerCpuSecond) / ours.tokensPerCpuSecond,
  cpuShare: ours.cpuShare,
  ...Object.fromEntries(
    found.flatMap(({ point: { streams, ttftErrorMs, tpotErrorMs, tokenErrorMs } }) => [
      [`ttftErrorMs${streams}`, ttftErrorMs],
      [`tpotErrorMs${streams}`, tpotErrorMs],
      [`tokenErrorMs${streams}`, tokenErrorMs],
    ]),
  ),
}
say(
  `  cost over bare reading ${results.costOverBare.toFixed(2)}, over a plain socket ${results.costOverSocket.toFixed(2)}; gain over the openai package ${results.gainOverOpenai.toFixed(2)}`,
)
say(
  `  two processes over one ${results.twoWorkersOverOne.toFixed(2)}${cores < 4 ? ' (by CPU time: this machine has too few cores to run them beside the server)' : ''}`,
)
say(
  `  at ${few.streams} streams the gain over the openai package is ${gainFew.toFixed(2)}; it is late, and reads several events at once, where it is overloaded`,
)
const spread = (error: ErrorSpread | undefined): string => `${error?.p50.toFixed(3)} ms median, ${error?.p99.toFixed(3)} ms p99`
for (const { perSecond, point } of found)
  say(
    `  ${point.streams} streams of ${perSecond} tokens/s, ${(100 * point.cpuShare).toFixed(0)}% of a core, ${point.requests} requests: |TTFT − truth| ${spread(point.ttftErrorMs)}; TPOT ${spread(point.tpotErrorMs)}; each token ${spread(point.tokenErrorMs)}`,
  )

const floor = await heldUp(cores)
say(
  `  the machine itself: a loop on each of ${cores} cores was held up ${floor.times} times for more than 1 ms in ${floor.seconds} s, for ${floor.longestMs.toFixed(1)} ms at most`,
)

// (b) roofline
say('Whole answers from a raw socket, 32 at a time:')
const roofline: Record<string, number> = {}
for (const written of ['coalesced', 'chunks'] as const)
  for (const events of [16, 128, 1000]) {
    const mock = await spawnMock({ roofline: true }, place(0))
    const [report] = await run(`${mock.url}/${events}/${written}/v1`, [
      { kind: 'ours', streams: 32, tokens: events, forMs: 3000, fromMs: 1000, windowMs: 1500 },
    ])
    await mock.close()
    const perCpuSecond = (report!.answersInWindow * events) / report!.cpuSeconds
    roofline[`roofline${events}${written === 'coalesced' ? 'Coalesced' : 'Chunks'}`] = perCpuSecond
    say(`  ${String(events).padStart(5)} events, ${written.padEnd(9)} ${(perCpuSecond / 1e6).toFixed(2)} M events per CPU-second`)
  }

// (c) schedule
say('Schedule:')
const schedule: Record<string, number> = {}
for (const perSecond of [10, 200, 1000]) {
  const mock = await spawnMock({ models: [{ prefillMs: 1, prefillMsPerToken: 0, decodeMs: 1 }] }, place(0))
  const [report] = await run(`${mock.url}/v1`, [{ kind: 'ours', streams: 1, tokens: 2, forMs: 5000, perSecond, fromMs: 500, windowMs: 4000 }])
  await mock.close()
  const times = report!.times!.toSorted((a, b) => a[1] - b[1])
  const lag = times.map(([start, due]) => (start - due) / 1e6).sort((a, b) => a - b)
  const achieved = ((times.length - 1) * 1e9) / (Math.max(...times.map(([start]) => start)) - times[0]![0])
  const [p50, p99] = [at(lag, 0.5), at(lag, 0.99)]
  Object.assign(schedule, { [`achieved${perSecond}`]: achieved, [`lagP50Ms${perSecond}`]: p50, [`lagP99Ms${perSecond}`]: p99 })
  say(
    `  ${String(perSecond).padStart(5)} requests/s: ${achieved.toFixed(2)} achieved, lag ${p50.toFixed(2)} ms median, ${p99.toFixed(2)} ms p99, ${((100 * report!.cpuSeconds) / 4).toFixed(0)}% of a core`,
  )
}
if (values.json === true) console.log(JSON.stringify({ ...results, heldUp: floor, ...roofline, ...schedule }))

// --- internal ---

function place(core: number): { cpu?: number } {
  return cores > 1 ? { cpu: core % cores } : {}
}

async function pace(kind: ClientOptions['kind'], clients: number, load: Partial<PacedLoad> = {}): Promise<Paced> {
  const { streams, perSecond } = { streams: STREAMS, perSecond: PER_SECOND, ...load }
  const model = { prefillMs: PREFILL_MS, prefillMsPerToken: 0, decodeMs: 1000 / perSecond, maxBatch: streams }
  const mock = await spawnMock({ models: [model] }, place(0))
  const tokens = perSecond * (SECONDS + 2)
  const options = { kind, streams: streams / clients, tokens, fromMs: 1700, windowMs: SECONDS * 1000 - 700 }
  const reports = await run(
    `${mock.url}/v1`,
    Array.from({ length: clients }, () => options),
  )
  await mock.close()
  const { fromNs, untilNs } = reports[0]!
  const tokensRead = reports.reduce((sum, report) => sum + report.tokensInWindow, 0)
  const cpuSeconds = reports.reduce((sum, report) => sum + report.cpuSeconds, 0)
  return {
    tokensPerCpuSecond: tokensRead / cpuSeconds,
    kernelShare: reports[0]!.kernelShare,
    cpuShare: (1e9 * cpuSeconds) / (untilNs - fromNs) / clients,
  }
}

async function run(url: string, clients: readonly Omit<ClientOptions, 'url'>[]): Promise<ClientReport[]> {
  return Promise.all(clients.map((options, i) => runClient({ ...options, url }, 1 + (cores > 2 ? i : 0))))
}

function runClient(options: ClientOptions, core: number): Promise<ClientReport> {
  const script = `${PACKAGE_ROOT}/dist/scripts/load/client.js`
  const pin = cores > 1 ? { execPath: 'taskset', execArgv: ['-c', String(core % cores), process.execPath] } : { execArgv: [] }
  const child: ChildProcess = fork(script, [JSON.stringify(options)], { ...pin, stdio: ['ignore', 'pipe', 'inherit', 'ipc'], serialization: 'advanced' })
  child.on('message', () => {})
  let said = ''
  child.stdout!.setEncoding('utf8').on('data', (text: string) => (said += text))
  return new Promise((resolve, reject) => {
    child.on('error', reject).on('close', (code) => {
      if (code === 0) resolve(JSON.parse(said) as ClientReport)
      else reject(new Error(`the client ${options.kind} ended with code ${code}`))
    })
  })
}

function at(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN
}
