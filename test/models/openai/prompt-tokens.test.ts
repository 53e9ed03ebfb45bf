/** Reading the log-probabilities of a prompt, whatever a server sends, and telling which tokens are those of the given text. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { likelihoodOf, readPromptTokens, type PromptTokens } from '../../../harness/models/openai/prompt-tokens.ts'

/** A body as OpenAI's completions, vLLM and others send it for `echo` and `logprobs`. */
function echoed(tokens: readonly string[], values: readonly (number | null)[], more: { offsets?: readonly number[]; prompt?: number } = {}): unknown {
  const logprobs = { tokens, token_logprobs: values, top_logprobs: null, ...(more.offsets === undefined ? {} : { text_offset: more.offsets }) }
  return { choices: [{ index: 0, text: tokens.join(''), logprobs, finish_reason: 'length' }], usage: { prompt_tokens: more.prompt ?? tokens.length } }
}

function read(body: unknown, context: string, text: string): ReturnType<typeof likelihoodOf> {
  const prompt = readPromptTokens(body)
  return 'why' in prompt ? prompt : likelihoodOf(prompt, context, text)
}

describe('the tokens of the text', () => {
  test('are those behind the border; what was generated after it does not count', () => {
    const body = echoed(['2', '+', '2', ' =', ' 4', '.'], [null, -1, -2, -3, -0.5, -9], { prompt: 5 })
    expect(read(body, '2+2 =', ' 4')).toEqual({ logProb: -0.5, tokens: 1, bytes: 2 })
    expect(read(body, '2+2', ' = 4')).toEqual({ logProb: -3.5, tokens: 2, bytes: 4 })
  })

  test('a token that straddles the border counts as a whole, and says so', () => {
    const body = echoed(['Paris', ' is', ' nice!'], [null, -1, -2])
    expect(read(body, 'Paris is ', 'nice!')).toEqual({ logProb: -2, tokens: 1, bytes: 5, straddles: true })
  })

  test('without a context the first token is left out, its bytes too, so that means are of what was measured', () => {
    expect(read(echoed(['Hé', 'llo'], [null, -2]), '', 'Héllo')).toEqual({ logProb: -2, tokens: 1, bytes: 3 })
    expect(read(echoed(['Hello'], [null]), '', 'Hello')).toEqual({ why: 'it told no log-probability of any token of the text' })
  })

  test('a mark of the server before the text stands for nothing, and then the first token counts', () => {
    const body = echoed(['<s>', 'Hello', ' there'], [null, -1, -2], { offsets: [0, 3, 8] })
    expect(read(body, '', 'Hello there')).toEqual({ logProb: -3, tokens: 2, bytes: 11 })
    expect(read(body, 'Hello', ' there')).toEqual({ logProb: -2, tokens: 1, bytes: 6 })
  })

  test('parts of characters belong to the side of the border that their character is on', () => {
    const values = [null, -1, -2, -3, -4, -5]
    expect(read(echoed(['답', ':', '\ufffd', '\ufffd', ' ', 'x'], values), '답:', '가 x')).toEqual({ logProb: -14, tokens: 4, bytes: 5 })
    expect(read(echoed(['답', 'bytes:\\xea', 'bytes:\\xb0', 'bytes:\\x80', ' ', 'x'], values), '답가', ' x')).toEqual({ logProb: -9, tokens: 2, bytes: 2 })
    // nobody can tell which of them begins the second one
    expect(read(echoed(['답', '\ufffd', '\ufffd', '\ufffd'], [null, -1, -2, -3]), '답가', '나')).toMatchObject({ logProb: -6, tokens: 3, straddles: true })
  })

  test('vLLM tells them place by place', () => {
    const place = (text: string, logprob: number): object => ({ '17': { logprob, rank: 3, decoded_token: text } })
    const body = (places: unknown[]): unknown => ({ choices: [{ text: '', logprobs: null, prompt_logprobs: places }], usage: { prompt_tokens: places.length } })
    expect(read(body([null, place(' is', -1), place(' nice', -2)]), 'Paris is', ' nice')).toEqual({ logProb: -2, tokens: 1, bytes: 5 })
    expect(read(body([null, place('Paris', -4), place(' is', -1), place(' nice', -2)]), '', 'Paris is nice')).toEqual({ logProb: -7, tokens: 3, bytes: 13 })
    const two = { '3': { logprob: -1, decoded_token: ' is' }, '17': { logprob: -2, decoded_token: ' was' } }
    expect(read(body([null, two]), 'Paris', ' was')).toMatchObject({ why: expect.stringContaining('alternatives') })
  })

  test('where the texts of the tokens cannot be read, the places of the server decide', () => {
    const tokens = ['▅', '▅', '▅']
    expect(read(echoed(tokens, [null, -1, -2], { offsets: [0, 3, 5] }), 'abcde', 'fg')).toEqual({ logProb: -2, tokens: 1, bytes: 2 })
    expect(read(echoed(tokens, [null, -1, -2], { offsets: [0, 3, 3] }), 'abcdé', 'f')).toMatchObject({ tokens: 1, straddles: true })
    expect(read(echoed(tokens, [null, -1, -2], { offsets: [0, 9, 12] }), 'abcde', 'fg')).toEqual({ why: 'the tokens that it told are not those of the prompt' })
  })

  test('agree with a plain reading of any text that is cut anywhere', () => {
    const whole = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 })
    fc.assert(
      fc.property(whole, fc.nat(), fc.array(fc.nat(), { maxLength: 12 }), fc.boolean(), fc.nat(3), (text, border, cuts, marked, generated) => {
        const characters = Array.from(text)
        const at = border % characters.length
        const [context, rest] = [characters.slice(0, at).join(''), characters.slice(at).join('')]
        const places = [...new Set([0, ...cuts.map((cut) => cut % characters.length)])].sort((a, b) => a - b)
        const tokens = places.map((place, i) => characters.slice(place, places[i + 1]).join(''))
        const values = tokens.map((_, i) => -(i + 1) / 8)
        const head = marked && !text.startsWith('<s>')
        const list = [...(head ? ['<s>'] : []), ...tokens, ...Array.from({ length: generated }, () => 'zz')]
        const told = [...(head ? [null] : []), ...values.map((value, i) => (i === 0 && !head ? null : value)), ...Array.from({ length: generated }, () => -50)]
        const body = echoed(list, told, { prompt: list.length - generated })
        // By hand: every token that ends behind the border, and has something before it.
        const own = tokens
          .map((token, i) => ({ from: places[i]!, to: places[i]! + Array.from(token).length, value: values[i]!, known: i > 0 || head }))
          .filter((token) => token.to > at)
        const counted = own.filter(({ known }) => known)
        if (counted.length === 0) {
          expect(read(body, context, rest)).toHaveProperty('why')
          return
        }
        const from = Math.max(at, counted[0]!.from)
        expect(read(body, context, rest)).toEqual({
          logProb: counted.reduce((sum, { value }) => sum + value, 0),
          tokens: counted.length,
          bytes: Buffer.byteLength(characters.slice(from).join('')),
          ...(counted[0]!.from < at ? { straddles: true } : {}),
        })
      }),
      { numRuns: 500 },
    )
  })
})

describe('what servers send', () => {
  test('says what is missing', () => {
    expect(read({ choices: [{ text: 'x', logprobs: null }] }, 'a', 'b')).toEqual({ why: 'it told no log-probabilities of the prompt' })
    expect(read({ error: 'no' }, 'a', 'b')).toEqual({ why: 'the answer has no choices' })
    expect(read(echoed(['a', 'b'], [null]), 'a', 'b')).toEqual({ why: 'its tokens and their log-probabilities are not equally many' })
    expect(read(echoed(['a', 'b', 'c'], [null, null, -1]), 'a', 'bc')).toMatchObject({ why: expect.stringContaining('in the middle') })
    expect(read(echoed(['no', 'thing'], [null, -1]), 'a', 'b')).toEqual({ why: 'the tokens that it told are not those of the prompt' })
  })

  test('may be anything: the answer is a likelihood that is a number, or a reason', () => {
    const scalar = fc.oneof(fc.constant(null), fc.string(), fc.double(), fc.integer(), fc.boolean(), fc.constant(undefined))
    const list = fc.oneof(
      fc.array(scalar),
      fc.array(fc.string()),
      fc.array(fc.double()),
      fc.array(fc.dictionary(fc.string(), fc.record({ logprob: scalar, decoded_token: scalar }))),
    )
    const choice = fc.record({ logprobs: fc.oneof(scalar, fc.record({ tokens: list, token_logprobs: list, text_offset: list })), prompt_logprobs: fc.oneof(scalar, list) }, { requiredKeys: [] }) // prettier-ignore
    const body = fc.oneof(
      fc.jsonValue(),
      fc.record({ choices: fc.oneof(fc.array(choice), scalar), usage: fc.oneof(scalar, fc.record({ prompt_tokens: scalar })) }),
    )
    fc.assert(
      fc.property(body, fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (given, context, text) => {
        const found = read(given, context, text)
        if ('why' in found) {
          expect(found.why.length).toBeGreaterThan(0)
          return
        }
        expect(found.logProb).toBeLessThanOrEqual(0)
        expect([found.logProb, found.tokens, found.bytes].every((value) => Number.isFinite(value))).toBe(true)
      }),
      { numRuns: 150 },
    )
  })

  test('a long prompt of unreadable tokens costs time in proportion', () => {
    const prompt: PromptTokens = {
      tokens: Array.from({ length: 50_000 }, (_, i) => ({ text: i % 3 === 0 ? 'ab' : '\ufffd', logProb: i === 0 ? undefined : -1 })),
    }
    expect(likelihoodOf(prompt, 'ab가'.repeat(10_000), '가'.repeat(10_000))).toHaveProperty('why')
  })
})
