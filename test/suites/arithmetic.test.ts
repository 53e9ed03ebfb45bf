import { readdir, stat } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, test } from 'vitest'
import { selectBackend } from '../../harness/models/tfjs/backend.ts'
import adapter from '../../harness/models/tfjs/index.ts'
import { loadSuite } from '../../harness/suite/index.ts'
import type { Item, LoadedSuite } from '../../harness/types.ts'
import { ARITHMETIC_SLICES } from '../../harness/workloads/arithmetic.ts'

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
    parameters.set(spec.id, model.card.parametersTotal)
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

  test('students and control have the same size, at most an eighth of the teacher', () => {
    for (const student of ['student-logits', 'student-sequence']) {
      expect(parameters.get(student)).toBe(parameters.get('control'))
      expect(parameters.get(student)! * 8).toBeLessThanOrEqual(parameters.get('teacher')!)
    }
  })

  test('take less than 12 MB together', async () => {
    const folder = fileURLToPath(new URL('../../suites/arithmetic/models/', import.meta.url))
    const sizes = await Promise.all((await readdir(folder)).map(async (name) => (await stat(folder + name)).size))
    expect(sizes.reduce((a, b) => a + b, 0)).toBeLessThan(12_000_000)
  })
})
