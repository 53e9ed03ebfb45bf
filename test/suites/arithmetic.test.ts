import { readdir, stat } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, test } from 'vitest'
import { mcnemar } from '../../harness/analysis/stats/mcnemar.ts'
import { loadRecipe } from '../../harness/distill/recipe.ts'
import { selectBackend } from '../../harness/models/tfjs/backend.ts'
import adapter from '../../harness/models/tfjs/index.ts'
import { loadSuite } from '../../harness/suite/index.ts'
import type { Item, LoadedSuite } from '../../harness/types.ts'
import { ARITHMETIC_SLICES } from '../../harness/workloads/arithmetic.ts'

const FOLDER = fileURLToPath(new URL('../../suites/arithmetic/', import.meta.url))
const signal = new AbortController().signal
let loaded: LoadedSuite
let items: Item[]
const right = new Map<string, boolean[]>()
const parameters = new Map<string, number>()

beforeAll(async () => {
  await selectBackend('wasm')
  loaded = await loadSuite('arithmetic')
  const workload = loaded.suite.workloads[0]!
  items = []
  for await (const item of workload.items(2024)) items.push(item) // another seed than the suite's: held-out questions all the same
  for (const spec of loaded.suite.models) {
    const model = await adapter.open(spec, { backend: 'wasm', signal })
    const requests = items.map((item) => ({ prompt: item.prompt, maxTokens: workload.maxTokens, seed: 1, temperature: 0, stop: [] }))
    const answers = await model.generate(requests, () => undefined, signal)
    right.set(
      spec.id,
      answers.map((answer, i) => workload.grader.grade(items[i]!, answer.text).score === 1),
    )
    parameters.set(spec.id, model.card.parametersTotal ?? 0)
    await model.close()
  }
})

const accuracy = (model: string, slice?: string): number => {
  const graded = right.get(model)!.filter((_, i) => slice === undefined || items[i]!.slice === slice)
  return graded.filter(Boolean).length / graded.length
}

describe('the shipped weights', () => {
  test('the teacher is right on at least 97% of held-out questions, and at home in every slice', () => {
    expect(accuracy('teacher')).toBeGreaterThanOrEqual(0.97)
    for (const slice of ARITHMETIC_SLICES) expect({ slice, isAtHome: accuracy('teacher', slice) > 0.9 }).toEqual({ slice, isAtHome: true })
  })

  test('two students and the control have the same size, at most an eighth of the teacher; the larger student at most a quarter', () => {
    for (const student of ['student-logits', 'student-sequence']) {
      expect(parameters.get(student)).toBe(parameters.get('control'))
      expect(parameters.get(student)! * 8).toBeLessThanOrEqual(parameters.get('teacher')!)
    }
    expect(parameters.get('student-large')! * 4).toBeLessThanOrEqual(parameters.get('teacher')!)
  })

  test('every distilled student is better than the control on the same questions, by more than chance', () => {
    for (const student of ['student-large', 'student-logits', 'student-sequence']) {
      const [won, lost] = [true, false].map((wanted) => right.get(student)!.filter((is, i) => is === wanted && right.get('control')![i] !== wanted).length)
      expect({ student, isBetter: mcnemar(won!, lost!).exact < 0.01 && won! > lost! }).toEqual({ student, isBetter: true })
    }
  })

  test('students and control were trained alike: same steps, seed, schedule and weight decay', async () => {
    const recipes = await Promise.all(
      ['student-logits', 'student-sequence', 'control'].map(async (name) => (await loadRecipe(`${FOLDER}recipes/${name}.yaml`)).recipe),
    )
    const alike = recipes.map(({ seed, model, labelled, train }) => ({ seed, model, labelled, train }))
    expect(alike).toEqual([alike[2], alike[2], alike[2]])
  })

  test('take less than 12 MB together', async () => {
    const folder = `${FOLDER}models/`
    const sizes = await Promise.all((await readdir(folder)).map(async (name) => (await stat(folder + name)).size))
    expect(sizes.reduce((a, b) => a + b, 0)).toBeLessThan(12_000_000)
  })
})
