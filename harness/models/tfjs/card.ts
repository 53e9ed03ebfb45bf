/** A model on disk: `<name>.safetensors` beside `<name>.json`, the card that says what it is and how it was made. */
import { readFile } from 'node:fs/promises'
import * as tf from '@tensorflow/tfjs-core'
import { z } from 'zod'
import { HarnessError } from '../../errors.ts'
import type { ModelCard } from '../../types.ts'
import { cacheBytesPerToken } from './config.ts'
import { readSafetensors } from './safetensors.ts'
import { createTokenizer, TokenizerSchema, type Tokenizer } from './tokenizer.ts'
import { countParameters, TransformerSchema, weightShapes, type TransformerConfig, type Weights } from './transformer.ts'

const Quantity = z.object({ value: z.number().min(0), origin: z.enum(['measured', 'estimated', 'published']), how: z.string() })
export const CardSchema = z.object({
  schema: z.literal('model/1'),
  name: z.string(),
  config: TransformerSchema,
  tokenizer: TokenizerSchema,
  dtype: z.literal('float32'),
  training: z
    .object({
      method: z.string(),
      teacher: z.string().optional(),
      examples: z.number().optional(),
      steps: z.number().optional(),
      seed: z.number().optional(),
      backend: z.string().optional(),
      seconds: z.number().optional(),
      energyJ: Quantity.optional(),
      costUsd: Quantity.optional(),
      recipe: z.string().optional(),
      finalLoss: z.number().optional(),
    })
    .optional(),
  source: z.string().optional(),
})
export type CardFile = z.infer<typeof CardSchema>
export interface LoadedModel {
  file: string
  card: CardFile
  config: TransformerConfig
  tokenizer: Tokenizer
  arrays: Map<string, { shape: readonly number[]; values: Float32Array }>
}

/** Reads card and weights and checks that they fit each other. `path` is the name without or with an ending. Throws `model`. */
export async function readModel(path: string): Promise<LoadedModel> {
  const base = path.replace(/\.(safetensors|json)$/, '')
  const card = await readCard(`${base}.json`)
  const file = `${base}.safetensors`
  const bytes = await readFile(file).catch((cause: unknown) => {
    throw new HarnessError('model', `The weights ${file} cannot be read.`, { cause, hint: 'Check the path `weights` of the model in the suite.' })
  })
  const { tensors } = readSafetensors(bytes, file)
  for (const [name, shape] of Object.entries(weightShapes(card.config))) {
    const found = tensors.get(name)
    if (found === undefined) throw new HarnessError('model', `${file} lacks the tensor ${name} that its card asks for.`)
    if (found.shape.join() !== shape.join())
      throw new HarnessError('model', `${file}: tensor ${name} has shape [${found.shape.join(', ')}], its card says [${shape.join(', ')}].`)
    if (!found.values.every(Number.isFinite)) throw new HarnessError('model', `${file}: tensor ${name} holds numbers that are not finite.`)
  }
  return { file, card, config: card.config, tokenizer: createTokenizer(card.tokenizer), arrays: tensors }
}

/** Weights as tensors of the current backend; the caller disposes of them. */
export function uploadWeights(model: Pick<LoadedModel, 'config' | 'arrays'>): Weights {
  return Object.fromEntries(
    Object.entries(weightShapes(model.config)).map(([name, shape]) => [name, tf.tensor(model.arrays.get(name)!.values, [...shape], 'float32')]),
  )
}

/** The card as reports show it. A dense model: every parameter is active. */
export function describeModel({ card, config }: Pick<LoadedModel, 'card' | 'config'>): ModelCard {
  const parameters = countParameters(config)
  const { training, source } = card
  return {
    name: card.name,
    parametersTotal: parameters,
    parametersActive: parameters,
    cacheBytesPerToken: cacheBytesPerToken(config),
    dtype: card.dtype,
    tokenizer: `characters, ${Array.from(card.tokenizer.alphabet).length + 2} tokens`,
    architecture: `decoder-only transformer, ${config.layers} layers of width ${config.width}, ${config.heads} heads, SwiGLU ${config.hidden}`,
    ...(training === undefined ? {} : { training: withoutUndefined(training) }),
    ...(source === undefined ? {} : { source }),
  }
}

// --- internal ---

async function readCard(file: string): Promise<CardFile> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new HarnessError('model', `The model card ${file} cannot be read.`, { cause, hint: 'A model is two files, NAME.json and NAME.safetensors.' })
  })
  let data: unknown
  try {
    data = JSON.parse(text)
  } catch (cause) {
    throw new HarnessError('model', `The model card ${file} is not valid JSON.`, { cause })
  }
  const parsed = CardSchema.safeParse(data)
  if (!parsed.success) throw new HarnessError('model', `The model card ${file} is not valid: ${z.prettifyError(parsed.error).replaceAll('\n', ' ')}`)
  return parsed.data
}

type Defined<T> = { [K in keyof T]: Exclude<T[K], undefined> }
function withoutUndefined<T extends object>(value: T): Defined<T> {
  return Object.fromEntries(Object.entries(value).filter(([, v]) => v !== undefined)) as Defined<T>
}
