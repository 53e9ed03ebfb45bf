import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Assembly } from '../../../harness/models/openai/assembly.ts'
import { headOf, Learned } from '../../../harness/models/openai/learned.ts'
import { SseParser } from '../../../harness/models/openai/sse.ts'
import { createRecording } from '../../../harness/models/recording.ts'

function read(events: readonly string[], learned: Learned | undefined, size = Infinity) {
  const recording = createRecording(() => 0)
  const assembly = learned === undefined ? new Assembly(recording, false) : new Assembly(recording, true, learned)
  const parser = learned === undefined ? new SseParser(assembly.onData) : new SseParser(assembly.onData, assembly.onFrame)
  const bytes = Buffer.from(events.map((json) => `data: ${json}\n\n`).join(''))
  for (let at = 0; at < bytes.length; at += size) parser.push(bytes.subarray(at, at + size))
  const { finish, usage, toolCalls, fault, events: count, toldTokens, logProb, done } = assembly
  const texts = [assembly.answer, assembly.reasoning].map((text) => text.salvage(1e6))
  return { texts, finish, usage, toolCalls, fault, count, toldTokens, logProb, done, marks: [...recording.marks.subarray(0, recording.events)] }
}

/** Most as servers send them; some that must not be taken for such: a field that is read, a number or a text that is no JSON, words of another script. */
const head = fc.oneof(
  fc.nat().map((id) => `"id":"chatcmpl-${id}","object":"chat.completion.chunk","created":${id},"model":"m",`),
  fc.constantFrom('', '"created": 1, "id": null, ', '"error":{"message":"no"},', '"usage":{"completion_tokens":7},', '"created":007,', '"id":"é",'),
  fc.constantFrom('"id":"a\\"b",', '"id":"a\\x",', '"id":"a","choices":[{"delta":{"content":"first"}}],', '"id":"a" "object":"b",', '"object":"error",'),
)
const choice = fc.oneof(
  fc.string().map((content) => ({ index: 0, delta: { content }, finish_reason: null })),
  fc.string().map((text) => ({ index: 0, delta: { reasoning_content: text } })),
  fc.constantFrom<unknown>(
    { index: 0, delta: { role: 'assistant', content: '' } },
    { index: 0, delta: {}, finish_reason: 'length' },
    { index: 1, delta: { content: 'another' } },
    { index: 0, delta: { tool_calls: [{ index: 0, function: { name: 'f', arguments: '{' } }] } },
  ),
)
const rest = fc.oneof(
  choice.map((one) => `"choices":[${JSON.stringify(one)}]}`),
  fc.nat({ max: 3 }).map((tokens) => `"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":${tokens}}}`),
  fc.constantFrom('"choices":[]}', '"choices":[', '"choices":null}', '"choices":[],"error":"late"}'),
)

describe('what earlier answers taught', () => {
  test('changes nothing of what is read', () => {
    const answer = fc.tuple(
      head,
      fc.array(fc.tuple(rest, fc.oneof({ weight: 5, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: head })), { maxLength: 8 }),
    )
    fc.assert(
      fc.property(fc.array(answer, { maxLength: 4 }), fc.oneof(fc.constant(Infinity), fc.integer({ min: 1, max: 300 })), (answers, size) => {
        const learned = new Learned()
        // each twice: the second time all of it is known; in pieces of any size
        for (const [usual, events] of [...answers, ...answers]) {
          const all = [...events.map(([end, own]) => `{${own ?? usual}${end}`), '[DONE]']
          expect(read(all, learned, size)).toEqual(read(all, undefined))
        }
      }),
      { numRuns: 400 },
    )
  })

  test('spares all parsing of the next answer', () => {
    const learned = new Learned()
    const answer = (id: number): string[] =>
      ['"choices":[{"index":0,"delta":{"role":"assistant","content":""}}]}', ...[' a', ' b', '\\n'].map((text) => `"choices":[{"index":0,"delta":{"content":"${text}"}}]}`), '"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}', '"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":3}}'].map((end) => `{"id":"c-${id}","object":"chunk","created":${id},"model":"m",${end}`) // prettier-ignore
    read(answer(1), learned)
    const parse = JSON.parse
    let parsed = 0
    JSON.parse = (...args: Parameters<typeof parse>): unknown => {
      parsed += 1
      return parse(...args)
    }
    try {
      expect(read(answer(2), learned)).toMatchObject({ texts: [' a b\n', ''], finish: 'stop', usage: { promptTokens: 3, outputTokens: 3 }, count: 3 })
    } finally {
      JSON.parse = parse
    }
    expect(parsed).toBe(0)
  })

  test.each(['{"id":"a","choices":[', '{"created":0,"model":null, "choices": [', '{"choices":['])('a head that matters to nobody is known: %s', (json) => {
    expect(headOf(`x${json}`, 1, json.length + 1)).toBe(json.slice(0, json.indexOf('"choices')))
  })
  test.each(['{"id":"a\\u0022","choices":[', '{"created":01,"choices":[', '{"usage":null,"choices":[', '{"id":"a"}', '[{"choices":['])(
    'any other is none: %s',
    (json) => {
      expect(headOf(json, 0, json.length)).toBeUndefined()
    },
  )
})
