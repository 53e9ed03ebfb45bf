/** How likely a model of this machine finds texts that are given to it. */
import { toFailure } from '../errors.ts'
import type { Failure, Likelihood, Model, Request } from '../types.ts'
import type { Answer } from './protocol.ts'

/** One request after the other, each text behind its context. Rejects only when the signal is aborted. */
export async function readGiven(model: Model, requests: readonly Request[], signal: AbortSignal): Promise<Answer[]> {
  const answers: Answer[] = []
  for (const request of requests) {
    signal.throwIfAborted()
    answers.push(await readOne(model, request, signal))
  }
  return answers
}

/** An answer in writing where likelihoods were asked for says why, or is none where nothing else would do. */
export function whyWritten({ given }: Request, answer: Answer & { ok: true }): Answer {
  if (given === undefined || answer.completion.likelihoods !== undefined) return answer
  const why = answer.completion.noLikelihoods ?? 'its adapter cannot say how likely a given text is'
  if (given.required === true) return { ok: false, tokenMs: [], text: '', error: { code: 'model', kind: 'no-likelihoods', message: why } }
  return { ...answer, completion: { ...answer.completion, noLikelihoods: why } }
}

// --- internal ---

async function readOne(model: Model, { given }: Request, signal: AbortSignal): Promise<Answer> {
  const failed = (error: Failure): Answer => ({ ok: false, tokenMs: [], text: '', error })
  const { context, texts } = given!
  try {
    const scores = await model.score!(context, texts, signal)
    const likelihoods = scores.map(({ logProb, tokens, bytes }): Likelihood => ({ logProb: Math.min(0, logProb), tokens, bytes }))
    if (likelihoods.length !== texts.length || !likelihoods.every(({ logProb, tokens }) => Number.isFinite(logProb) && tokens > 0))
      return failed({ code: 'model', message: 'it gave no log-probability of a text' })
    const promptTokens = scores.reduce((sum, { tokens, contextTokens = 0 }) => sum + tokens + contextTokens, 0)
    const countedBy = scores.every(({ contextTokens }) => contextTokens !== undefined) ? 'tokenizer' : 'estimate'
    return { ok: true, tokenMs: [], completion: { finish: 'stop', text: '', promptTokens, outputTokens: 0, countedBy, likelihoods } }
  } catch (error) {
    signal.throwIfAborted()
    const failure = toFailure(error)
    return failed(failure.code === 'internal' ? { ...failure, code: 'model' } : failure)
  }
}
