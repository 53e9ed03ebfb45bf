/** The training loop: deterministic from the recipe's seed, and able to go on from its last checkpoint. */
import * as tf from '@tensorflow/tfjs-core'
import type { Scalar, Tensor, Tensor2D, Variable } from '@tensorflow/tfjs-core'
import { HarnessError } from '../errors.ts'
import { generate } from '../models/tfjs/generate.ts'
import { take } from '../models/tfjs/readback.ts'
import type { Tokenizer } from '../models/tfjs/tokenizer.ts'
import { forward, initialWeights, weightShapes, type TransformerConfig } from '../models/tfjs/transformer.ts'
import { createRandom } from '../random.ts'
import { ADAMW_DEFAULTS, createAdamW, learningRateAt } from './adamw.ts'
import { createBatch, cutByLength, disposeBatch, type Batch, type Example } from './batch.ts'
import { download, loadCheckpoint, saveCheckpoint, type CurvePoint } from './checkpoint.ts'
import { hintonLoss } from './losses.ts'
import type { NamedArray } from '../models/tfjs/safetensors.ts'
import type { Recipe } from './recipe.ts'
import { registerGradients } from '../models/tfjs/gradients.ts'

export interface TrainOptions {
  config: TransformerConfig
  tokenizer: Tokenizer
  recipe: Recipe
  recipeHash: string
  /** The examples of one step; a pure function of the step, so that a resumed run sees the same ones. */
  examplesAt: (step: number) => readonly Example[]
  /** Questions with right answers that the training does not see, to watch progress with. */
  validation: readonly Example[]
  checkpoint: string
  resume: boolean
  signal: AbortSignal
  onStep: (point: CurvePoint, seconds: number) => void
}
export interface TrainResult {
  weights: [string, NamedArray][]
  curve: CurvePoint[]
  seconds: number
}

/** Throws `aborted` after saving a checkpoint when the signal fires; `model` when the loss is no longer finite. */
export async function train(options: TrainOptions): Promise<TrainResult> {
  const { config, recipe, signal } = options
  const { train: schedule } = recipe
  await registerGradients()
  // 1. Variables, from the seed or from the checkpoint
  const restored = options.resume ? await loadCheckpoint(options.checkpoint, options.recipeHash) : undefined
  const variables = createVariables(config, recipe.seed, restored?.tensors)
  const optimiser = createAdamW(variables, { ...ADAMW_DEFAULTS, weightDecay: schedule.weightDecay, clip: schedule.clip })
  if (restored !== undefined) optimiser.load(restored.tensors)
  tf.dispose(Object.values(restored?.tensors ?? {}))
  const curve = restored?.state.curve ?? []
  let [step, seconds] = [restored?.state.step ?? 0, restored?.state.seconds ?? 0]
  const save = (): Promise<void> =>
    saveCheckpoint(options.checkpoint, { ...variables, ...optimiser.state() }, { step, seconds, curve, recipe: options.recipeHash })
  let recent = 0
  try {
    // 2. Steps
    while (step < schedule.steps) {
      const began = performance.now()
      step++
      const loss = await trainStep(options, variables, optimiser, step)
      if (!Number.isFinite(loss))
        throw new HarnessError('model', `The loss is not finite at step ${step}.`, { hint: 'Lower train.learningRate in the recipe.' })
      recent = recent === 0 ? loss : 0.95 * recent + 0.05 * loss
      seconds += (performance.now() - began) / 1000
      // 3. Progress and checkpoints
      const isMark = step % schedule.checkpointEvery === 0 || step === schedule.steps
      const point: CurvePoint = { step, loss: recent, ...(isMark ? { validation: await exactShare(options, variables) } : {}) }
      if (isMark || step % 20 === 0 || step === 1) curve.push(point)
      options.onStep(point, seconds)
      if (isMark) await save()
      await new Promise(setImmediate) // lets an interrupt through
      if (signal.aborted) {
        if (!isMark) await save()
        throw new HarnessError('aborted', `Training stopped at step ${step} of ${schedule.steps}.`, { hint: 'Run the same command with --resume to go on.' })
      }
    }
    return { weights: await download(variables), curve, seconds }
  } finally {
    optimiser.dispose()
    tf.dispose(Object.values(variables))
  }
}

// --- internal ---

function createVariables(config: TransformerConfig, seed: number, restored: Readonly<Record<string, Tensor>> | undefined): Record<string, Variable> {
  const initial = initialWeights(config, seed)
  return Object.fromEntries(
    Object.entries(weightShapes(config)).map(([name, shape]) => {
      const value = restored?.[name] === undefined ? tf.tensor(initial[name]!, [...shape], 'float32') : tf.clone(restored[name])
      const variable = tf.variable(value)
      value.dispose()
      return [name, variable]
    }),
  )
}

async function trainStep(options: TrainOptions, variables: Record<string, Variable>, optimiser: ReturnType<typeof createAdamW>, step: number): Promise<number> {
  const { config, tokenizer, recipe } = options
  const batches = cutByLength(options.examplesAt(step)).map((part) => createBatch(part, config.vocabulary, tokenizer.padId))
  const count = batches.reduce((sum, batch) => sum + batch.tokens, 0)
  let loss = 0
  let total: Record<string, Tensor> = {}
  for (const batch of batches) {
    const { value, grads } = tf.variableGrads(() => batchLoss(config, variables, batch, recipe, count), Object.values(variables))
    loss += (await take(value))[0]!
    const parts = Object.fromEntries(Object.entries(variables).map(([name, variable]) => [name, grads[variable.name]!]))
    const sum = Object.keys(total).length === 0 ? parts : Object.fromEntries(Object.entries(parts).map(([name, g]) => [name, tf.add(total[name]!, g)]))
    if (sum !== parts) tf.dispose([...Object.values(total), ...Object.values(parts)])
    total = sum
    disposeBatch(batch)
  }
  await optimiser.update(total, step, learningRateAt(step, recipe.train))
  tf.dispose(Object.values(total))
  return loss
}

function batchLoss(config: TransformerConfig, variables: Record<string, Variable>, batch: Batch, recipe: Recipe, count: number): Scalar {
  const logits = tf.reshape(forward(config, variables, batch.ids), [-1, config.vocabulary]) as Tensor2D
  const rows = { logits, hard: batch.hard, weight: batch.weight, count, ...(batch.soft === undefined ? {} : { soft: batch.soft }) }
  return hintonLoss(rows, recipe.alpha, recipe.temperature)
}

/** Share of the validation questions whose whole answer is right, greedy. */
async function exactShare({ config, tokenizer, validation }: TrainOptions, variables: Record<string, Variable>): Promise<number> {
  const rows = validation.map((e) => ({ ids: e.ids.slice(0, e.promptLength), maxTokens: config.maxLength, temperature: 0, seed: 0 }))
  const answers = await generate(config, variables, tokenizer, rows, () => false)
  const right = answers.filter((answer, i) => answer.ids.join() === validation[i]!.ids.slice(validation[i]!.promptLength, -1).join()).length
  return right / validation.length
}

/** A batch of a fixed set: which examples a step sees depends on seed and step only. */
export function sampler(examples: readonly Example[], batch: number, seed: number): (step: number) => Example[] {
  return (step) => {
    const random = createRandom('batch', seed, step)
    return Array.from({ length: batch }, () => examples[random.int(examples.length)]!)
  }
}
