/** What a model is trained on: labelled questions, and questions that the teacher answered. */
import * as tf from '@tensorflow/tfjs-core'
import { generate } from '../models/tfjs/generate.ts'
import { uploadWeights, type LoadedModel } from '../models/tfjs/card.ts'
import { take } from '../models/tfjs/readback.ts'
import { forward } from '../models/tfjs/transformer.ts'
import type { Tokenizer } from '../models/tfjs/tokenizer.ts'
import { createRandom } from '../random.ts'
import { ARITHMETIC_SLICES, arithmeticQuestion } from '../workloads/arithmetic.ts'
import type { Example } from './batch.ts'

/** `count` labelled training questions, slices taking turns. `stream` keeps apart what must differ. */
export function labelledExamples(tokenizer: Tokenizer, count: number, ...stream: (string | number)[]): Example[] {
  const random = createRandom('labelled', ...stream)
  return Array.from({ length: count }, (_, i) => {
    const question = arithmeticQuestion(random, ARITHMETIC_SLICES[i % ARITHMETIC_SLICES.length]!, 'train')
    return toExample(tokenizer, question.prompt, question.working)
  })
}

export interface TransferOptions {
  prompts: readonly string[]
  temperature: number
  withLogits: boolean
  batch: number
  signal: AbortSignal
  onProgress: (done: number, total: number) => void
}

/**
 * The teacher answers every prompt greedily; with `withLogits` its distributions at `temperature` over its own answer are
 * kept too. Answers that ran out of length are left out, as a lab would leave out broken traces.
 */
export async function transferSet(teacher: LoadedModel, options: TransferOptions): Promise<Example[]> {
  const { prompts, signal, onProgress } = options
  const { config, tokenizer } = teacher
  const weights = uploadWeights(teacher)
  const examples: Example[] = []
  try {
    for (let at = 0; at < prompts.length; at += options.batch) {
      const rows = prompts
        .slice(at, at + options.batch)
        .map((prompt) => ({ ids: tokenizer.encode(prompt), maxTokens: config.maxLength, temperature: 0, seed: 0 }))
      const answers = await generate(config, weights, tokenizer, rows, () => false, signal)
      const finished = answers.flatMap((answer, i) =>
        answer.finish === 'stop' ? [{ ids: [...rows[i]!.ids, ...answer.ids, tokenizer.endId], promptLength: rows[i]!.ids.length }] : [],
      )
      examples.push(...(options.withLogits ? await withSoftTargets(teacher, weights, finished, options.temperature) : finished))
      onProgress(Math.min(at + options.batch, prompts.length), prompts.length)
      await new Promise(setImmediate) // lets an interrupt through
    }
  } finally {
    tf.dispose(Object.values(weights))
  }
  return examples
}

/** Different training questions without answers, slices taking turns. */
export function questionPrompts(count: number, seed: number): string[] {
  const random = createRandom('questions', seed)
  return Array.from({ length: count }, (_, i) => arithmeticQuestion(random, ARITHMETIC_SLICES[i % ARITHMETIC_SLICES.length]!, 'train').prompt)
}

export function toExample(tokenizer: Tokenizer, prompt: string, answer: string): Example {
  const ids = tokenizer.encode(prompt)
  return { ids: [...ids, ...tokenizer.encode(answer), tokenizer.endId], promptLength: ids.length }
}

/** The teacher's probabilities at `temperature` on each answer token of the examples. */
export async function withSoftTargets(
  teacher: Pick<LoadedModel, 'config'>,
  weights: ReturnType<typeof uploadWeights>,
  examples: readonly Example[],
  temperature: number,
): Promise<Example[]> {
  if (examples.length === 0) return []
  const V = teacher.config.vocabulary
  const T = Math.max(...examples.map((e) => e.ids.length)) - 1
  const ids = new Int32Array(examples.length * T)
  for (const [b, e] of examples.entries()) ids.set(e.ids.slice(0, -1), b * T)
  const soft = await take(tf.tidy(() => tf.softmax(tf.div(forward(teacher.config, weights, tf.tensor2d(ids, [examples.length, T], 'int32')), temperature))))
  return examples.map((e, b) => {
    const begin = (b * T + e.promptLength - 1) * V
    return { ...e, soft: (soft as Float32Array).slice(begin, begin + (e.ids.length - e.promptLength) * V) }
  })
}
