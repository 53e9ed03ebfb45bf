/** Kind `synthetic`: made-up prompts of exact lengths, for measuring speed. Nobody knows a right answer, so nothing is graded. */
import { resolve } from 'node:path'
import { z } from 'zod'
import { HarnessError } from '../errors.ts'
import { createRandom, type Random } from '../random.ts'
import type { Item, Opening } from '../types.ts'
import { ungraded } from './grader.ts'
import { itemHash } from './hash.ts'
import { workloadKind } from './kind.ts'
import { drawLength, LengthSchema, type LengthInput } from './lengths.ts'
import { readTrace, TRACE_BLOCK, TRACE_FORMATS, type TraceFormat } from './trace.ts'
import { fitText, WORDS, type Count } from './words.ts'

export interface SyntheticOptions {
  /** How many different prompts; default 200, or the first 1000 of the trace. */
  readonly count?: number | undefined
  /** Tokens of a prompt, without what a chat template adds. */
  readonly input?: LengthInput | undefined
  /** Tokens of an answer. */
  readonly output?: LengthInput | undefined
  /** In place of both: the trace whose lengths are taken, request by request. */
  readonly trace?:
    | {
        readonly file: string
        readonly format?: 'auto' | TraceFormat | undefined
        readonly fromSeconds?: number | undefined
        readonly seconds?: number | undefined
      }
    | undefined
  /** The tokenizer.json that lengths are counted with; without it one word counts as one token, which is marked as an estimate. */
  readonly tokenizer?: string | undefined
  /** Ask the server to go on to the full length (`ignore_eos`); default true. */
  readonly ignoreEos?: boolean | undefined
  /** What prompts have in common at their beginning, and so what a prefix cache can know; default `unique`. */
  readonly prefix?: PrefixInput | undefined
}

export type PrefixInput =
  /** Every request begins differently, in this run and any other. */
  | 'unique'
  /** As the prompts are: those of a later round, load or run are the same again. */
  | 'asis'
  /** Prompts begin with one of `distinct` texts (default 1), of so many tokens or this share of the prompt, and go on differently. */
  | { readonly kind: 'shared'; readonly tokens?: number | undefined; readonly share?: number | undefined; readonly distinct?: number | undefined }

export const synthetic = workloadKind<SyntheticOptions>({
  summary: 'made-up prompts of exact length, for speed under load; nothing is graded',
  shape: {
    count: z.int().min(1).optional().describe('How many different prompts; default 200, or the first 1000 of the trace'),
    input: LengthSchema.optional().describe('Tokens of a prompt: a number, or { kind: uniform | normal | list, … }'),
    output: LengthSchema.optional().describe('Tokens of an answer, likewise'),
    trace: z
      .strictObject({
        file: z.string().min(1),
        format: z.enum(['auto', ...TRACE_FORMATS]).optional(),
        fromSeconds: z.number().min(0).optional(),
        seconds: z.number().positive().optional(),
      })
      .optional()
      .describe('In place of input and output: a trace whose lengths are taken, request by request'),
    tokenizer: z.string().min(1).optional().describe('tokenizer.json that lengths are counted with; without it they are estimates'),
    ignoreEos: z.boolean().optional().describe('Ask the server to go on to the full length (ignore_eos); default true'),
    prefix: z
      .union(
        [
          z.enum(['unique', 'asis']),
          z.strictObject({
            kind: z.literal('shared'),
            tokens: z.int().min(1).optional(),
            share: z.number().gt(0).lt(1).optional(),
            distinct: z.int().min(1).optional(),
          }),
        ],
        { error: 'must be unique, asis, or { kind: shared, tokens or share, distinct }' },
      )
      .optional()
      .describe('What prompts have in common at their beginning; default unique'),
  },
  create(options, { id, dir }) {
    check(options, id)
    const { output = 128 } = options
    return {
      items: (seed) => makeItems(options, seed, dir),
      grader: ungraded,
      maxTokens: typeof output === 'number' ? output : 4096,
      prefix: options.trace !== undefined && options.prefix === undefined ? 'blocks of the trace, else unique' : describePrefix(options.prefix),
    }
  },
})

// --- internal ---

const DEFAULT_COUNT = 200
/** Of a trace, unless `count` says more: prompts are held in memory. */
const MOST_OF_TRACE = 1000
/** Words that differ from request to request: of 60 or more words each, so about 10^14 beginnings, inside of the first block of 16 tokens. */
const OPENING_WORDS = 8
/** Prompts that are fitted at the same time. */
const AT_ONCE = 16

interface Wanted {
  index: number
  input: number
  output: number
  blocks?: readonly number[]
}

function check({ input, output, trace, prefix }: SyntheticOptions, id: string): void {
  const refuse = (message: string): never => {
    throw new HarnessError('usage', `workload ${id}: ${message}`)
  }
  if (trace === undefined && (input === undefined || output === undefined)) refuse('give input and output, in tokens, or a trace that has both')
  if (trace !== undefined && (input !== undefined || output !== undefined)) refuse('lengths come from the trace, or from input and output, but not from both')
  if (typeof prefix === 'object' && (prefix.tokens === undefined) === (prefix.share === undefined)) refuse('a shared prefix has either tokens or a share')
}

const describePrefix = (prefix: PrefixInput = 'unique'): string =>
  typeof prefix === 'string'
    ? prefix
    : `shared: ${prefix.tokens === undefined ? `${prefix.share! * 100}% of the prompt` : `${prefix.tokens} tokens`}, ${prefix.distinct ?? 1} distinct`

async function* makeItems(options: SyntheticOptions, seed: number, dir: string): AsyncGenerator<Item> {
  const wanted = await wantedLengths(options, seed, dir)
  const counter = options.tokenizer === undefined ? undefined : await openCounter(resolve(dir, options.tokenizer))
  try {
    const parts = { options, seed, count: counter?.count, opening: await openingWords(counter?.count) }
    for (let i = 0; i < wanted.length; i += AT_ONCE) yield* await Promise.all(wanted.slice(i, i + AT_ONCE).map((one) => makeItem(one, parts)))
  } finally {
    await counter?.close()
  }
}

async function openCounter(file: string) {
  const { openTokenizer } = await import('../models/openai/tokenizer.ts')
  return openTokenizer(file)
}

async function wantedLengths({ count, input, output, trace }: SyntheticOptions, seed: number, dir: string): Promise<Wanted[]> {
  if (trace === undefined) {
    const [ins, outs] = [createRandom('input', seed), createRandom('output', seed)]
    return Array.from({ length: count ?? DEFAULT_COUNT }, (_, index) => ({
      index,
      input: drawLength(input!, index, ins),
      output: drawLength(output!, index, outs),
    }))
  }
  const file = resolve(dir, trace.file)
  const rows = await readTrace(file, trace.format, { ...trace, requests: count ?? MOST_OF_TRACE })
  return rows.map(({ inputTokens, outputTokens, blocks }, index) => {
    if (inputTokens === undefined || outputTokens === undefined)
      throw new HarnessError('data', `the trace ${file} does not tell the lengths of its requests`, {
        hint: 'it can be replayed by a load of kind trace, with other prompts',
      })
    return { index, input: Math.max(1, inputTokens), output: Math.max(1, outputTokens), ...(blocks === undefined ? {} : { blocks }) }
  })
}

interface Parts {
  options: SyntheticOptions
  seed: number
  count: Count | undefined
  opening: readonly string[]
}

async function makeItem({ index, input, output, blocks }: Wanted, { options, seed, count, opening: alike }: Parts): Promise<Item> {
  const { tokenizer, prefix, ignoreEos = true } = options
  const random = createRandom('synthetic', seed, index)
  const shared =
    prefix === undefined && blocks !== undefined ? await blockText(blocks, input, seed, count) : await sharedText(prefix, input, seed, index, count)
  const at = shared.text === '' ? 0 : shared.text.length + 1
  const words = prefix === 'asis' || input - shared.tokens < OPENING_WORDS + 1 ? 0 : OPENING_WORDS
  const first = Array.from({ length: words }, () => alike[random.int(alike.length)]!).join(' ')
  const start = words === 0 ? shared.text : `${shared.text} ${first}`.trimStart()
  const prompt = await fitText({ text: start, tokens: shared.tokens + words }, input, random, count)
  const opening: Opening | undefined = words === 0 ? undefined : { at, end: start.length, count: words, words: alike }
  return {
    id: String(index + 1),
    hash: itemHash(prompt, String(output)),
    prompt,
    length: { inputTokens: input, outputTokens: output, countedBy: tokenizer === undefined ? 'estimate' : 'tokenizer', ignoreEos },
    ...(opening === undefined ? {} : { opening }),
  }
}

interface Beginning {
  text: string
  tokens: number
}

async function sharedText(prefix: PrefixInput | undefined, input: number, seed: number, index: number, count: Count | undefined): Promise<Beginning> {
  if (typeof prefix !== 'object') return { text: '', tokens: 0 }
  const tokens = Math.min(input - 1, prefix.tokens ?? Math.floor(prefix.share! * input))
  if (tokens < 1) return { text: '', tokens: 0 }
  // one long text is cut, so that prompts of different lengths share what they can
  return { text: await fitText({ text: '', tokens: 0 }, tokens, sharedRandom(seed, index % (prefix.distinct ?? 1)), count), tokens }
}

const sharedRandom = (seed: number, text: number): Random => createRandom('shared', seed, text)

/** All blocks but the last, whole; the last one is cut where the prompt ends, and fitted so that the whole is exact. */
async function blockText(blocks: readonly number[], input: number, seed: number, count: Count | undefined): Promise<Beginning> {
  let text = ''
  let tokens = 0
  for (const block of blocks) {
    const random = createRandom('block', seed, block)
    if (tokens + TRACE_BLOCK >= input) return { text: await fitText({ text, tokens }, input, random, count), tokens: input }
    text += `${text === '' ? '' : ' '}${await fitText({ text: '', tokens: 0 }, TRACE_BLOCK, random, count)}`
    tokens += TRACE_BLOCK
  }
  return { text, tokens }
}

/** Words that can stand for one another without a change of the number of tokens, at the beginning of a text and after a space. */
async function openingWords(count?: Count): Promise<readonly string[]> {
  if (count === undefined) return WORDS
  const counts = await count(WORDS.flatMap((word) => [word, `the ${word}`]))
  const alike = new Map<string, string[]>()
  WORDS.forEach((word, i) => {
    const key = `${counts[2 * i]}/${counts[2 * i + 1]}`
    alike.set(key, [...(alike.get(key) ?? []), word])
  })
  return [...alike.values()].reduce((best, words) => (words.length > best.length ? words : best))
}
