import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { runRecipe, type DistillProgress } from '../../harness/distill/index.ts'
import { readModel } from '../../harness/models/tfjs/card.ts'

let dir: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'recipe-'))
})
afterEach(async () => {
  await rm(dir, { recursive: true, force: true })
})

const TEACHER = {
  name: 'tiny',
  title: 'Tiny teacher',
  seed: 5,
  workload: 'arithmetic',
  model: { width: 8, layers: 1, heads: 2, hidden: 8, maxLength: 80 },
  method: 'labels',
  labelled: 'unlimited',
  train: { steps: 6, batch: 6, learningRate: 0.01, warmup: 2, checkpointEvery: 3 },
  weights: './tiny',
  usdPerHour: 0.1,
}
const STUDENT = { ...TEACHER, name: 'student', title: 'Tiny student', labelled: 8, questions: 16, teacher: './tiny', weights: './student' }
const never = new AbortController().signal

async function write(name: string, recipe: object): Promise<string> {
  const file = join(dir, name)
  await writeFile(file, JSON.stringify(recipe))
  return file
}

test('the same recipe gives the same weights, and an interrupted one gives them too once it is resumed', async () => {
  const file = await write('teacher.yaml', TEACHER)
  const progress: DistillProgress[] = []
  const whole = await runRecipe(file, { signal: never, out: join(dir, 'whole') }, (p) => progress.push(p))
  const stop = new AbortController()
  const cut = join(dir, 'cut')
  await expect(runRecipe(file, { signal: stop.signal, out: cut }, (p) => p.step === 4 && stop.abort())).rejects.toMatchObject({
    code: 'aborted',
    message: 'Training stopped at step 4 of 6.',
  })
  expect(existsSync(`${cut}.safetensors`)).toBe(false)
  const resumed: number[] = []
  const again = await runRecipe(file, { signal: never, out: cut, resume: true }, (p) => resumed.push(p.step))
  expect(resumed).toEqual([5, 6])
  expect(await readFile(again.weights)).toEqual(await readFile(whole.weights))
  expect(progress.map((p) => p.step)).toEqual([1, 2, 3, 4, 5, 6])
  expect(existsSync(`${cut}.checkpoint`)).toBe(false)
})

test('a checkpoint of another recipe is refused', async () => {
  const stop = new AbortController()
  const out = join(dir, 'm')
  await expect(runRecipe(await write('a.yaml', TEACHER), { signal: stop.signal, out }, () => stop.abort())).rejects.toMatchObject({ code: 'aborted' })
  const other = await write('b.yaml', { ...TEACHER, seed: 6 })
  await expect(runRecipe(other, { signal: never, out, resume: true }, () => undefined)).rejects.toMatchObject({
    code: 'usage',
    message: expect.stringContaining('belongs to another version of this recipe'),
  })
})

test('the weights, the card and the loss curve say how the model was made', async () => {
  await runRecipe(await write('teacher.yaml', TEACHER), { signal: never }, () => undefined)
  const model = await readModel(join(dir, 'tiny'))
  expect(model.card).toMatchObject({
    name: 'Tiny teacher',
    training: { method: 'cross-entropy against right answers', examples: 36, steps: 6, seed: 5, recipe: 'teacher.yaml' },
  })
  expect(model.card.training?.costUsd?.origin).toBe('estimated')
  expect(model.card.training?.energyJ?.origin).toBe('estimated')
  expect((await readFile(join(dir, 'tiny.loss.csv'), 'utf8')).split('\n')[0]).toBe('step,loss,validation')
})

test.each(['logits', 'sequence'])('a student learns from its teacher by %s', async (method) => {
  await runRecipe(await write('teacher.yaml', TEACHER), { signal: never }, () => undefined)
  const phases = new Set<string>()
  const result = await runRecipe(await write('student.yaml', { ...STUDENT, method }), { signal: never }, (p) => phases.add(p.phase))
  expect([...phases]).toEqual(['questions', 'training'])
  const card = JSON.parse(await readFile(result.card, 'utf8')) as { training: { teacher: string; examples: number } }
  expect(card.training).toMatchObject({ teacher: 'Tiny teacher', examples: 24 })
})

test.each([
  [{ ...TEACHER, methd: 'labels' }, 'methd'],
  [{ ...TEACHER, method: 'logits' }, 'need `teacher` and `questions`'],
  [{ ...TEACHER, train: { ...TEACHER.train, steps: 0 } }, 'train.steps'],
])('a recipe that makes no sense is refused with the place (%#)', async (recipe, message) => {
  const file = await write('bad.yaml', recipe)
  await expect(runRecipe(file, { signal: never }, () => undefined)).rejects.toMatchObject({ code: 'usage', message: expect.stringContaining(message) })
})

test('a recipe that is not there is a usage error that names it', async () => {
  await expect(runRecipe(join(dir, 'no.yaml'), { signal: never }, () => undefined)).rejects.toMatchObject({
    code: 'usage',
    message: expect.stringContaining('no.yaml cannot be read'),
  })
})
