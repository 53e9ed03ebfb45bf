import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Item, WorkloadSpec } from '../../harness/types.ts'
import { createWorkload, itemHash, type WorkloadInput } from '../../harness/workloads/index.ts'
import { fillTemplate } from '../../harness/workloads/template.ts'

let dir: string
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'workloads-'))
})
afterAll(() => rmSync(dir, { recursive: true }))

async function collect(workload: WorkloadSpec, seed = 1): Promise<Item[]> {
  const all: Item[] = []
  for await (const item of workload.items(seed)) all.push(item)
  return all
}
function file(text: string, options: Partial<WorkloadInput> = {}): WorkloadSpec {
  writeFileSync(join(dir, 'q.jsonl'), text)
  return createWorkload({ id: 'w', kind: 'file', file: 'q.jsonl', ...options } as WorkloadInput, dir)
}
const list = (items: object[], options: object = {}): WorkloadSpec => createWorkload({ id: 'w', kind: 'list', items, ...options } as WorkloadInput, dir)

describe('a workload of kind file', () => {
  it('reads questions line by line, skips blank lines, and keeps the order', async () => {
    const items = await collect(file('\uFEFF{"id":"a","prompt":"p1","target":"t","slice":"s","cluster":7}\r\n\n{"prompt":"p2","target":2}'))
    expect(items).toEqual([
      { id: 'a', hash: itemHash('p1', 't'), prompt: 'p1', target: 't', slice: 's', cluster: '7' },
      { id: '2', hash: itemHash('p2', '2'), prompt: 'p2', target: '2' },
    ])
  })

  it('fills the templates of the suite from the columns', async () => {
    const text = '{"q":"Why {{x}}?","a":42,"level":"hard","key":"k1"}\n'
    const [item] = await collect(file(text, { prompt: 'Q: {{q}}\nA:', target: '#### {{ a }}', slice: '{{level}}', itemId: 'gsm-{{key}}' }))
    expect(item).toMatchObject({ id: 'gsm-k1', prompt: 'Q: Why {{x}}?\nA:', target: '#### 42', slice: 'hard' })
    const [chat] = await collect(file(text, { prompt: [{ role: 'user', content: '{{q}}' }], target: 'x' }))
    expect(chat?.prompt).toEqual([{ role: 'user', content: 'Why {{x}}?' }])
  })

  it('survives every separator that JSON allows inside a string', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.string({ unit: fc.constantFrom('a', '\u2028', '\u2029', '\u0085', '\r', '\n', '"', '\uD83D\uDE00') }), { minLength: 1, maxLength: 5 }),
        async (prompts) => {
          const items = await collect(file(prompts.map((prompt) => JSON.stringify({ prompt, target: 'x' })).join('\n')))
          expect(items.map(({ prompt }) => prompt)).toEqual(prompts)
        },
      ),
      { numRuns: 30 },
    )
  })

  it.each([
    ['a line that is no JSON', '{"prompt":"p","target":"t"}\n{oops', 'q.jsonl:2 is not valid JSON'],
    ['a line that is no object', '[1]', 'q.jsonl:1 must be a JSON object'],
    ['a missing column', '{"promt":"p","target":"t"}', 'q.jsonl:1 has no column "prompt"; did you mean promt?'],
    ['an id that comes twice', '{"id":"a","prompt":"p","target":"t"}\n{"id":"a","prompt":"q","target":"t"}', 'two items with the id "a"'],
    ['an item that could never be right', '{"prompt":"p"}', 'item "1" has no right answer'],
    ['messages that are none', '{"prompt":[{"role":"boss"}],"target":"t"}', 'q.jsonl:1: prompt must be text or a list'],
  ])('%s is told with its line', async (_, text, message) => {
    await expect(collect(file(text))).rejects.toMatchObject({ name: 'HarnessError', code: 'data', message: expect.stringContaining(message) })
  })

  it('a file that is not there is told by name when the items are read', async () => {
    const workload = createWorkload({ id: 'w', kind: 'file', file: 'none.jsonl' }, dir)
    await expect(collect(workload)).rejects.toMatchObject({ code: 'data', message: expect.stringContaining('none.jsonl cannot be read') })
  })
})

describe('a workload of kind list', () => {
  it('has defaults that the suite may replace', () => {
    expect(list([])).toMatchObject({ id: 'w', title: 'w', maxTokens: 256, temperature: 0, stop: [], grader: { id: 'exact' } })
    expect(list([], { title: 'T', maxTokens: 3, temperature: 0.7, stop: ['\n'], limit: 2, grader: 'numeric' })).toMatchObject({
      title: 'T',
      maxTokens: 3,
      temperature: 0.7,
      stop: ['\n'],
      limit: 2,
      grader: { id: 'numeric' },
    })
  })

  it('may be an async generator that is given the seed', async () => {
    async function* items(seed: number) {
      yield { prompt: `seed ${seed}`, target: 'x' }
    }
    expect((await collect(createWorkload({ id: 'w', kind: 'list', items }, dir), 9))[0]?.prompt).toBe('seed 9')
  })

  it('leaves items without answer to a grader of the user', async () => {
    const grader = { id: 'long', version: '1', grade: (_: Item, text: string) => ({ score: Math.min(1, text.length / 10), grader: 'x' }) }
    const workload = list([{ prompt: 'p' }], { grader })
    const [item] = await collect(workload)
    expect(workload.grader.grade(item!, '12345')).toEqual({ score: 0.5, grader: 'long' })
  })

  it('holds a grader of the user to the contract', () => {
    const broken = (grade: () => unknown) => list([], { grader: { id: 'g', version: '1', grade } }).grader.grade({ id: '1', hash: 'h', prompt: 'p' }, '')
    expect(
      broken(() => {
        throw new Error('oops')
      }),
    ).toEqual({ score: 0, grader: 'g', detail: 'the grader failed: oops' })
    expect(broken(() => ({ score: Number.NaN }))).toMatchObject({ score: 0, detail: expect.stringContaining('NaN') })
    expect(broken(() => undefined)).toMatchObject({ score: 0, detail: expect.stringContaining('undefined') })
  })
})

describe('itemHash', () => {
  it('is 16 hex digits, the same everywhere', () => {
    expect(itemHash('1+1=', '2')).toBe('8a18b81ec48dc245')
  })

  it('differs as soon as question or answer differ', () => {
    const hashes = [
      itemHash('a'),
      itemHash('a', ''),
      itemHash('', 'a'),
      itemHash('a', 'b'),
      itemHash('ab'),
      itemHash('\uD800'),
      itemHash('\uD801'),
      itemHash('\uFFFD'),
      itemHash([{ role: 'user', content: 'a' }]),
      itemHash([{ role: 'system', content: 'a' }]),
    ]
    expect(new Set(hashes).size).toBe(hashes.length)
  })
})

it('a template never reads what was put in, nor what is not a column', () => {
  expect(fillTemplate('{{a}}{{a}} {{}} {a}', { a: '{{b}}', b: 1 }, 'x')).toBe('{{b}}{{b}} {{}} {a}')
  expect(() => fillTemplate('{{toString}}', { a: 1 }, 'row 1')).toThrow('row 1 has no column "toString"')
  expect(fillTemplate('{'.repeat(1e6), {}, 'x')).toHaveLength(1e6)
})
