/** `distillbench distill RECIPE`: reads the recipe, makes the data, trains, and writes weights, card and loss curve. */
import { createHash } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { cpus } from 'node:os'
import { basename } from 'node:path'
import { HarnessError } from '../errors.ts'
import { cpuPower } from '../meters/tdp.ts'
import { selectBackend } from '../models/tfjs/backend.ts'
import { readModel, type CardFile, type LoadedModel } from '../models/tfjs/card.ts'
import { writeSafetensors } from '../models/tfjs/safetensors.ts'
import { createTokenizer } from '../models/tfjs/tokenizer.ts'
import type { TransformerConfig } from '../models/tfjs/transformer.ts'
import { ARITHMETIC_ALPHABET } from '../workloads/arithmetic.ts'
import type { Example } from './batch.ts'
import { writeWhole, type CurvePoint } from './checkpoint.ts'
import { labelledExamples, questionPrompts, transferSet, withSoftTargets } from './data.ts'
import { loadRecipe, type LoadedRecipe, type Recipe } from './recipe.ts'
import { sampler, train } from './trainer.ts'
import { uploadWeights } from '../models/tfjs/card.ts'
import * as tf from '@tensorflow/tfjs-core'

export interface DistillOptions {
  out?: string
  resume?: boolean
  backend?: string
  signal: AbortSignal
}
/** `loss` is a running mean in nats per token; `validation` the share of unseen questions answered right, where it was measured. */
export interface DistillProgress {
  phase: 'questions' | 'training'
  step: number
  steps: number
  loss?: number
  validation?: number
  secondsLeft?: number
}
export interface DistillResult {
  weights: string
  card: string
  curve: string
  validation: number
  seconds: number
}

/** Throws `usage` for a bad recipe, `aborted` after an interrupt (a checkpoint is kept), `storage` when nothing can be written. */
export async function runRecipe(file: string, options: DistillOptions, onProgress: (progress: DistillProgress) => void): Promise<DistillResult> {
  // 1. Recipe, device, teacher
  const loaded = await loadRecipe(file)
  const { recipe } = loaded
  const runtime = await selectBackend(options.backend ?? 'auto', options.signal)
  const base = options.out ?? loaded.weights
  const tokenizer = createTokenizer({ kind: 'characters', alphabet: ARITHMETIC_ALPHABET })
  const config: TransformerConfig = { vocabulary: tokenizer.size, ...recipe.model }
  const teacher = loaded.teacher === undefined ? undefined : await readModel(loaded.teacher)
  if (teacher !== undefined && teacher.card.tokenizer.alphabet !== ARITHMETIC_ALPHABET)
    throw new HarnessError('usage', `${file}: the teacher reads another alphabet than the student.`)
  // 2. Data
  const began = performance.now()
  const examplesAt = await prepare(recipe, teacher, tokenizer, options.signal, onProgress)
  const prepared = (performance.now() - began) / 1000
  // 3. Training
  const start = { seconds: 0, step: -1 }
  const result = await train({
    config,
    tokenizer,
    recipe,
    examplesAt,
    recipeHash: hashOf(recipe, teacher),
    validation: labelledExamples(tokenizer, 128, 'validation', recipe.seed),
    checkpoint: `${base}.checkpoint`,
    resume: options.resume ?? false,
    signal: options.signal,
    onStep: (point, seconds) => {
      if (start.step < 0) Object.assign(start, { seconds, step: point.step })
      const done = point.step - start.step
      const left = done > 0 ? ((seconds - start.seconds) / done) * (recipe.train.steps - point.step) : undefined
      onProgress({
        phase: 'training',
        step: point.step,
        steps: recipe.train.steps,
        loss: point.loss,
        ...(point.validation === undefined ? {} : { validation: point.validation }),
        ...(left === undefined ? {} : { secondsLeft: left }),
      })
    },
  })
  // 4. Weights, card, curve
  const seconds = result.seconds + prepared
  const card = createCard(loaded, config, teacher, runtime.backend, seconds, result.curve)
  await writeWhole(`${base}.safetensors`, writeSafetensors(result.weights, { name: recipe.name }))
  await writeWhole(`${base}.json`, `${JSON.stringify(card, null, 2)}\n`)
  await writeWhole(`${base}.loss.csv`, curveCsv(result.curve))
  await rm(`${base}.checkpoint`, { force: true })
  return { weights: `${base}.safetensors`, card: `${base}.json`, curve: `${base}.loss.csv`, validation: result.curve.at(-1)?.validation ?? 0, seconds }
}

// --- internal ---

async function prepare(
  recipe: Recipe,
  teacher: LoadedModel | undefined,
  tokenizer: ReturnType<typeof createTokenizer>,
  signal: AbortSignal,
  onProgress: (p: DistillProgress) => void,
): Promise<(step: number) => readonly Example[]> {
  const { batch } = recipe.train
  if (recipe.labelled === 'unlimited') return (step) => labelledExamples(tokenizer, batch, 'stream', recipe.seed, step)
  const labelled = labelledExamples(tokenizer, recipe.labelled, 'set') // the same set for every recipe: the labels that there are
  if (recipe.method === 'labels' || teacher === undefined) return sampler(labelled, batch, recipe.seed)
  const withLogits = recipe.method === 'logits'
  const answered = await transferSet(teacher, {
    prompts: questionPrompts(recipe.questions ?? 0, recipe.seed),
    temperature: recipe.temperature,
    withLogits,
    batch: 256,
    signal,
    onProgress: (step, steps) => onProgress({ phase: 'questions', step, steps }),
  })
  return sampler([...(withLogits ? await soften(teacher, labelled, recipe.temperature) : labelled), ...answered], batch, recipe.seed)
}

async function soften(teacher: LoadedModel, examples: readonly Example[], temperature: number): Promise<Example[]> {
  const weights = uploadWeights(teacher)
  const out: Example[] = []
  for (let at = 0; at < examples.length; at += 256) out.push(...(await withSoftTargets(teacher, weights, examples.slice(at, at + 256), temperature)))
  tf.dispose(Object.values(weights))
  return out
}

const METHODS: Record<Recipe['method'], string> = {
  labels: 'cross-entropy against right answers',
  logits: "Hinton's loss against the teacher's distributions over its own answers",
  sequence: "cross-entropy against the teacher's own answers (sequence-level distillation)",
}

function createCard(
  { recipe, file }: LoadedRecipe,
  config: TransformerConfig,
  teacher: LoadedModel | undefined,
  backend: string,
  seconds: number,
  curve: readonly CurvePoint[],
): CardFile {
  const { train: schedule } = recipe
  const examples = recipe.labelled === 'unlimited' ? schedule.steps * schedule.batch : recipe.labelled + (recipe.questions ?? 0)
  return {
    schema: 'model/1',
    name: recipe.title,
    config,
    tokenizer: { kind: 'characters', alphabet: ARITHMETIC_ALPHABET },
    dtype: 'float32',
    training: {
      method: METHODS[recipe.method],
      ...(teacher === undefined ? {} : { teacher: teacher.card.name }),
      examples,
      steps: schedule.steps,
      seed: recipe.seed,
      backend,
      seconds: Math.round(seconds),
      ...(recipe.usdPerHour === undefined
        ? {}
        : {
            costUsd: {
              value: Number(((seconds / 3600) * recipe.usdPerHour).toPrecision(3)),
              origin: 'estimated',
              how: `training time × ${recipe.usdPerHour} USD per hour${teacher === undefined ? '' : "; the teacher's own training is not in it"}`,
            },
          }),
      ...energyOf(backend, seconds),
      recipe: basename(file),
      ...(curve.length === 0 ? {} : { finalLoss: Number(curve.at(-1)!.loss.toPrecision(4)) }),
    },
  }
}

/** Our CPU backends keep one processor busy; on a GPU there is nothing to estimate from, and the figure is left out. */
function energyOf(backend: string, seconds: number): Pick<NonNullable<CardFile['training']>, 'energyJ'> {
  if (backend !== 'wasm' && backend !== 'cpu') return {}
  const { wattsPerCpu, how } = cpuPower(cpus()[0]?.model ?? '')
  return { energyJ: { value: Math.round(seconds * wattsPerCpu), origin: 'estimated', how: `training time on one busy processor × ${how}` } }
}

/** What a checkpoint must agree on; where the weights go is not part of it. */
function hashOf(recipe: Recipe, teacher: LoadedModel | undefined): string {
  const { weights: _weights, title: _title, usdPerHour: _price, ...rest } = recipe
  return createHash('sha256')
    .update(JSON.stringify([rest, teacher?.card ?? null]))
    .digest('hex')
    .slice(0, 16)
}

function curveCsv(curve: readonly CurvePoint[]): string {
  return `step,loss,validation\n${curve.map((p) => `${p.step},${p.loss.toPrecision(6)},${p.validation === undefined ? '' : p.validation.toFixed(4)}`).join('\n')}\n`
}
