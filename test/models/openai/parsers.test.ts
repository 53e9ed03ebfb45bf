import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Assembly } from '../../../harness/models/openai/assembly.ts'
import { readDelta } from '../../../harness/models/openai/chunk.ts'
import { SseParser } from '../../../harness/models/openai/sse.ts'
import { TextBuilder } from '../../../harness/models/openai/text.ts'
import { createRecording } from '../../../harness/models/recording.ts'

describe('the parser of server-sent events', () => {
  const line = fc.oneof(
    fc.constant(''),
    fc.constantFrom(
      'data',
      'data:',
      'data: ',
      'data:  two',
      ':',
      ': comment',
      'event: x',
      'event',
      'event:y',
      'id: 1',
      'retry: 9',
      'nonsense',
      'dat',
      ' data: no',
      'datas: no',
    ),
    fc.string({ unit: 'binary' }).map((text) => `data: ${text.replace(/[\r\n]/g, '')}`),
  )
  const end = fc.constantFrom('\n', '\r\n', '\r')

  test('agrees with the standard, read line by line, however the bytes are cut', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(line, end)), fc.boolean(), fc.array(fc.nat(200)), (lines, mark, cuts) => {
        const bytes = Buffer.from((mark ? '\ufeff' : '') + lines.map(([text, ending]) => text + ending).join(''))
        expect(readCut(bytes, cuts)).toEqual(bySpecification(bytes.toString('utf8')))
      }),
      { numRuns: 500 },
    )
  })

  test('an event that is cut into very many pieces costs no more than its length', () => {
    const events: number[] = []
    const parser = new SseParser((_, start, stop) => events.push(stop - start) > 0)
    const piece = Buffer.alloc(1000, 'a')
    parser.push(Buffer.from('data: '))
    for (let i = 0; i < 20_000; i++) parser.push(piece)
    parser.push(Buffer.from('\n\n'))
    expect(events).toEqual([20_000_000])
  })

  test('ends when it is told to', () => {
    const events: string[] = []
    const parser = new SseParser((source, start, stop) => events.push(source.slice(start, stop)) < 2)
    parser.push(Buffer.from('data: 1\n\ndata: 2\n\ndata: 3\n\n'))
    parser.push(Buffer.from('data: 4\n\n'))
    parser.finish()
    expect(events).toEqual(['1', '2'])
  })
})

describe('the fast path', () => {
  const content = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({ unit: 'grapheme' }),
    fc.constantFrom('', '\n', '"', '\\', '\\n', '","content":"', '"}}]}', '\u0000', '\u2028', '\ud83d\ude00', 'é', ' the', '{"content":"x"}', '[DONE]'),
  )
  const delta = fc.oneof(
    { weight: 6, arbitrary: content.map((text) => ({ content: text })) },
    { weight: 2, arbitrary: content.map((text) => ({ reasoning_content: text, content: null })) },
    { weight: 1, arbitrary: content.map((text) => ({ content: '', reasoning: text })) },
    { weight: 1, arbitrary: fc.tuple(content, content).map(([a, b]) => ({ content: a, reasoning: b })) },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        {},
        { role: 'assistant' },
        { content: null },
        { tool_calls: [{ index: 0, function: { name: 'f', arguments: '{"content":"x"}' } }] },
      ),
    },
  )
  const more = fc.oneof(
    { weight: 8, arbitrary: fc.constant({}) },
    {
      weight: 1,
      arbitrary: fc.constantFrom({ created: 2 }, { usage: { completion_tokens: 3 } }, { usage: null }, { content: 'not this' }, { text: 'nor this' }),
    },
  )
  const choice = fc.oneof(
    { weight: 8, arbitrary: fc.constant({ logprobs: null, finish_reason: null }) },
    { weight: 1, arbitrary: fc.constantFrom({ finish_reason: 'length' }, { logprobs: { content: [{ token: '"content":"' }] } }, { text: 'aside' }) },
  )
  const style = fc.constantFrom<(value: unknown) => string>(
    (value) => JSON.stringify(value),
    (value) => JSON.stringify(value, null, 1).replaceAll('\n', ' '),
    (value) => JSON.stringify(value).replace(/[\u0080-\uffff]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`),
    (value) => JSON.stringify(value).replaceAll('"choices"', '"content":"a decoy","choices"'),
    (value) => JSON.stringify(value).replaceAll('/', '\\/'),
  )

  test('reads a stream exactly as JSON.parse does, event by event', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(delta, choice, more), { maxLength: 12 }), style, fc.boolean(), (events, write, completions) => {
        const all = events.map(([what, beside, above]) => {
          const inside = completions ? { text: 'content' in what ? what.content : '' } : { delta: what }
          return write({ id: 'c', object: 'chunk', created: 1, choices: [{ index: 0, ...beside, ...inside }], ...above })
        })
        // each twice: the second one meets the template of the first
        const twice = all.flatMap((json) => [json, json, json])
        expect(assemble(twice, true)).toEqual(assemble(twice, false))
      }),
      { numRuns: 1000 },
    )
  })

  test('is not fooled by JSON that only begins and ends like the template', () => {
    const good = '{"choices":[{"index":0,"delta":{"content":"Forty"}}]}'
    for (const [between, fault] of [
      ['a","content":"b', undefined],
      ['a"}},{"index":1,"delta":{"content":"b', undefined],
      ['a"', 'invalid-json'],
      ['a\\', 'invalid-json'],
      ['a\u0001', 'invalid-json'],
      ['\\x', 'invalid-json'],
    ] as const) {
      const other = good.replace('Forty', between)
      expect(assemble([good, good, other], true)).toEqual(assemble([good, good, other], false))
      expect(assemble([good, good, other], true).fault).toBe(fault)
    }
  })

  test('is taken: a stream of equal events is parsed once', () => {
    let parsed = 0
    const parse = JSON.parse
    JSON.parse = (...args: Parameters<typeof parse>): unknown => {
      parsed += 1
      return parse(...args)
    }
    try {
      const json = '{"choices":[{"index":0,"delta":{"content":" é\\n"},"finish_reason":null}]}'
      expect(
        assemble(
          Array.from({ length: 100 }, () => json),
          true,
        ).answer,
      ).toBe(' é\n'.repeat(100))
    } finally {
      JSON.parse = parse
    }
    expect(parsed).toBe(2) // the event, and the proof of its template
  })
})

test('whatever JSON a server sends, reading it does not throw, and gives texts', () => {
  fc.assert(
    fc.property(fc.oneof(fc.jsonValue(), fc.record({ choices: fc.array(fc.jsonValue()), usage: fc.jsonValue() })), (value) => {
      const delta = readDelta(value)
      expect(typeof delta.answer).toBe('string')
      expect(delta.tokens).toBeGreaterThanOrEqual(0)
    }),
  )
})

test('text in pieces is the text, wherever its bytes are cut', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), fc.string({ unit: 'grapheme' }), fc.array(fc.nat(100)), (text, between, cuts) => {
      const builder = new TextBuilder()
      for (const piece of cutUp(Buffer.from(text), cuts)) builder.bytes(piece.toString('latin1'))
      builder.text(between)
      for (const piece of cutUp(Buffer.from(text), cuts)) builder.bytes(piece.toString('latin1'))
      expect(builder.finish()).toBe(Buffer.from(text).toString() + between + Buffer.from(text).toString())
    }),
  )
})

// --- internal ---

function assemble(events: readonly string[], fast: boolean) {
  const recording = createRecording(() => 0)
  const assembly = new Assembly(recording, fast)
  const parser = fast ? new SseParser(assembly.onData, assembly.onFrame) : new SseParser(assembly.onData)
  parser.push(Buffer.from(events.map((json) => `data: ${json}\n\n`).join('')))
  const { finish, usage, toolCalls, fault, events: count, toldTokens } = assembly
  const marks = [...recording.marks.subarray(0, recording.events)]
  return {
    answer: assembly.answer.salvage(1e6),
    reasoning: assembly.reasoning.salvage(1e6),
    finish,
    usage,
    toolCalls,
    fault: fault?.kind,
    count,
    toldTokens,
    marks,
  }
}

function cutUp(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const at = [0, ...[...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b), bytes.length]
  return at.slice(1).map((end, i) => bytes.subarray(at[i], end))
}

function readCut(bytes: Buffer, cuts: readonly number[]): { data: string; event: string }[] {
  const events: { data: string; event: string }[] = []
  const parser = new SseParser(
    (source, start, stop, event) => events.push({ data: Buffer.from(source.slice(start, stop), 'latin1').toString('utf8'), event }) > 0,
  )
  for (const piece of cutUp(bytes, cuts)) parser.push(piece)
  return events
}

/** The algorithm of the standard, word by word, on the whole text. */
function bySpecification(stream: string): { data: string; event: string }[] {
  const events: { data: string; event: string }[] = []
  let data: string[] = []
  let event = ''
  const lines = stream.replace(/^\ufeff/, '').split(/\r\n|\n|\r/)
  for (const text of lines.slice(0, -1)) {
    if (text === '') {
      if (data.length > 0) events.push({ data: data.join('\n'), event })
      data = []
      event = ''
      continue
    }
    if (text.startsWith(':')) continue
    const colon = text.indexOf(':')
    const field = colon < 0 ? text : text.slice(0, colon)
    const value = colon < 0 ? '' : text.slice(colon + 1).replace(/^ /, '')
    if (field === 'data') data.push(value)
    else if (field === 'event') event = value
  }
  return events
}
