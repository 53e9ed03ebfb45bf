import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import type { Item } from '../../harness/types.ts'
import { createWorkload, type ConversationOptions } from '../../harness/workloads/index.ts'

const folder = mkdtempSync(join(tmpdir(), 'distillbench-test-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function itemsOf(text: string, options: Omit<ConversationOptions, 'file'> = {}, seed = 1): Promise<Item[]> {
  writeFileSync(join(folder, 'chats'), text)
  const items: Item[] = []
  for await (const item of createWorkload({ id: 'chat', kind: 'conversations', file: 'chats', ...options }, folder).items(seed)) items.push(item)
  return items
}
const share = [
  { id: 'a', conversations: [['gpt', 'left over'], ['human', 'one'], ['gpt', 'first'], ['human', 'two'], ['human', 'and more'], ['gpt', 'second'], ['human', 'three']].map(([from, value]) => ({ from, value })) }, // prettier-ignore
  { id: 'empty', conversations: [{ from: 'gpt', value: 'nobody asked' }] },
  { id: 'b', conversations: [{ from: 'human', value: 'alone' }] },
]
const openai = { messages: [{ role: 'system', content: 'Be brief.' }, { role: 'user', content: 'one' }, { role: 'assistant', content: 'first' }, { role: 'user', content: 'two', thinkSeconds: 1.5 }] } // prettier-ignore

test('each message of a user is a turn, with all that came before it', async () => {
  const items = await itemsOf(JSON.stringify(share))
  expect(items.map(({ id, cluster, turn }) => [id, cluster, turn?.index])).toEqual([['a/1', 'a', 0], ['a/2', 'a', 1], ['a/3', 'a', 2], ['b/1', 'b', 0]]) // prettier-ignore
  expect(items[1]!.prompt).toEqual([
    { role: 'user', content: 'one' },
    { role: 'assistant', content: 'first' },
    { role: 'user', content: 'two\n\nand more' },
  ])
  expect(await itemsOf(share.map((row) => JSON.stringify(row)).join('\n'))).toEqual(items)
  expect(await itemsOf(JSON.stringify(share), { sessions: 1, turns: 2 })).toEqual(items.slice(0, 2))
})

test('messages as OpenAI has them are read, and so are the times to think beside them', async () => {
  const items = await itemsOf(JSON.stringify(openai), { think: { kind: 'file' } })
  expect(items.map(({ turn }) => turn)).toEqual([
    { session: '1', index: 0, thinkMs: 0, answers: 'model' },
    { session: '1', index: 1, thinkMs: 1500, answers: 'model' },
  ])
  expect(items[0]!.prompt).toHaveLength(2)
})

test('times to think are fixed, or drawn anew for every turn, the same for the same seed', async () => {
  const many = JSON.stringify(Array.from({ length: 400 }, (_, i) => ({ ...share[0], id: `s${i}` })))
  const thought = (items: Item[]): number[] => items.flatMap(({ turn }) => (turn!.index === 0 ? [] : [turn!.thinkMs]))
  const options = { sessions: 400, think: { kind: 'exponential', meanSeconds: 2 } } as const
  const drawn = thought(await itemsOf(many, options))
  expect(drawn).toEqual(thought(await itemsOf(many, options)))
  expect(drawn).not.toEqual(thought(await itemsOf(many, options, 2)))
  expect(Math.abs(drawn.reduce((a, b) => a + b, 0) / drawn.length - 2000)).toBeLessThan(250)
  expect(new Set(thought(await itemsOf(JSON.stringify(share), { think: { kind: 'fixed', seconds: 3 } })))).toEqual(new Set([3000]))
})

test.each([
  ['[{"conversations":[{"from":"robot","value":"x"}]}]', {}, 'entry 1: conversations.0.from is "robot"; known are human, user'],
  ['{"text":"x"}', {}, 'chats:1: must have conversations, a list of { from, value }, or messages'],
  ['[{"conversations":', {}, 'is not valid JSON'],
  ['[3]', {}, 'entry 1 must be a JSON object'],
  ['[]', {}, 'has no conversation with a message of a user'],
  [JSON.stringify(share), { think: { kind: 'file' } }, 'entry 1, turn 2 has no thinkSeconds'],
] as const)('a file that cannot be used is refused by its place: %s', async (text, options, message) => {
  await expect(itemsOf(text, options)).rejects.toThrow(message)
})
