import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import { createRandom } from '../../harness/random.ts'
import { openTokenizer } from '../../harness/models/openai/tokenizer.ts'
import { reopen } from '../../harness/run/opening.ts'
import type { Item } from '../../harness/types.ts'
import { createWorkload, type WorkloadInput } from '../../harness/workloads/index.ts'
import { drawLength } from '../../harness/workloads/lengths.ts'
import { fitText } from '../../harness/workloads/words.ts'
import { tokenize } from '../../scripts/mock/text.ts'

const folder = mkdtempSync(join(tmpdir(), 'distillbench-test-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

type Options = Omit<Extract<WorkloadInput, { kind: 'synthetic' }>, 'id' | 'kind'>
async function itemsOf(options: Options, seed = 1): Promise<Item[]> {
  const items: Item[] = []
  for await (const item of createWorkload({ id: 'load', kind: 'synthetic', ...options }, folder).items(seed)) items.push(item)
  return items
}
const text = ({ prompt }: Item): string => (typeof prompt === 'string' ? prompt : expect.fail('a prompt is text'))
const request = (item: Item) => ({ prompt: text(item), maxTokens: 1, seed: 1, temperature: 0, stop: [] })

/** Words of up to three letters are a token each, longer ones two; so are a space that no word follows, and a sign. */
const count = async (texts: readonly string[]): Promise<number[]> => texts.map((one) => (one.match(/ ?[a-zA-Z]{1,3}|[^a-zA-Z]/g) ?? []).length)

test('the same seed gives the same prompts, another seed others', async () => {
  const options: Options = { count: 20, input: { kind: 'uniform', min: 10, max: 90 }, output: 5 }
  expect(await itemsOf(options)).toEqual(await itemsOf(options))
  expect((await itemsOf(options)).map(text)).not.toEqual((await itemsOf(options, 2)).map(text))
})

test('text is grown and trimmed until it has exactly as many tokens as asked for, in words that are not one token each', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 600 }), fc.nat(), async (tokens, seed) => {
      expect((await count([await fitText({ text: '', tokens: 0 }, tokens, createRandom(seed), count)]))[0]).toBe(tokens)
    }),
    { numRuns: 60 },
  )
  await expect(fitText({ text: 'far too long', tokens: 3 }, 1, createRandom(1), count)).rejects.toThrow('no text of exactly 1 tokens')
})

test('lengths follow the distribution that is named, and stay within its limits', () => {
  const drawn = (length: Parameters<typeof drawLength>[0]): number[] => {
    const random = createRandom('lengths')
    return Array.from({ length: 2000 }, (_, i) => drawLength(length, i, random))
  }
  const mean = (values: number[]): number => values.reduce((a, b) => a + b, 0) / values.length
  expect(new Set(drawn(7))).toEqual(new Set([7]))
  const uniform = drawn({ kind: 'uniform', min: 10, max: 20 })
  expect([Math.min(...uniform), Math.max(...uniform)]).toEqual([10, 20])
  expect(mean(uniform)).toBeCloseTo(15, 0)
  const normal = drawn({ kind: 'normal', mean: 100, deviation: 20, min: 60, max: 140 })
  expect(Math.min(...normal)).toBeGreaterThanOrEqual(60)
  expect(Math.max(...normal)).toBeLessThanOrEqual(140)
  expect(Math.abs(mean(normal) - 100)).toBeLessThan(2)
  expect(drawn({ kind: 'list', values: [1, 2, 3] }).slice(0, 5)).toEqual([1, 2, 3, 1, 2])
  expect(drawn({ kind: 'normal', mean: 5, deviation: 1e9, min: 5, max: 5 })[0]).toBe(5)
})

test('a unique prompt begins anew for every request and in every run, and is as long as before', async () => {
  const [item] = await itemsOf({ count: 1, input: 40, output: 5 })
  const asked = [1, 2, 3].map((number) => reopen(request(item!), item!.opening, 'cell of a run', number).prompt as string)
  const later = reopen(request(item!), item!.opening, 'cell of another run', 1).prompt as string
  const starts = [...asked, later].map((prompt) => tokenize(prompt).slice(0, 8).join(''))
  expect(new Set(starts).size).toBe(4)
  expect([...asked, later].map((prompt) => tokenize(prompt).length)).toEqual([40, 40, 40, 40])
})

test('shared prompts begin alike for as many tokens as asked for, and go on differently', async () => {
  const items = await itemsOf({ count: 6, input: 60, output: 5, prefix: { kind: 'shared', tokens: 32, distinct: 2 } })
  const starts = items.map((item) => tokenize(text(item)).slice(0, 32).join(''))
  expect(new Set(starts).size).toBe(2)
  expect(starts[0]).toBe(starts[2])
  const asked = items.map((item) => reopen(request(item), item.opening, 'salt', 1).prompt as string)
  expect(asked.map((prompt) => tokenize(prompt).slice(0, 32).join(''))).toEqual(starts)
  expect(asked.map((prompt) => tokenize(prompt).length)).toEqual(Array(6).fill(60))
  const [half] = await itemsOf({ count: 1, input: 60, output: 5, prefix: { kind: 'shared', share: 0.5 } })
  expect(half!.opening!.at).toBeLessThan(text(half!).length * 0.6)
})

test('prompts as they are have no part that is written anew', async () => {
  const [item] = await itemsOf({ count: 1, input: 40, output: 5, prefix: 'asis' })
  expect(item).not.toHaveProperty('opening')
  expect(item!.length).toEqual({ inputTokens: 40, outputTokens: 5, countedBy: 'estimate', ignoreEos: true })
})

test('equal blocks of a trace are equal text, and the lengths are those of the trace', async () => {
  const rows = [
    { timestamp: 0, input_length: 1100, output_length: 3, hash_ids: [1, 2, 3] },
    { timestamp: 1, input_length: 1300, output_length: 4, hash_ids: [1, 2, 4] },
    { timestamp: 2, input_length: 600, output_length: 5, hash_ids: [9, 2] },
  ]
  writeFileSync(join(folder, 'mooncake.jsonl'), rows.map((row) => JSON.stringify(row)).join('\n'))
  const items = await itemsOf({ trace: { file: 'mooncake.jsonl' } })
  const parts = items.map((item) => tokenize(text(item)))
  expect(parts.map((tokens) => tokens.length)).toEqual([1100, 1300, 600])
  expect(items.map(({ length }) => length!.outputTokens)).toEqual([3, 4, 5])
  expect(parts[0]!.slice(0, 1024)).toEqual(parts[1]!.slice(0, 1024))
  expect(parts[0]!.slice(0, 16)).not.toEqual(parts[2]!.slice(0, 16))
})

test.each([
  [{ input: 5 }, 'give input and output, in tokens, or a trace that has both'],
  [{ input: 5, output: 5, trace: { file: 'x' } }, 'but not from both'],
  [{ input: 5, output: 5, prefix: { kind: 'shared' } }, 'a shared prefix has either tokens or a share'],
  [{ input: 5, output: 5, grader: 'exact' }, 'no grader can score them'],
] as const)('a workload that contradicts itself is refused: %o', (options, message) => {
  expect(() => createWorkload({ id: 'load', kind: 'synthetic', ...options }, folder)).toThrow(message)
})

test('with the tokenizer.json of a model, prompts are exact by its own count, also when their beginnings are written anew', async () => {
  const merges = [['t', 'h'], ['th', 'e'], ['a', 'n'], ['an', 'd'], ['o', 'f'], ['i', 'n'], ['o', 'r'], ['e', 'r']] as const // prettier-ignore
  const vocab = [...'abcdefghijklmnopqrstuvwxyzIx7.,!?'.split(''), ...merges.map((pair) => pair.join(''))]
  const model = { type: 'BPE', vocab: Object.fromEntries([...new Set(vocab)].map((token, i) => [token, i])), merges, unk_token: null }
  const file = join(folder, 'tokenizer.json')
  const empty = { truncation: null, padding: null, added_tokens: [], normalizer: null, post_processor: null, decoder: null }
  writeFileSync(file, JSON.stringify({ version: '1.0', ...empty, pre_tokenizer: { type: 'Whitespace' }, model }))
  const items = await itemsOf({ count: 20, input: { kind: 'uniform', min: 60, max: 200 }, output: 5, tokenizer: 'tokenizer.json' })
  const counter = openTokenizer(file)
  try {
    const asked = items.map((item, i) => reopen(request(item), item.opening, 'salt', i).prompt as string)
    const wanted = items.map(({ length }) => length!.inputTokens)
    expect(await counter.count(items.map(text))).toEqual(wanted)
    expect(await counter.count(asked)).toEqual(wanted)
    expect(asked).not.toEqual(items.map(text))
    expect(items[0]!.length!.countedBy).toBe('tokenizer')
  } finally {
    await counter.close()
  }
})
