import fc from 'fast-check'
import { expect, test } from 'vitest'
import { deserialize, serialize, setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { createRecording } from '../../../harness/models/recording.ts'
import { startStage } from '../../../harness/run/load/engine.ts'
import { Packer, unpack } from '../../../harness/run/load/pack.ts'
import type { Batch } from '../../../harness/run/load/protocol.ts'
import type { Completion, Sent } from '../../../harness/types.ts'

const completion = (parts: Partial<Completion> = {}): Completion => ({
  finish: 'stop',
  text: 'ab',
  promptTokens: 3,
  outputTokens: 2,
  countedBy: 'server',
  ...parts,
})

/** A recording with content at these times; `tokens` of each event. */
function recordingOf(times: readonly number[], tokens = 1) {
  let clock = 0
  const recording = createRecording(() => clock, undefined, 2)
  recording.sent()
  for (const time of times) {
    clock = time
    recording.stamp()
    recording.content(tokens, 'answer')
  }
  clock += 1
  recording.ended()
  return recording
}

test('what is packed, sent and unpacked is what was recorded, whatever it was', () => {
  const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined })
  const answer = fc.record({
    times: fc.array(fc.integer({ min: 0, max: 1e6 }), { maxLength: 40 }),
    text: fc.string({ unit: 'binary', maxLength: 20 }),
    finish: fc.constantFrom('stop' as const, 'length' as const, 'tool-calls' as const, 'content-filter' as const),
    cachedTokens: optional(fc.nat(1000)),
    reasoning: optional(fc.string()),
    logProb: optional(fc.double({ max: 0, noNaN: true, noDefaultInfinity: true })),
    due: fc.oneof(fc.constant(NaN), fc.nat(1e6)),
    failed: fc.boolean(),
  })
  fc.assert(
    fc.property(fc.array(answer, { maxLength: 30 }), (answers) => {
      const packer = new Packer()
      answers.forEach(({ times, text, finish, cachedTokens, reasoning, logProb, due, failed }, number) => {
        const outputTokens = times.length
        const more = {
          ...(cachedTokens === undefined ? {} : { cachedTokens }),
          ...(reasoning === undefined ? {} : { reasoning }),
          ...(logProb === undefined ? {} : { logProb, logProbTokens: outputTokens }),
        }
        const sent: Sent = failed
          ? {
              ok: false,
              attempts: [{ startMs: 0, endMs: 1, error: { code: 'http', message: 'no' } }],
              text,
              error: { code: 'network', message: 'gone', kind: 'reset' },
            }
          : { ok: true, attempts: [], completion: completion({ text, finish, outputTokens, ...more }) }
        packer.sent(number, 1)
        packer.ended({ number, dueMs: due, startMs: 1, endMs: NaN }, recordingOf(times), sent)
      })
      const batch = packer.take(7)
      if (answers.length === 0) {
        expect(batch).toBeUndefined()
        return
      }
      const read = [...unpack(deserialize(serialize(batch)) as Batch)]
      expect(read).toHaveLength(answers.length)
      read.forEach(({ number, dueMs, answer: got }, i) => {
        const { times, text, finish, cachedTokens, reasoning, logProb, due, failed } = answers[i]!
        expect({ number, dueMs, tokenMs: got.tokenMs, ok: got.ok }).toEqual({ number: i, dueMs: due, tokenMs: times, ok: !failed })
        if (got.ok) {
          expect(got.completion.text).toBe(text)
          expect([got.completion.logProb, got.completion.logProbTokens]).toEqual([logProb, logProb === undefined ? undefined : times.length])
          expect([got.completion.finish, got.completion.cachedTokens, got.completion.reasoning]).toEqual([finish, cachedTokens, reasoning])
        } else expect([got.text, got.error.kind, got.attempts?.length]).toEqual([text, 'reset', 1])
      })
      expect(packer.take(7)).toBeUndefined()
    }),
    { numRuns: 60 },
  )
})

test('an adapter that gives no valid completion makes a failed request, not a wrong number', () => {
  const packer = new Packer()
  packer.ended({ number: 0, dueMs: NaN, startMs: 0, endMs: 1 }, recordingOf([1]), { ok: true, attempts: [], completion: completion({ promptTokens: -4 }) })
  const [one] = [...unpack(packer.take(0)!)]
  expect(one!.answer).toMatchObject({ ok: false, error: { code: 'model', message: expect.stringContaining('promptTokens') } })
})

test('arrays that do not fit together are refused', () => {
  const packer = new Packer()
  packer.ended({ number: 0, dueMs: NaN, startMs: 0, endMs: 1 }, recordingOf([1, 2, 3]), { ok: true, attempts: [], completion: completion() })
  const batch = packer.take(0)!
  expect(() => [...unpack({ ...batch, times: batch.times.slice(0, 2) })]).toThrow('do not fit')
})

test('memory stays flat: the last of 200,000 requests find no more of it in use than the first ones', async () => {
  let [answered, early, late] = [0, 0, 0]
  // Without what waits to be collected, which depends on the moment.
  setFlagsFromString('--expose_gc')
  const collect = runInNewContext('gc') as () => void
  const heap = (): number => {
    collect()
    return process.memoryUsage().heapUsed + process.memoryUsage().arrayBuffers
  }
  const stage = startStage(
    {
      index: 0,
      requests: 'measured',
      first: 0,
      step: 1,
      startMs: performance.now(),
      drainMs: 1000,
      kind: 'closed',
      streams: 64,
      endMs: Infinity,
      most: 200_000,
    },
    {
      signal: new AbortController().signal,
      now: () => performance.now(),
      arrived: () => performance.now(),
      requestOf: () => ({ prompt: 'p', maxTokens: 1, seed: 1, temperature: 0, stop: [] }),
      async send(_request, recording) {
        recording.sent()
        recording.stamp()
        for (let i = 0; i < 8; i++) recording.content(1, 'answer')
        recording.ended()
        if (answered % 64 === 0) await new Promise((resolve) => setImmediate(resolve))
        return { ok: true, attempts: [], completion: completion({ outputTokens: 8 }) }
      },
      onBatch({ texts }) {
        answered += texts.length
        if (early === 0 && answered > 40_000) early = heap()
        if (late === 0 && answered > 160_000) late = heap()
      },
    },
  )
  const end = await stage.ended
  expect(end).toMatchObject({ sent: 200_000, saturated: false })
  expect(answered).toBe(200_000)
  expect(late - early).toBeLessThan(16 * 2 ** 20) // kept requests would be 100 MB
})
