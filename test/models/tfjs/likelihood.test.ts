/** Likelihoods of given texts from a model in this process, against a forward pass written out in plain numbers. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import adapter from '../../../harness/models/tfjs/index.ts'
import { writeSafetensors } from '../../../harness/models/tfjs/safetensors.ts'
import { initialWeights, weightShapes } from '../../../harness/models/tfjs/transformer.ts'
import { readGiven } from '../../../harness/run/given.ts'
import type { Answer } from '../../../harness/run/protocol.ts'
import type { Likelihood, Model } from '../../../harness/types.ts'
import { SMALL } from './small.ts'

const CARD = { schema: 'model/1', name: 'Small', config: SMALL, tokenizer: { kind: 'characters', alphabet: '0123456789' }, dtype: 'float32' }
const VALUES = initialWeights(SMALL, 3)
const signal = new AbortController().signal
let dir: string
let model: Model

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'likelihood-'))
  const weights = Object.entries(weightShapes(SMALL)).map(([name, shape]) => [name, { shape, values: VALUES[name]! }] as const)
  await writeFile(join(dir, 'small.safetensors'), writeSafetensors(weights.map(([name, tensor]) => [name, tensor])))
  await writeFile(join(dir, 'small.json'), JSON.stringify(CARD))
  const spec = { id: 'm', name: 'M', role: 'teacher', adapter: 'tfjs', options: { weights: join(dir, 'small') } } as const
  model = await adapter.open(spec, { backend: 'cpu', signal })
})
afterAll(async () => {
  await model.close()
  await rm(dir, { recursive: true, force: true })
})

test('each text after its context has the probability that a plain forward pass gives it', async () => {
  const given = { context: '314', texts: ['159', '2', '26535'] }
  const [answer] = await readGiven(model, [{ prompt: 'unused', maxTokens: 1, seed: 0, temperature: 0, stop: [], given }], signal)
  expect(answer).toMatchObject({
    ok: true,
    tokenMs: [],
    completion: { finish: 'stop', text: '', promptTokens: 6 + 4 + 8, outputTokens: 0, countedBy: 'tokenizer' },
  })
  const likelihoods = likelihoodsOf(answer)
  for (const [i, text] of given.texts.entries()) {
    expect(likelihoods[i]).toMatchObject({ tokens: text.length, bytes: text.length })
    expect(likelihoods[i]!.logProb).toBeCloseTo(reference(given.context, text), 4)
  }
})

test('a whole text without a context is measured from its second token on', async () => {
  const text = '2718281828459045'
  const [answer] = await readGiven(model, [{ prompt: text, maxTokens: 1, seed: 0, temperature: 0, stop: [], given: { context: '', texts: [text] } }], signal)
  const [read] = likelihoodsOf(answer)
  expect(read).toMatchObject({ tokens: 15, bytes: 15 })
  expect(read!.logProb).toBeCloseTo(reference(text[0]!, text.slice(1)), 4)
})

test('what cannot be read is a failed request that says why, and the next one is asked', async () => {
  const request = { prompt: '1', maxTokens: 1, seed: 0, temperature: 0, stop: [] }
  const answers = await readGiven(
    model,
    [
      { ...request, given: { context: '1', texts: ['x'] } },
      { ...request, given: { context: '1', texts: ['2'] } },
    ],
    signal,
  )
  expect(answers).toMatchObject([{ ok: false, error: { code: 'model', message: expect.stringContaining('cannot read "x"') } }, { ok: true }])
})

const likelihoodsOf = (answer: Answer | undefined): readonly Likelihood[] => (answer?.ok === true ? (answer.completion.likelihoods ?? []) : [])

/** ln p of the text after the context: every position anew, in doubles, without tensors. */
function reference(context: string, text: string): number {
  let sum = 0
  for (let at = 0; at < text.length; at++) {
    const logits = lastLogits(Array.from(context + text.slice(0, at), (digit) => Number(digit) + 2))
    const most = Math.max(...logits)
    sum += logits[Number(text[at]) + 2]! - most - Math.log(logits.reduce((total, one) => total + Math.exp(one - most), 0))
  }
  return sum
}

/** The architecture by its definition: pre-norm RMSNorm, rotary attention, SwiGLU, tied embeddings. */
function lastLogits(ids: readonly number[]): number[] {
  const { width: D, heads: H, hidden: F, layers, vocabulary: V, rotaryBase } = SMALL
  const h = D / H
  const product = (x: readonly number[], name: string, columns: number): number[] =>
    Array.from({ length: columns }, (_, j) => x.reduce((sum, value, i) => sum + value * VALUES[name]![i * columns + j]!, 0))
  const norm = (x: readonly number[], name: string): number[] => {
    const scale = 1 / Math.sqrt(x.reduce((sum, value) => sum + value * value, 0) / D + 1e-5)
    return x.map((value, i) => value * scale * VALUES[name]![i]!)
  }
  const rotated = (x: readonly number[], t: number): number[] =>
    x.map((value, i) => {
      const [j, half] = [i % h, h / 2]
      const angle = t * rotaryBase ** (-(j % half) / half)
      const other = j < half ? -x[i + half]! : x[i - half]!
      return value * Math.cos(angle) + other * Math.sin(angle)
    })
  let rows = ids.map((id) => Array.from({ length: D }, (_, i) => VALUES['embedding']![id * D + i]!))
  for (let layer = 0; layer < layers; layer++) {
    const at = (name: string): string => `layers.${layer}.${name}`
    const normed = rows.map((row) => norm(row, at('attention_norm')))
    const q = normed.map((row, t) => rotated(product(row, at('q'), D), t))
    const k = normed.map((row, t) => rotated(product(row, at('k'), D), t))
    const v = normed.map((row) => product(row, at('v'), D))
    rows = rows.map((row, t) => {
      const mixed = Array.from({ length: D }, () => 0)
      for (let head = 0; head < H; head++) {
        const part = (x: readonly number[]): readonly number[] => x.slice(head * h, (head + 1) * h)
        const weights = Array.from({ length: t + 1 }, (_, s) =>
          Math.exp(part(q[t]!).reduce((sum, value, i) => sum + value * part(k[s]!)[i]!, 0) / Math.sqrt(h)),
        )
        const total = weights.reduce((sum, weight) => sum + weight, 0)
        for (let s = 0; s <= t; s++) for (let i = 0; i < h; i++) mixed[head * h + i]! += (weights[s]! / total) * v[s]![head * h + i]!
      }
      const attended = product(mixed, at('o'), D).map((value, i) => value + row[i]!)
      const fed = norm(attended, at('feed_norm'))
      const [gate, up] = [product(fed, at('gate'), F), product(fed, at('up'), F)]
      const down = product(
        gate.map((value, i) => (value / (1 + Math.exp(-value))) * up[i]!),
        at('down'),
        D,
      )
      return attended.map((value, i) => value + down[i]!)
    })
  }
  const last = norm(rows.at(-1)!, 'final_norm')
  return Array.from({ length: V }, (_, id) => last.reduce((sum, value, i) => sum + value * VALUES['embedding']![id * D + i]!, 0))
}
