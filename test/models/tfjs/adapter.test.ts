import { mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { BACKENDS, probeBackends, selectBackend } from '../../../harness/models/tfjs/backend.ts'
import adapter from '../../../harness/models/tfjs/index.ts'
import { writeSafetensors } from '../../../harness/models/tfjs/safetensors.ts'
import { countParameters, initialWeights, weightShapes } from '../../../harness/models/tfjs/transformer.ts'
import type { Model, ModelSpec, Request } from '../../../harness/types.ts'

const CONFIG = { vocabulary: 12, width: 16, layers: 1, heads: 2, hidden: 16, maxLength: 24, rotaryBase: 10000 }
const CARD = { schema: 'model/1', name: 'Tiny', config: CONFIG, tokenizer: { kind: 'characters', alphabet: '0123456789' }, dtype: 'float32' }
const signal = new AbortController().signal
let dir: string

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'tfjs-'))
  await writeModel('tiny')
})
afterAll(async () => {
  await rm(dir, { recursive: true, force: true })
})

async function writeModel(name: string, card: object = CARD): Promise<void> {
  const values = initialWeights(CONFIG, 3)
  await writeFile(
    join(dir, `${name}.safetensors`),
    writeSafetensors(Object.entries(weightShapes(CONFIG)).map(([n, shape]) => [n, { shape, values: values[n]! }])),
  )
  await writeFile(join(dir, `${name}.json`), JSON.stringify(card))
}

const spec = (weights: string, options: object = {}): ModelSpec => ({
  id: 'm',
  name: 'M',
  role: 'teacher',
  adapter: 'tfjs',
  options: { weights: join(dir, weights), ...options },
})
const open = (weights: string, backend = 'wasm'): Promise<Model> => adapter.open(spec(weights), { backend, signal })
const ask = (prompt: string, more: Partial<Request> = {}): Request => ({ prompt, maxTokens: 8, seed: 1, temperature: 0, stop: [], ...more })

describe('a model that is opened', () => {
  test('says what it is and what it runs on', async () => {
    const model = await open('tiny.safetensors')
    expect(model.card).toMatchObject({ name: 'Tiny', parametersTotal: countParameters(CONFIG), parametersActive: countParameters(CONFIG), dtype: 'float32' })
    expect(model.runtime).toMatchObject({ backend: 'wasm', rejected: [] })
    expect(model.runtime.device).toContain('CPU')
    expect(model.memory().deviceBytes).toMatchObject({ state: 'ok' })
    await model.close()
  })

  test('gives each token as it is known, and the same text in the end', async () => {
    const model = await open('tiny')
    const heard = ['', '']
    const counts = [0, 0]
    const answers = await model.generate(
      [ask('12'), ask('345')],
      (index, token) => {
        heard[index] += token.text
        counts[index]! += token.tokens
      },
      signal,
    )
    expect(answers.map((a) => a.text)).toEqual(heard)
    expect(answers.map((a) => a.outputTokens)).toEqual(counts)
    expect(answers.map((a) => a.promptTokens)).toEqual([2, 3])
    expect(answers.every((a) => a.countedBy === 'tokenizer')).toBe(true)
    await model.close()
  })

  test('stops at a stop text and leaves it out, but counts its tokens', async () => {
    const model = await open('tiny')
    const [free] = await model.generate([ask('12')], () => undefined, signal)
    const stop = free!.text.slice(2, 4)
    const [cut] = await model.generate([ask('12', { stop: [stop] })], () => undefined, signal)
    expect(cut!.text + stop).toBe(free!.text.slice(0, free!.text.indexOf(stop) + 2))
    expect(cut).toMatchObject({ finish: 'stop', outputTokens: cut!.text.length + 2 })
    await model.close()
  })

  test('scores continuations: a longer one is never likelier than its beginning', async () => {
    const model = await open('tiny')
    const [one, two] = await model.score!('12', ['3', '34'], signal)
    expect(two!.logProb).toBeLessThan(one!.logProb)
    expect([one!.tokens, two!.tokens, two!.bytes]).toEqual([1, 2, 2])
    await model.close()
  })

  test('tells how likely its answer was: as scoring the answer says, alone and in a batch, greedy and sampled', async () => {
    const model = await open('tiny')
    const [alone] = await model.generate([ask('12')], () => undefined, signal)
    const answers = await model.generate([ask('12'), ask('345', { temperature: 1.5, maxTokens: 5 })], () => undefined, signal)
    expect(answers[0]!.logProb).toBeCloseTo(alone!.logProb!, 4)
    for (const [prompt, answer] of [
      ['12', alone!],
      ['345', answers[1]!],
    ] as const) {
      const [score] = await model.score!(prompt, [answer.text], signal)
      expect(answer.logProbTokens).toBe(answer.outputTokens)
      if (answer.finish === 'length') expect(answer.logProb).toBeCloseTo(score!.logProb, 4)
      else expect(answer.logProb).toBeLessThan(score!.logProb) // the end mark is counted too
    }
    await model.close()
  })

  test('times prefill and decode steps in isolation', async () => {
    const model = await open('tiny')
    const steps = await model.timeSteps!(signal)
    expect(steps.map(({ step, batch }) => `${step} ${batch}`)).toEqual(['prefill 1', 'decode 1', 'prefill 8', 'decode 8'])
    for (const { ms, lowMs, highMs, samples } of steps) {
      expect(lowMs).toBeLessThanOrEqual(ms)
      expect(highMs).toBeGreaterThanOrEqual(ms)
      expect(ms).toBeGreaterThan(0)
      expect(samples).toBeGreaterThan(1)
    }
    await model.close()
  })
})

describe('what is wrong is said in one sentence that names the file', () => {
  test('weights that were cut short', async () => {
    await writeModel('cut')
    const { length } = await readFile(join(dir, 'cut.safetensors'))
    await truncate(join(dir, 'cut.safetensors'), length - 100)
    await expect(open('cut')).rejects.toMatchObject({
      code: 'model',
      message: expect.stringMatching(/cut\.safetensors is not a usable safetensors file: tensor .* ends behind the end of the file/),
    })
  })

  test('weights of another shape than the card says', async () => {
    await writeModel('wide', { ...CARD, config: { ...CONFIG, width: 32 } })
    await expect(open('wide')).rejects.toMatchObject({
      code: 'model',
      message: expect.stringContaining('tensor embedding has shape [12, 16], its card says [12, 32]'),
    })
  })

  test.each([
    ['gone', 'The model card'],
    ['tiny.json', undefined],
  ])('a model that is not there, and one named by its card (%s)', async (name, message) => {
    if (message === undefined) await expect(open(name)).resolves.toBeDefined()
    else await expect(open(name)).rejects.toMatchObject({ code: 'model', message: expect.stringContaining(message) })
  })

  test('a prompt with a character that the model cannot read', async () => {
    const model = await open('tiny')
    await expect(model.generate([ask('1a')], () => undefined, signal)).rejects.toMatchObject({
      code: 'model',
      message: expect.stringContaining('cannot read "a"'),
    })
  })

  test('a misspelt backend, with the nearest one', async () => {
    await expect(open('tiny', 'wasn')).rejects.toMatchObject({ code: 'usage', message: expect.stringContaining('did you mean "wasm"?') })
  })

  test('a missing option', async () => {
    await expect(adapter.open({ ...spec('tiny'), options: {} }, { backend: 'wasm', signal })).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringContaining('weights'),
    })
  })
})

test('wasm and cpu give the same answers, and auto says why it did not take the others', async () => {
  const texts: string[][] = []
  for (const backend of ['wasm', 'cpu']) {
    const model = await open('tiny', backend)
    texts.push(
      (
        await model.generate(
          ['1', '22', '987'].map((p) => ask(p)),
          () => undefined,
          signal,
        )
      ).map((a) => a.text),
    )
    await model.close()
  }
  expect(texts[0]).toEqual(texts[1])
  const { backend, rejected } = await selectBackend('auto')
  expect(rejected.map((r) => r.backend)).toEqual(BACKENDS.slice(0, BACKENDS.indexOf(backend as (typeof BACKENDS)[number])))
  expect(rejected.every((r) => r.why.length > 10)).toBe(true)
})

test('every backend is probed, and wasm and cpu work everywhere', async () => {
  const probes = await probeBackends(signal)
  expect(probes.map((p) => p.backend)).toEqual([...BACKENDS])
  expect(probes.filter((p) => p.probe.state === 'ok').map((p) => p.backend)).toEqual(expect.arrayContaining(['wasm', 'cpu']))
})
