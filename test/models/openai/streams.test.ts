import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { ask, DONE, event, finishEvent, REQUEST, respond, stream, timeless, usageEvent, wholeStream } from './server.ts'

const WORDS = ['Forty', '-two', ' is', ' the', ' ans', 'wer']
const TEXT = WORDS.join('')
const USAGE = { prompt_tokens: 5, completion_tokens: 6 }
const streaming =
  (pieces: readonly (string | Buffer)[], options = {}) =>
  (socket: Parameters<typeof stream>[0]) =>
    stream(socket, pieces, options)

test('a stream gives its text, its tokens one by one, and the counts of the server', async () => {
  const { sent, times, recording } = await ask(streaming(wholeStream(WORDS)))
  expect(sent).toEqual({
    ok: true,
    attempts: [],
    completion: { finish: 'stop', text: TEXT, promptTokens: 5, outputTokens: 6, countedBy: 'server' },
  })
  expect(times.tokenMs).toHaveLength(6) // the event with the role alone is no token
  expect(times).not.toHaveProperty('timing')
  expect(recording.sentMs).toBeLessThanOrEqual(recording.headersMs)
  expect(recording.headersMs).toBeLessThanOrEqual(times.tokenMs[0]!)
  expect(times.tokenMs.at(-1)).toBeLessThanOrEqual(recording.endedMs)
})

test('the request says what the suite says, and asks for usage', async () => {
  let body: unknown
  await ask(
    (socket, asked) => {
      body = { ...(JSON.parse(asked.body) as object), path: asked.path, custom: asked.headers['x-custom'] }
      return stream(socket, wholeStream(WORDS))
    },
    { extra: { top_p: 0.9, ignore_eos: true, seed: null }, headers: { 'x-custom': 'yes' }, maxTokensField: 'max_completion_tokens' },
    { ...REQUEST, stop: ['\n'] },
  )
  expect(body).toEqual({
    model: 'm',
    messages: [{ role: 'user', content: REQUEST.prompt }],
    max_completion_tokens: 64,
    temperature: 0,
    stop: ['\n'],
    stream: true,
    stream_options: { include_usage: true },
    top_p: 0.9,
    ignore_eos: true,
    path: '/v1/chat/completions',
    custom: 'yes',
  })
})

test('completions are asked with a text and answer with texts', async () => {
  const line = (text: string, finish: string | null = null): string => `data: ${JSON.stringify({ choices: [{ index: 0, text, finish_reason: finish }] })}\n\n`
  let asked: unknown
  const { sent } = await ask(
    (socket, { body, path }) => {
      asked = [path, (JSON.parse(body) as { prompt: string }).prompt]
      return stream(socket, [line('Forty'), line('-two'), line('!', 'length'), DONE])
    },
    { api: 'completions' },
  )
  expect(asked).toEqual(['/v1/completions', REQUEST.prompt])
  expect(sent).toMatchObject({ ok: true, completion: { text: 'Forty-two!', finish: 'length', outputTokens: 3, countedBy: 'estimate' } })
})

test('an answer without a stream has no times of tokens, for nobody saw them come', async () => {
  const body = { choices: [{ index: 0, message: { role: 'assistant', content: TEXT }, finish_reason: 'length' }], usage: USAGE }
  const { sent, times } = await ask((socket) => respond(socket, 200, JSON.stringify(body)), { stream: false })
  expect(sent).toMatchObject({ ok: true, completion: { text: TEXT, finish: 'length', outputTokens: 6, countedBy: 'server' } })
  expect(times).toMatchObject({ tokenMs: [] })
  expect(times.headersMs).toBeGreaterThan(0)
})

test('reasoning is kept apart from the answer, by either name, and its first token has a time of its own', async () => {
  for (const key of ['reasoning_content', 'reasoning']) {
    const pieces = [
      event({ role: 'assistant', content: null }),
      ...['Let', ' me', ' see'].map((text) => event({ [key]: text, content: null })),
      ...['4', '2'].map((text) => event({ content: text, [key]: null })),
      finishEvent(),
      usageEvent({ prompt_tokens: 5, completion_tokens: 5, completion_tokens_details: { reasoning_tokens: 3 }, prompt_tokens_details: { cached_tokens: 4 } }),
      DONE,
    ]
    const { sent, times } = await ask(streaming(pieces))
    expect(sent).toMatchObject({ ok: true, completion: { text: '42', reasoning: 'Let me see', outputTokens: 5, reasoningTokens: 3, cachedTokens: 4 } })
    expect(times.firstReasoningMs).toBe(times.tokenMs[0])
    expect(times.firstAnswerMs).toBe(times.tokenMs[3])
  }
})

test('tool calls are put together from their pieces', async () => {
  const call = (index: number, name: string | undefined, args: string): string =>
    event({
      tool_calls: [
        {
          index,
          ...(name === undefined ? {} : { id: `call_${index}`, type: 'function' }),
          function: { ...(name === undefined ? {} : { name }), arguments: args },
        },
      ],
    })
  const pieces = [call(0, 'add', ''), call(0, undefined, '{"a":'), call(0, undefined, '1}'), call(1, 'stop', '{}'), finishEvent('tool_calls'), DONE]
  const { sent } = await ask(streaming(pieces))
  expect(sent).toMatchObject({
    ok: true,
    completion: {
      finish: 'tool-calls',
      text: '',
      toolCalls: [
        { name: 'add', arguments: '{"a":1}' },
        { name: 'stop', arguments: '{}' },
      ],
    },
  })
})

test('log-probabilities tell how many tokens an event has', async () => {
  const withTokens = (content: string, tokens: number): string =>
    event({ content }, { logprobs: { content: Array.from({ length: tokens }, (_, i) => ({ token: String(i), logprob: -1, bytes: null, top_logprobs: [] })) } })
  const { sent, times } = await ask(
    streaming([withTokens('Forty-two', 3), withTokens(' is', 1), withTokens(' the answer', 2), finishEvent(), usageEvent({ prompt_tokens: 5 }), DONE]),
  )
  expect(sent).toMatchObject({ ok: true, completion: { outputTokens: 6, countedBy: 'server' } })
  expect(times.tokenMs).toHaveLength(6)
  expect(times.tokenMs[0]).toBe(times.tokenMs[2])
  expect(times).not.toHaveProperty('timing')
})

describe('the log-probability of an answer', () => {
  const scored = (content: string, logProbs: readonly unknown[], more: Record<string, unknown> = {}): string =>
    event({ content, ...more }, { logprobs: { content: logProbs.map((logprob) => ({ token: 'x', logprob, bytes: null, top_logprobs: [] })) } })
  const completionOf = async (pieces: readonly string[], options = {}): Promise<object> => {
    const { sent } = await ask(streaming([...pieces, finishEvent(), DONE]), options)
    return sent.ok ? sent.completion : sent
  }

  test('is the sum over its tokens, those of events without text too', async () => {
    const pieces = [event({ role: 'assistant', content: '' }), scored('Forty-two', [-0.5, -0.25]), scored('', [-1]), scored(' is', [-2])]
    expect(await completionOf(pieces)).toMatchObject({ text: 'Forty-two is', logProb: -3.75, logProbTokens: 4 })
  })

  test('leaves reasoning out', async () => {
    const reasoning = event({ reasoning_content: 'Hm.' }, { logprobs: { content: [{ token: 'Hm.', logprob: -7 }] } })
    expect(await completionOf([reasoning, scored('42', [-0.5])])).toMatchObject({ reasoning: 'Hm.', logProb: -0.5, logProbTokens: 1 })
    expect(await completionOf([event({ reasoning_content: 'Hm.' }), event({ reasoning_content: 'So:' }), scored('42', [-0.5])])).toMatchObject({
      logProb: -0.5,
    })
  })

  test.each([
    ['a part of the answer came without', [scored('Forty', [-1]), event({ content: '-two' }), event({ content: ' is' })]],
    ['a token has none', [scored('Forty', [-1, null])]],
    ['a number cannot be one', [scored('Forty', [-1, 0.5])]],
    ['reasoning and answer share an event', [scored('42', [-1, -2], { reasoning_content: 'Hm.' })]],
    ['none was asked for', [event({ content: 'Forty' })]],
  ])('is not told where %s', async (_, pieces) => {
    expect(await completionOf(pieces)).not.toHaveProperty('logProb')
  })

  test('is asked for by an option, as each of the two ways to ask has it', async () => {
    const bodies: unknown[] = []
    const answer: Parameters<typeof ask>[0] = (socket, { body }) => {
      bodies.push((JSON.parse(body) as { logprobs?: unknown }).logprobs)
      const logprobs = { tokens: ['Forty', '-two'], token_logprobs: [-1, -0.5] }
      return stream(socket, [`data: ${JSON.stringify({ choices: [{ index: 0, text: 'Forty-two', logprobs, finish_reason: 'stop' }] })}\n\n`, DONE])
    }
    await ask(answer)
    await ask(answer, { logprobs: true })
    const { sent } = await ask(answer, { logprobs: true, api: 'completions' })
    expect(bodies).toEqual([undefined, true, 1])
    expect(sent).toMatchObject({ completion: { logProb: -1.5, logProbTokens: 2 } })
  })

  test('comes with a whole answer too', async () => {
    const choice = { index: 0, message: { content: '42' }, finish_reason: 'stop', logprobs: { content: [{ token: '42', logprob: -0.5 }] } }
    const { sent } = await ask((socket) => respond(socket, 200, JSON.stringify({ choices: [choice] })), { stream: false })
    expect(sent).toMatchObject({ completion: { logProb: -0.5, logProbTokens: 1 } })
  })
})

describe('events that are not tokens', () => {
  test('several tokens in one event: each time is an event, and says so', async () => {
    const { sent, times } = await ask(
      streaming([event({ content: 'Forty-two is' }), event({ content: ' the answer' }), finishEvent(), usageEvent(USAGE), DONE]),
    )
    expect(sent).toMatchObject({ ok: true, completion: { outputTokens: 6, countedBy: 'server' } })
    expect(times).toMatchObject({ timing: 'event', tokenMs: [expect.any(Number), expect.any(Number)] })
  })

  test('usage in every event tells how many tokens each has', async () => {
    const at = (content: string, tokens: number): string => event({ content }, {}, { usage: { prompt_tokens: 5, completion_tokens: tokens } })
    const pieces = [at('', 0), at('Forty-two', 3), at(' is', 4), at('', 5), at(' answer', 6), finishEvent('stop', { usage: USAGE }), usageEvent(USAGE), DONE]
    const { sent, times, recording } = await ask(streaming(pieces))
    expect(sent).toMatchObject({ ok: true, completion: { outputTokens: 6, promptTokens: 5, countedBy: 'server' } })
    expect([...recording.marks.subarray(0, recording.events)]).toEqual([3, 1, 1])
    expect(times).not.toHaveProperty('timing')
  })

  test('usage that comes once, with the last content, is the usage of the whole', async () => {
    const pieces = [event({ content: 'Forty-two' }), event({ content: ' is the answer' }, { finish_reason: 'stop' }, { usage: USAGE }), DONE]
    const { recording, times } = await ask(streaming(pieces))
    expect([...recording.marks.subarray(0, recording.events)]).toEqual([0, 0])
    expect(times.timing).toBe('event')
  })

  test('empty deltas, comments and events of other kinds are nothing', async () => {
    const pieces = [
      ': OPENROUTER PROCESSING\n\n',
      event({}),
      event({ content: '' }),
      event({ content: null }),
      'id: 7\nretry: 10\n\n',
      ...WORDS.map((content) => `event: message\nid: 1\n${event({ content })}: ping\n\n`),
      'data:\n\n',
      `data: {"choices":[]}\n\n`,
      finishEvent(),
      usageEvent(USAGE),
      DONE,
    ]
    const { sent, times } = await ask(streaming(pieces))
    expect(sent).toMatchObject({ ok: true, completion: { text: TEXT, outputTokens: 6 } })
    expect(times.tokenMs).toHaveLength(6)
  })
})

describe('counts', () => {
  test('without usage they are estimated, and say so', async () => {
    const { sent } = await ask(streaming([...WORDS.map((content) => event({ content })), finishEvent(), DONE]))
    expect(sent).toMatchObject({ ok: true, completion: { outputTokens: 6, countedBy: 'estimate' } })
  })

  test.each([
    ['nothing for a text that is there', { prompt_tokens: 0, completion_tokens: 0 }],
    ['no number', { prompt_tokens: 'many', completion_tokens: null }],
    ['less than nothing', { prompt_tokens: -1, completion_tokens: -7 }],
    ['a broken number', { prompt_tokens: 1.5, completion_tokens: 6.5 }],
  ])('a usage of %s is not believed', async (_, usage) => {
    const { sent } = await ask(streaming([...WORDS.map((content) => event({ content })), finishEvent(), usageEvent(usage), DONE]))
    expect(sent).toMatchObject({ ok: true, completion: { text: TEXT, promptTokens: 5, outputTokens: 6, countedBy: 'estimate' } })
  })

  test('tokens that came twice are in the text twice; the server’s count is kept, and the times are events', async () => {
    const twice = WORDS.flatMap((content) => [event({ content }), event({ content })])
    const { sent, times } = await ask(streaming([...twice, finishEvent(), usageEvent(USAGE), DONE]))
    expect(sent).toMatchObject({ ok: true, completion: { text: WORDS.map((w) => w + w).join(''), outputTokens: 6, countedBy: 'server' } })
    expect(times.timing).toBe('event')
  })
})

describe('framing', () => {
  const lines = wholeStream(['Fünf', ' 😀', '数', 'é"\\\n', ' end'])
  const plain = { text: 'Fünf 😀数é"\\\n end', outputTokens: 5 }

  test.each([
    ['CRLF', lines.map((line) => line.replaceAll('\n', '\r\n'))],
    ['CR', lines.map((line) => line.replaceAll('\n', '\r'))],
    ['no space after data:', lines.map((line) => line.replace('data: ', 'data:'))],
    ['a byte order mark', ['\ufeff', ...lines]],
    ['JSON over several data lines', lines.map((line) => line.replaceAll(/,"(choices|model)"/g, ',\ndata: "$1"'))],
    ['no [DONE]', lines.slice(0, -1)],
    ['no empty line at the end', [...lines.slice(0, -2), lines.at(-2)!.trimEnd()]],
    ['all in one piece', [lines.join('')]],
  ])('%s', async (_, pieces) => {
    const { sent } = await ask(streaming(pieces))
    expect(sent).toMatchObject({ ok: true, completion: plain })
  })

  test('a stream that says [DONE] and leaves the connection open is complete', async () => {
    const { sent } = await ask(streaming(lines, { open: true }))
    expect(sent).toMatchObject({ ok: true, completion: plain })
  })

  test('compressed answers are read all the same', async () => {
    const packed = gzipSync(lines.join(''))
    const { sent } = await ask((socket) => respond(socket, 200, packed, { 'content-type': 'text/event-stream', 'content-encoding': 'gzip' }))
    expect(sent).toMatchObject({ ok: true, completion: plain })
  })

  test('a stream without a content type, and a whole answer where a stream was asked for, are recognised', async () => {
    const whole = JSON.stringify({ choices: [{ message: { content: 'Yes' }, finish_reason: 'stop' }] })
    for (const type of ['application/json', 'text/plain']) {
      const { sent } = await ask((socket) => respond(socket, 200, whole, { 'content-type': type }))
      expect(sent).toMatchObject({ ok: true, completion: { text: 'Yes' } })
    }
    const { sent } = await ask((socket) => respond(socket, 200, lines.join(''), { 'content-type': 'text/plain' }))
    expect(sent).toMatchObject({ ok: true, completion: plain })
  })

  test('cut at any byte, and into single bytes, the sample is the same', async () => {
    const bytes = Buffer.from([lines[0], lines[2], `: ping\r\n\r\nevent: message\n${lines[3]}`, ...lines.slice(5)].join(''))
    const pieces = (cut: number): Buffer[] => [bytes.subarray(0, cut), bytes.subarray(cut)].filter((piece) => piece.length > 0)
    let n = 0
    const all = [[...bytes].map((byte) => Buffer.from([byte])), ...Array.from({ length: bytes.length }, (_, cut) => pieces(cut))]
    const { openModel, askModel, serve } = await import('./server.ts')
    const model = await openModel(await serve((socket) => stream(socket, all[n++]!)))
    const first = timeless(await askModel(model))
    expect(first).toMatchObject({ sent: { ok: true, completion: { text: ' 😀数 end' } }, events: 3 })
    for (let cut = 0; cut < bytes.length; cut++) expect(timeless(await askModel(model))).toEqual(first)
  })
})
