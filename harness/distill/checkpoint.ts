/** Checkpoints of a training run: weights and optimiser moments in one safetensors file, written whole or not at all. */
import { existsSync } from 'node:fs'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import * as tf from '@tensorflow/tfjs-core'
import type { Tensor } from '@tensorflow/tfjs-core'
import { z } from 'zod'
import { HarnessError } from '../errors.ts'
import { readSafetensors, writeSafetensors, type NamedArray } from '../models/tfjs/safetensors.ts'

export interface CurvePoint {
  step: number
  loss: number
  validation?: number | undefined
}
export interface TrainingState {
  step: number
  seconds: number
  curve: CurvePoint[]
  recipe: string
}

const StateSchema = z.object({
  step: z.int().min(0),
  seconds: z.number().min(0),
  recipe: z.string(),
  curve: z.array(z.object({ step: z.int(), loss: z.number(), validation: z.number().optional() })),
})

/** Writes to a temporary name, then renames. */
export async function writeWhole(file: string, content: Uint8Array | string): Promise<void> {
  try {
    await mkdir(dirname(file), { recursive: true })
    await writeFile(`${file}.part`, content)
    await rename(`${file}.part`, file)
  } catch (cause) {
    throw new HarnessError('storage', `${file} cannot be written: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
  }
}

export async function saveCheckpoint(file: string, tensors: Readonly<Record<string, Tensor>>, state: TrainingState): Promise<void> {
  await writeWhole(file, writeSafetensors(await download(tensors), { state: JSON.stringify(state) }))
}

/** The state and tensors of an earlier run of the same recipe, or undefined where there is none. Throws `usage` when the recipe has changed. */
export async function loadCheckpoint(file: string, recipe: string): Promise<{ state: TrainingState; tensors: Record<string, Tensor> } | undefined> {
  if (!existsSync(file)) return undefined
  const { tensors, metadata } = readSafetensors(await readFile(file), file)
  const state = StateSchema.parse(JSON.parse(metadata.state ?? '{}'))
  if (state.recipe !== recipe)
    throw new HarnessError('usage', `The checkpoint ${file} belongs to another version of this recipe.`, { hint: 'Remove the checkpoint to start anew.' })
  return { state, tensors: Object.fromEntries([...tensors].map(([name, { shape, values }]) => [name, tf.tensor(values, [...shape], 'float32')])) }
}

/** Values of tensors, in their order. */
export async function download(tensors: Readonly<Record<string, Tensor>>): Promise<[string, NamedArray][]> {
  const out: [string, NamedArray][] = []
  for (const [name, tensor] of Object.entries(tensors)) out.push([name, { shape: tensor.shape, values: (await tensor.data()).slice() as Float32Array }])
  return out
}
