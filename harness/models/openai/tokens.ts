/** Token counts of an answer, each with who counted: the server first, else the model's tokenizer, else an estimate. */
import type { Completion, Request, TokenCount } from '../../types.ts'
import type { Assembly } from './assembly.ts'
import { promptText } from './body.ts'
import type { Usage } from './chunk.ts'

/** Tokens of each text; undefined where there is no tokenizer. */
export type CountTokens = (texts: readonly string[]) => Promise<readonly number[] | undefined>

type Counts = Pick<Completion, 'promptTokens' | 'outputTokens' | 'countedBy' | 'reasoningTokens' | 'cachedTokens'>

/**
 * Counts of the server are taken where they can be right: a server that says 0 for a text that is there is not believed, and
 * one that says fewer tokens than content events came, or more than bytes, is checked with the tokenizer if there is one
 * (`check`: always). Throws what `count` throws.
 */
export async function countTokens(
  request: Request,
  assembly: Assembly,
  { text, reasoning, check }: { text: string; reasoning: string; check: boolean },
  count: CountTokens,
): Promise<Counts> {
  const prompt = promptText(request.prompt)
  const output = reasoning + text + assembly.toolCalls.map((call) => call.name + call.arguments).join('')
  const told = believable(assembly, prompt, output)
  const extras = details(assembly.usage, told.outputTokens)
  if (told.promptTokens !== undefined && told.outputTokens !== undefined && !told.doubtful && !check)
    return { promptTokens: told.promptTokens, outputTokens: told.outputTokens, countedBy: 'server', ...extras }
  const [ofPrompt, ofOutput] = (await count([prompt, output])) ?? []
  const input = pick(told.promptTokens, ofPrompt, () => estimate(prompt))
  const hidden = reasoning === '' ? (extras.reasoningTokens ?? 0) : 0 // counted, but not shown
  const refuted = (told.doubtful || check) && ofOutput !== undefined && !near(ofOutput + hidden, told.outputTokens)
  const outputTold = refuted ? undefined : told.outputTokens
  const out = pick(outputTold, ofOutput, () => estimateOutput(output, assembly.events))
  return { promptTokens: input.count, outputTokens: out.count, countedBy: weaker(input.by, out.by), ...(outputTold === undefined ? {} : extras) }
}

// --- internal ---

/** Bytes of UTF-8 per token: the usual rule of thumb for English. */
const BYTES_PER_TOKEN = 4

function believable(
  { usage, events, toldEvents, toldTokens }: Assembly,
  prompt: string,
  output: string,
): Pick<Usage, 'promptTokens' | 'outputTokens'> & { doubtful: boolean } {
  // log-probabilities come one per token, so where all events have them their number is a count of the server too
  const summed = events > 0 && toldEvents === events ? toldTokens : undefined
  const outputTokens = usage?.outputTokens === 0 && output !== '' ? summed : (usage?.outputTokens ?? summed)
  const promptTokens = usage?.promptTokens === 0 && prompt !== '' ? undefined : usage?.promptTokens
  return {
    ...(promptTokens === undefined ? {} : { promptTokens }),
    ...(outputTokens === undefined ? {} : { outputTokens }),
    doubtful: outputTokens !== undefined && (outputTokens < events || exceeds(outputTokens - (usage?.reasoningTokens ?? 0) - events, output)),
  }
}

/** Whether that is more than the text has bytes, which are at least as many as its characters. */
function exceeds(count: number, text: string): boolean {
  return count > text.length && count > Buffer.byteLength(text)
}

function details(usage: Usage | undefined, outputTokens: number | undefined): Pick<Counts, 'reasoningTokens' | 'cachedTokens'> {
  const { reasoningTokens, cachedTokens } = usage ?? {}
  return {
    ...(reasoningTokens === undefined || reasoningTokens > (outputTokens ?? 0) ? {} : { reasoningTokens }),
    ...(cachedTokens === undefined || cachedTokens > (usage?.promptTokens ?? 0) ? {} : { cachedTokens }),
  }
}

interface Counted {
  count: number
  by: TokenCount
}

function pick(server: number | undefined, tokenizer: number | undefined, guess: () => number): Counted {
  if (server !== undefined) return { count: server, by: 'server' }
  return tokenizer !== undefined ? { count: tokenizer, by: 'tokenizer' } : { count: guess(), by: 'estimate' }
}

function estimate(text: string): number {
  return Math.ceil(Buffer.byteLength(text) / BYTES_PER_TOKEN)
}

/** Most servers send a token per event; where events are larger than tokens are, or there is but one, the bytes are counted. */
function estimateOutput(output: string, events: number): number {
  const bytes = Buffer.byteLength(output)
  return events > 1 && bytes <= 2 * BYTES_PER_TOKEN * events ? events : Math.ceil(bytes / BYTES_PER_TOKEN)
}

function near(a: number, b: number | undefined): boolean {
  return b !== undefined && Math.abs(a - b) <= Math.max(2, 0.2 * Math.max(a, b))
}

const STRENGTH: Record<TokenCount, number> = { server: 2, tokenizer: 1, estimate: 0 }
const weaker = (a: TokenCount, b: TokenCount): TokenCount => (STRENGTH[a] < STRENGTH[b] ? a : b)
