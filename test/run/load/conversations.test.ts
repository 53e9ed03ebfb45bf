/** Sessions against a mock server, whose own account says what was asked when. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { LoadSpec, ModelSpec, Sample, StoredRun } from '../../../harness/types.ts'
import { createWorkload } from '../../../harness/workloads/index.ts'
import { clockFrom } from '../../../harness/run/clock.ts'
import { unpack, type Unpacked } from '../../../harness/run/load/pack.ts'
import { createPool } from '../../../harness/run/load/pool.ts'
import type { ClientJob } from '../../../harness/run/load/protocol.ts'
import { startMock } from '../../../scripts/mock/index.ts'
import { tokenize } from '../../../scripts/mock/text.ts'
import { scratch } from '../../cli/scratch.ts'
import { start } from '../start.ts'
import { suiteOf } from '../suites.ts'

const THINK_MS = 60
const words = (n: number, word: string): string => Array<string>(n).fill(word).join(' ')
/** Prompts of the second session are longer than those of the first ever become. */
const chats = [
  { id: 'short', messages: [words(20, 'one'), words(3, 'said'), words(20, 'two'), words(3, 'said'), words(20, 'six')] },
  { id: 'long', messages: [words(400, 'ten'), words(3, 'said'), words(20, 'red')] },
].map(({ id, messages }) => ({ id, messages: messages.map((content, i) => ({ role: i % 2 === 0 ? 'user' : 'assistant', content })) }))

const timing = { seconds: 20, warmupSeconds: 0, maxErrorShare: 0.5, maxInFlight: 50 }
const closed: LoadSpec = { id: 'closed', kind: 'concurrency', streams: 2, ...timing, requests: 9 }
const open: LoadSpec = { id: 'open', kind: 'rate', perSecond: 20, arrivals: { kind: 'constant' }, rampSeconds: 0, ...timing, requests: 2 }

async function ask(loads: LoadSpec[], answers: 'model' | 'recorded') {
  const server = await startMock({ models: [{ name: 'chat', prefixCache: true, prefillMs: 1, prefillMsPerToken: 0, decodeMs: 1 }] })
  const folder = scratch()
  writeFileSync(join(folder, 'chats.json'), JSON.stringify(chats))
  const workload = createWorkload({ id: 'chat', kind: 'conversations', file: 'chats.json', answers, think: { kind: 'fixed', seconds: THINK_MS / 1000 }, maxTokens: 9 }, folder) // prettier-ignore
  const teacher: ModelSpec = { id: 'teacher', name: 'teacher', role: 'teacher', adapter: 'openai', options: { url: `${server.url}/v1`, model: 'chat' } }
  try {
    const run = await start(suiteOf({ models: [teacher], workloads: [workload], loads, blocks: 1 }), scratch()).run
    const { requests } = server.truth()
    return { run, requests }
  } finally {
    await server.close()
  }
}
const turnsOf = ({ samples }: StoredRun, session: string): Sample[] => samples.filter(({ item }) => item.startsWith(session))

test('turns wait for the answer before them and for the time to think, and carry the answers of the model; their beginnings are cached', async () => {
  const { run, requests } = await ask([closed], 'model')
  expect(run.samples).toHaveLength(9)
  expect(new Set(requests.slice(0, 2).map(({ promptTokens }) => promptTokens > 300)).size).toBe(2) // both sessions at once
  for (const { id, messages } of chats) {
    // a session that is over makes room for another: those of the second round are not looked at
    const samples = messages.flatMap(({ role }, m) => (role === 'user' ? [run.samples.find(({ item }) => item === `${id}/${m / 2 + 1}`)!] : []))
    const asked = samples.map((sample) => requests.find(({ promptTokens }) => promptTokens === sample.promptTokens)!)
    expect(asked.map(({ index }) => index)).toEqual(asked.map(({ index }) => index).toSorted((x, y) => x - y))
    for (const [i, request] of asked.entries()) {
      const history = messages.slice(0, 2 * i + 1).map(({ role, content }, m) => (role === 'user' ? content : samples[(m - 1) / 2]!.text))
      expect(request.promptTokens).toBe(tokenize(history.join('\n')).length)
      expect(samples[i]).toMatchObject({ promptTokens: request.promptTokens, cachedTokens: request.cachedTokens })
      if (i === 0) continue
      expect(request.receivedNs - asked[i - 1]!.endedNs!).toBeGreaterThanOrEqual(1e6 * THINK_MS)
      expect(request.cachedTokens).toBeGreaterThanOrEqual(Math.floor(asked[i - 1]!.promptTokens / 16) * 16)
    }
  }
})

test('under a rate sessions start at its times, and a turn is due when its time to think is over; recorded answers are sent as they are', async () => {
  const { run } = await ask([open, { id: 'one', kind: 'sequential' }], 'recorded')
  const [first, second, third] = turnsOf(run, 'short')
  const [other, last] = turnsOf(run, 'long')
  expect(run.samples).toHaveLength(5)
  expect(other!.intendedMs! - first!.intendedMs!).toBeCloseTo(50, 0)
  for (const [before, after] of [
    [first!, second!],
    [second!, third!],
    [other!, last!],
  ] as const) {
    // prettier-ignore
    expect(after.intendedMs! - before.endMs).toBeGreaterThanOrEqual(THINK_MS - 0.01)
    expect(after.startMs).toBeGreaterThanOrEqual(after.intendedMs!)
  }
  expect(third!.promptTokens).toBe(tokenize(chats[0]!.messages.map(({ content }) => content).join('\n')).length)
  expect(run.record.cells.map((cell) => (cell.state === 'skipped' ? cell.why : cell.state))).toEqual(['done', expect.stringContaining('conversations need a load that runs for a time')]) // prettier-ignore
})

test('sessions are shared out among client processes: each is held by one of them, turn by turn, with its own answers', async () => {
  const server = await startMock({ models: [{ name: 'chat', prefillMs: 1, prefillMsPerToken: 0, decodeMs: 1 }] })
  const originNs = String(process.hrtime.bigint())
  const [sessions, turns] = [6, 3]
  const places = Array.from({ length: sessions * turns }, (_, i) => ({ session: Math.floor(i / turns), index: i % turns }))
  const user = (session: number, turn: number) => ({ role: 'user' as const, content: `question ${session} ${turn}` })
  const job: ClientJob = {
    spec: { id: 'm', name: 'm', role: 'teacher', adapter: 'openai', options: { url: `${server.url}/v1`, model: 'chat', extra: { ignore_eos: true } } },
    dir: '.',
    originNs,
    requests: places.map(({ session, index }) => ({
      prompt: Array.from({ length: index + 1 }, (_, turn) => user(session, turn)),
      maxTokens: 4,
      seed: 1,
      temperature: 0,
      stop: [],
    })),
    turns: places.map(({ session, index }) => ({ session: `s${session}`, index, thinkMs: 20, answers: 'model' as const })),
    warmup: [],
    openings: [],
    salt: '',
  }
  const pool = createPool(job, { model: 'the mock server', timeoutMs: 30_000, graceMs: 1000, signal: new AbortController().signal })
  try {
    await pool.grow(2)
    const startMs = clockFrom(originNs).now() + 50
    pool.order([0, 1].map((k) => ({ index: 0, requests: 'measured', first: k, step: 2, startMs, drainMs: 10_000, kind: 'closed', streams: 1, endMs: startMs + 20_000, most: 9 }))) // prettier-ignore
    const answered: Unpacked[] = []
    for (let ends = 0; ends < 2;) {
      const message = await pool.next()
      if (message.type === 'ended') ends += 1
      if (message.type === 'batch') answered.push(...unpack(message.batch))
    }
    await pool.finish()
    answered.sort((a, b) => a.number - b.number)
    expect(answered.map(({ number }) => number)).toEqual(places.map((_, i) => i))
    answered.forEach(({ number, answer, ...times }, i) => {
      const { session, index } = places[number]!
      const before = answered.slice(i - index, i)
      const history = Array.from({ length: index + 1 }, (_, turn) => [before[turn - 1]?.answer, user(session, turn).content]).flatMap(([said, question]) => [
        ...(typeof said === 'object' && said.ok ? [said.completion.text] : []),
        question as string,
      ])
      expect(answer).toMatchObject({ ok: true, completion: { promptTokens: tokenize(history.join('\n')).length } })
      if (index > 0) expect(times.startMs - before.at(-1)!.endMs).toBeGreaterThanOrEqual(20)
    })
  } finally {
    await pool.dispose()
    await server.close()
  }
})
