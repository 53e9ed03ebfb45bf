/** Adapter `tfjs`: a model of ours on TensorFlow.js, in the process that opens it. Options: `weights` or `random`, and `backend` to pin one. */
import * as tf from '@tensorflow/tfjs-core'
import { residentBytes } from '../../resident.ts'
import type { Completion, Distributions, ForcedText, Model, ModelAdapter, ModelSpec, Observed, OpenContext, Request, Score, TokenEvent } from '../../types.ts'
import { selectBackend } from './backend.ts'
import { describeModel, readModel, uploadWeights, type LoadedModel } from './card.ts'
import { generate, logProbsAt, scoreTokens } from './generate.ts'
import { measureLimits } from './limits.ts'
import { readOptions, type RandomOptions } from './options.ts'
import { describeRandom, randomModel, randomSteps, randomWeights, type RandomModel } from './random.ts'
import { checkRoom, machineBytes, needOf } from './room.ts'
import { timeSteps } from './steps.ts'
import type { Weights } from './transformer.ts'
import { disposeDecoders } from './webgpu/decoder.ts'
import { checkWeightsFit } from './webgpu/fits.ts'
import { allocatedBytes, deviceLimits } from './webgpu/index.ts'

const adapter: ModelAdapter = {
  id: 'tfjs',
  summary: 'a small transformer on TensorFlow.js, in a process of its own (tensorflow, webgpu, wasm or cpu)',
  runsIn: 'child',
  scores: true,
  open,
}
export default adapter

// --- internal ---

async function open(spec: ModelSpec, context: OpenContext): Promise<Model> {
  const { weights: path = '', random, backend = context.backend } = readOptions(spec)
  if (random !== undefined) return openRandom(spec.name, random, backend, context.signal)
  const loaded = await readModel(path)
  const runtime = await selectBackend(backend, context.signal)
  const limits = deviceLimits()
  if (limits !== undefined) checkWeightsFit(loaded.config, limits)
  const weights = uploadWeights(loaded)
  return {
    card: describeModel(loaded),
    runtime,
    generate: (requests, onToken, signal) => answer(loaded, weights, requests, onToken, signal),
    score: async (text, continuations) => {
      const scores: Score[] = []
      for (const continuation of continuations) scores.push(await scoreText(loaded, weights, text, continuation))
      return scores
    },
    distributions: (forced) => distributions(loaded, weights, forced),
    timeSteps: (signal) => timeSteps(loaded.config, weights, signal),
    memory: () => ({ deviceBytes: deviceBytes(), processBytes: residentBytes() }),
    close: async () => {
      disposeDecoders(weights)
      tf.dispose(Object.values(weights))
    },
  }
}

/** Without `score` and `distributions`: what it thinks of a text means nothing. */
async function openRandom(name: string, random: RandomOptions, backend: string, signal: AbortSignal): Promise<Model> {
  const made = randomModel(random)
  const runtime = await selectBackend(backend, signal)
  const room = deviceLimits()
  if (room !== undefined) checkWeightsFit(made.config, room)
  checkRoom(name, needOf(made.config, { batch: 1, tokens: 1 }), runtime.backend, { bytes: machineBytes(), software: runtime.device.endsWith('(software)') })
  const weights = randomWeights(made.config, random.seed)
  const limits = await measureLimits(runtime, signal)
  return {
    card: describeRandom(name, made, random.seed),
    runtime: { ...runtime, limits },
    generate: (requests, onToken, abort) => answer(made, weights, requests, onToken, abort),
    timeSteps: (abort) => randomSteps(made, weights, random, abort),
    memory: () => ({ deviceBytes: deviceBytes(), processBytes: residentBytes() }),
    close: async () => {
      disposeDecoders(weights)
      tf.dispose(Object.values(weights))
    },
  }
}

async function answer(
  model: RandomModel,
  weights: Weights,
  requests: readonly Request[],
  onToken: (index: number, token: TokenEvent) => void,
  signal: AbortSignal,
): Promise<Completion[]> {
  const { config, tokenizer } = model
  const rows = requests.map((request) => ({
    ids: tokenizer.encode(promptText(request)),
    maxTokens: request.maxTokens,
    temperature: request.temperature,
    seed: request.seed,
  }))
  const texts = requests.map(() => '')
  const counts = requests.map(() => 0)
  const arrived = requests.map(() => ({ tokens: 0, text: '' }))
  const answers = await generate(
    config,
    weights,
    tokenizer,
    rows,
    (index, id, more) => {
      const text = tokenizer.decode([id])
      texts[index] += text
      counts[index]!++
      const event = arrived[index]!
      event.tokens++
      event.text += text
      const stopped = requests[index]!.stop.some((stop) => stop !== '' && texts[index]!.endsWith(stop))
      if (more && !stopped) return false // what came with one read-back is told as one event
      onToken(index, { ...event, channel: 'answer' })
      arrived[index] = { tokens: 0, text: '' }
      return stopped
    },
    signal,
  )
  return answers.map((row, i) => ({
    finish: row.finish,
    text: withoutStop(texts[i]!, requests[i]!.stop),
    promptTokens: rows[i]!.ids.length,
    outputTokens: counts[i]!,
    countedBy: 'tokenizer',
    logProb: row.logProb,
    logProbTokens: counts[i]!,
  }))
}

/** Stop texts are not part of an answer, as with the public APIs. */
function withoutStop(text: string, stops: readonly string[]): string {
  const stop = stops.find((candidate) => candidate !== '' && text.endsWith(candidate))
  return stop === undefined ? text : text.slice(0, -stop.length)
}

function promptText({ prompt }: Pick<Request, 'prompt'>): string {
  return typeof prompt === 'string' ? prompt : prompt.map((message) => message.content).join('')
}

async function scoreText({ config, tokenizer }: LoadedModel, weights: Weights, context: string, continuation: string): Promise<Score> {
  const [before, all] = [tokenizer.encode(context), tokenizer.encode(continuation)]
  const alone = before.length === 0 // then the first token is what the others follow
  const [given, ids] = alone ? [all.slice(0, 1), all.slice(1)] : [before, all]
  const text = alone ? tokenizer.decode(ids) : continuation
  const { logProbs, isGreedy } = await scoreTokens(config, weights, given, ids)
  const logProb = logProbs.reduce((a, b) => a + b, 0)
  return { logProb, tokens: ids.length, bytes: new TextEncoder().encode(text).byteLength, isGreedy, contextTokens: given.length }
}

async function distributions({ config, tokenizer, card }: LoadedModel, weights: Weights, forced: ForcedText): Promise<Distributions> {
  const ids = [...tokenizer.encode(forced.answer), ...(forced.ended ? [tokenizer.endId] : [])]
  const logProbs = await logProbsAt(config, weights, tokenizer.encode(promptText(forced)), ids)
  return { vocabulary: JSON.stringify(card.tokenizer), ids, marks: forced.ended ? 1 : 0, logProbs }
}

function deviceBytes(): Observed<number> {
  const numBytes = allocatedBytes() ?? tf.memory().numBytes
  return Number.isFinite(numBytes) ? { state: 'ok', value: numBytes } : { state: 'absent', why: 'the backend does not tell how much it holds' }
}
