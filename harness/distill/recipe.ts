/** A recipe: everything that training needs to be repeated, in one YAML or JSON file. */
import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'
import { HarnessError } from '../errors.ts'

const Shape = z.strictObject({
  width: z.int().min(2),
  layers: z.int().min(1),
  heads: z.int().min(1),
  hidden: z.int().min(1),
  maxLength: z.int().min(8).default(64),
  rotaryBase: z.number().positive().default(10000),
})
const Schedule = z.strictObject({
  steps: z.int().min(1),
  batch: z.int().min(1).default(64),
  learningRate: z.number().positive(),
  warmup: z.int().min(0).default(100),
  weightDecay: z.number().min(0).default(0.01),
  clip: z.number().min(0).default(1),
  checkpointEvery: z.int().min(1).default(200),
})

/**
 * `labels`: cross-entropy against the right answers. `logits`: Hinton's loss against the teacher's distributions on the
 * teacher's own answers. `sequence`: cross-entropy against the teacher's own answers, as R1's students were made.
 */
export const RecipeSchema = z
  .strictObject({
    name: z.string().regex(/^[\w.-]+$/),
    title: z.string(),
    seed: z.int(),
    workload: z.literal('arithmetic'),
    model: Shape,
    method: z.enum(['labels', 'logits', 'sequence']),
    /** How many labelled questions there are; `unlimited` draws new ones all the time. */
    labelled: z.union([z.int().min(1), z.literal('unlimited')]),
    /** How many further questions the teacher answers. */
    questions: z.int().min(1).optional(),
    /** The teacher's weights, relative to the recipe. */
    teacher: z.string().optional(),
    alpha: z.number().min(0).max(1).default(0.1),
    temperature: z.number().positive().default(2),
    train: Schedule,
    /** Where the weights go, without ending, relative to the recipe. */
    weights: z.string(),
    /** USD per hour of the machine that trains, for the card. */
    usdPerHour: z.number().positive().optional(),
  })
  .refine((r) => r.method === 'labels' || (r.teacher !== undefined && r.questions !== undefined), {
    message: 'the methods `logits` and `sequence` need `teacher` and `questions`',
  })
export type Recipe = z.infer<typeof RecipeSchema>
export interface LoadedRecipe {
  recipe: Recipe
  file: string
  teacher: string | undefined
  weights: string
}

/** Throws `usage` with the file and what is wrong in it. */
export async function loadRecipe(file: string): Promise<LoadedRecipe> {
  const path = resolve(file)
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new HarnessError('usage', `The recipe ${file} cannot be read.`, {
      cause,
      hint: 'Name a recipe file, such as suites/arithmetic/recipes/teacher.yaml.',
    })
  })
  let data: unknown
  try {
    data = parse(text)
  } catch (cause) {
    throw new HarnessError('usage', `The recipe ${file} is not valid YAML: ${cause instanceof Error ? cause.message.split('\n')[0] : 'unreadable'}`, { cause })
  }
  const parsed = RecipeSchema.safeParse(data)
  if (!parsed.success) throw new HarnessError('usage', `The recipe ${file} is not valid: ${z.prettifyError(parsed.error).replaceAll(/\s*\n\s*/g, ' ')}`)
  const from = (relative: string): string => resolve(dirname(path), relative)
  return {
    recipe: parsed.data,
    file: path,
    teacher: parsed.data.teacher === undefined ? undefined : from(parsed.data.teacher),
    weights: from(parsed.data.weights),
  }
}
