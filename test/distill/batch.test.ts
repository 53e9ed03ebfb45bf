import { readFile } from 'node:fs/promises'
import fc from 'fast-check'
import { parse } from 'yaml'
import { beforeAll, describe, expect, test } from 'vitest'
import { createBatch, cutByLength, disposeBatch, type Example } from '../../harness/distill/batch.ts'
import { learningRateAt } from '../../harness/distill/adamw.ts'
import { RecipeSchema } from '../../harness/distill/recipe.ts'
import { selectBackend } from '../../harness/models/tfjs/backend.ts'
import { countParameters } from '../../harness/models/tfjs/transformer.ts'

beforeAll(async () => {
  await selectBackend('wasm')
})

test('only answer tokens count, and each position is asked for the next token', () => {
  const batch = createBatch(
    [
      { ids: [5, 6, 7, 1], promptLength: 2 },
      { ids: [5, 1], promptLength: 1 },
    ],
    8,
    0,
  )
  expect(batch.ids.arraySync()).toEqual([
    [5, 6, 7],
    [5, 0, 0],
  ])
  expect(batch.weight.arraySync().flat()).toEqual([0, 1, 1, 1, 0, 0])
  const next = batch.hard.arraySync().map((row) => row.indexOf(1))
  expect(next).toEqual([-1, 7, 1, 1, -1, -1])
  expect(batch.tokens).toBe(3)
  disposeBatch(batch)
})

test('soft targets stand on the rows of their answer', () => {
  const soft = Float32Array.from([0.5, 0.5, 0, 0.25, 0.25, 0.5])
  const batch = createBatch([{ ids: [2, 2, 0, 1], promptLength: 2, soft }], 3, 0)
  expect(batch.soft?.arraySync()).toEqual([
    [0, 0, 0],
    [0.5, 0.5, 0],
    [0.25, 0.25, 0.5],
  ])
  disposeBatch(batch)
})

describe('cutting a step by length', () => {
  const examples = fc.array(
    fc.integer({ min: 2, max: 60 }).map((n): Example => ({ ids: Array.from({ length: n }, () => 2), promptLength: 1 })),
    { minLength: 1, maxLength: 40 },
  )
  const cells = (part: readonly Example[]): number => part.length * Math.max(...part.map((e) => e.ids.length))

  test('keeps every example once and never computes more padding than one batch would', () => {
    fc.assert(
      fc.property(examples, (all) => {
        const parts = cutByLength(all)
        expect(parts.flat().toSorted((a, b) => a.ids.length - b.ids.length)).toEqual(all.toSorted((a, b) => a.ids.length - b.ids.length))
        expect(parts.every((part) => part.length > 0)).toBe(true)
        expect(parts.reduce((sum, part) => sum + cells(part), 0)).toBeLessThanOrEqual(cells(all))
      }),
    )
  })
})

test('the learning rate warms up, reaches its peak and falls to a twentieth', () => {
  const schedule = { steps: 100, warmup: 10, learningRate: 1 }
  expect(learningRateAt(1, schedule)).toBeCloseTo(0.1)
  expect(learningRateAt(10, schedule)).toBe(1)
  expect(learningRateAt(100, schedule)).toBeCloseTo(0.05)
})

test('the recipes of the arithmetic suite are valid, its students have at most an eighth of the teacher and the control is one of them without the teacher', async () => {
  const read = async (name: string) =>
    RecipeSchema.parse(parse(await readFile(new URL(`../../suites/arithmetic/recipes/${name}.yaml`, import.meta.url), 'utf8')))
  const [teacher, logits, sequence, control] = await Promise.all(['teacher', 'student-logits', 'student-sequence', 'control'].map(read))
  const size = (recipe: typeof teacher): number => countParameters({ vocabulary: 20, ...recipe!.model })
  for (const student of [logits, sequence]) {
    expect(size(student) * 8).toBeLessThanOrEqual(size(teacher))
    expect(student!.model).toEqual(control!.model)
    expect(student!.labelled).toBe(control!.labelled)
    expect(student!.train.steps).toBe(control!.train.steps)
  }
  expect(control!.teacher).toBeUndefined()
})
