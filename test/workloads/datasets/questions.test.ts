import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest'
import { splitReasoning } from '../../../harness/workloads/index.ts'
import { collect } from './collect.ts'

let dir: string
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'questions-'))
})
afterAll(() => rmSync(dir, { recursive: true }))

const write = (name: string, text: string | Buffer): string => (writeFileSync(join(dir, name), text), name)
const file = (name: string, more: object = {}) => collect({ kind: 'file', file: name, prompt: '{{q}}', target: '{{a}}', ...more }, dir)
const list = (items: object[], more: object = {}, seed?: number) =>
  collect({ kind: 'list', items, prompt: '{{q}}', target: '{{a}}', ...more }, dir, seed === undefined ? {} : { seed })

describe('a file of questions', () => {
  const expected = [
    ['one, "two"', '1'],
    ['three\nfour', '2'],
  ]
  it.each([
    ['x.csv', 'q,a\r\n"one, ""two""",1\r\n"three\nfour",2\r\n'],
    ['x.tsv', '\uFEFFq\ta\n"one, ""two"""\t1\n"three\nfour"\t2'],
    ['x.json', JSON.stringify([{ q: 'one, "two"', a: 1 }, { q: 'three\nfour', a: 2 }])], // prettier-ignore
    ['x.jsonl.gz', gzipSync('{"q":"one, \\"two\\"","a":1}\n\n{"q":"three\\nfour","a":2}\n')],
    ['x.data', '{"q":"one, \\"two\\"","a":1}\n{"q":"three\\nfour","a":2}'],
  ])('%s is read by its form', async (name, text) => {
    const { items, sources } = await file(write(name, text))
    expect(items.map(({ prompt, target }) => [prompt, target])).toEqual(expected)
    expect(sources).toMatchObject([{ use: 'questions', file: name, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) }])
  })

  it.each([
    ['bad.csv', 'q,a\n"open,1\n', 'bad.csv is no valid CSV'],
    ['short.csv', 'q,a\n1\n', 'short.csv is no valid CSV'],
    ['object.json', '{"q":1}', 'object.json is not a list of objects'],
    ['bad.jsonl.gz', Buffer.from('not packed'), 'cannot be read'],
  ])('%s is refused with its name', async (name, text, message) => {
    await expect(file(write(name, text))).rejects.toMatchObject({ code: 'data', message: expect.stringContaining(message) })
  })

  it('is the one that its digest names', async () => {
    const name = write('pinned.jsonl', '{"q":"1","a":"1"}')
    const { sources } = await file(name)
    expect((await file(name, { sha256: sources[0]!.sha256 })).items).toHaveLength(1)
    await expect(file(name, { sha256: 'f'.repeat(64) })).rejects.toMatchObject({ message: expect.stringContaining('not the file that the suite means') })
  })
})

describe('columns', () => {
  it('are renamed, cut at marks, looked up inside of others, and mapped', async () => {
    const columns = {
      final: { from: 'answer', after: '####' },
      first: 'texts.list.0',
      kind: { from: 'type', map: { '1': 'hard' } },
      lead: { from: 'answer', before: ' ####' },
    }
    const { items } = await list([{ answer: 'a #### b #### 42 ', texts: { list: ['x'] }, type: 1 }], {
      columns,
      prompt: '{{first}} {{kind}} {{texts.list}}',
      target: '{{final}}',
      slice: '{{lead}}',
    })
    expect(items).toMatchObject([{ prompt: 'x hard ["x"]', target: '42', slice: 'a' }])
  })

  it('that are missing are named with the nearest', async () => {
    await expect(list([{ answer: 1 }], { columns: { a: 'anwser' }, prompt: '{{a}}', target: '1' })).rejects.toMatchObject({
      message: expect.stringContaining('did you mean answer?'),
    })
  })
})

describe('answers to choose from', () => {
  const prompt = '{{q}}\n{{choices}}'
  it.each([
    ['an index', { q: 'Q', c: ['x', 'y', 'z'], n: 1 }, { from: 'c', answer: 'n', is: 'index' }],
    ['a number from one', { q: 'Q', A: 'x', B: 'y', C: 'z', n: 2 }, { from: ['A', 'B', 'C'], answer: 'n', is: 'number' }],
    ['a letter in brackets', { q: 'Q', c: "['x', \"y\", 'z']", n: '(B)' }, { from: 'c', answer: 'n', is: 'letter' }],
    ['the text', { q: 'Q', c: '["x","y","z"]', n: 'y' }, { from: 'c', answer: 'n', is: 'text' }],
  ])('the right one is told by %s', async (_, row, choices) => {
    const { items } = await list([row], { prompt, target: undefined, choices })
    expect(items).toMatchObject([{ prompt: 'Q\nA. x\nB. y\nC. z', target: 'B', choices: ['x', 'y', 'z'] }])
  })

  it('are put in an order of their own for each question, the same for every seed', async () => {
    const rows = Array.from({ length: 40 }, (_, i) => ({ q: `Q${i}`, r: `right ${i}`, w1: 'a', w2: 'b', w3: 'c' }))
    const choices = { from: ['r', 'w1', 'w2', 'w3'], is: 'first', shuffle: true, line: '({{letter}}) {{choice}}' }
    const [one, two] = await Promise.all([1, 2].map((seed) => list(rows, { prompt, target: '{{letter}}={{choice}}', choices }, seed)))
    expect(one!.items).toEqual(two!.items)
    for (const [i, { prompt: text, target }] of one!.items.entries()) {
      const [letter, right] = target!.split('=')
      expect(right).toBe(`right ${i}`)
      expect(text).toContain(`(${letter}) right ${i}`)
    }
    expect(new Set(one!.items.map(({ target }) => target![0])).size).toBe(4)
  })

  it('of which none is the right one are refused', async () => {
    await expect(
      list([{ q: 'Q', c: ['x', 'y'], n: 2 }], { prompt, target: undefined, choices: { from: 'c', answer: 'n', is: 'index' } }),
    ).rejects.toMatchObject({ message: expect.stringContaining('names none of the 2 answers') })
  })
})

describe('examples', () => {
  const pool = Array.from({ length: 9 }, (_, i) => ({ q: `P${i}`, a: `A${i}`, s: i % 2 === 0 ? 'even' : 'odd' }))
  it('stand before every question, drawn once and not by the seed of the run', async () => {
    const fewShot = { count: 3, items: pool, separator: '\n--\n', delimiter: ' = ', intro: 'About {{s}}\n' }
    const [one, two] = await Promise.all([1, 2].map((seed) => list([{ q: 'Q', a: 'A', s: 'odd' }, { q: 'R', a: 'A', s: 'even' }], { fewShot }, seed))) // prettier-ignore
    expect(one!.items).toEqual(two!.items)
    const [first, second] = one!.items.map(({ prompt }) => String(prompt))
    expect(first).toMatch(/^About odd\n(P\d = A\d\n--\n){3}Q$/)
    expect(second!.slice('About even\n'.length, -1)).toBe(first!.slice('About odd\n'.length, -1))
  })

  it('may be those of the same group, in order, as turns of a chat', async () => {
    const fewShot = { count: 2, items: pool, by: 's', order: 'first' }
    const { items } = await list([{ q: 'Q', a: 'A', s: 'odd' }], { system: 'Be {{s}}.', fewShot })
    expect(items[0]?.prompt).toEqual([
      { role: 'system', content: 'Be odd.' },
      { role: 'user', content: 'P1' },
      { role: 'assistant', content: 'A1' },
      { role: 'user', content: 'P3' },
      { role: 'assistant', content: 'A3' },
      { role: 'user', content: 'Q' },
    ])
  })

  it('never hold the question itself, and an overlap of the two sets is told', async () => {
    const { items, warnings } = await list([{ q: 'P0', a: 'A0' }, { q: 'Q', a: 'A' }], { fewShot: { count: 9, items: pool } }) // prettier-ignore
    expect(items[0]?.prompt).not.toContain('P0 A0')
    expect(items[1]?.prompt).toContain('P0 A0')
    expect(warnings).toEqual([expect.stringContaining('examples-overlap: 1 question also stands'), expect.stringContaining('few-examples')])
  })

  it('of a group that has none, or from a split that a list cannot have, are refused', async () => {
    await expect(list([{ q: 'Q', a: 'A', s: 'new' }], { fewShot: { count: 1, items: pool, by: 's' } })).rejects.toMatchObject({
      message: expect.stringContaining('no examples with "new"'),
    })
    await expect(list([{ q: 'Q', a: 'A' }], { fewShot: { count: 1, split: 'train' } })).rejects.toMatchObject({ code: 'usage' })
  })
})

test('a sample is drawn with the seed of the run, in random order, and keeps the numbers of its questions', async () => {
  const rows = Array.from({ length: 50 }, (_, i) => ({ q: `Q${i + 1}`, a: '1' }))
  const draw = async (seed: number) => (await list(rows, { sample: 10 }, seed)).items
  const [one, again, other] = [await draw(1), await draw(1), await draw(2)]
  expect(one).toEqual(again)
  expect(one.map(({ id }) => id)).not.toEqual(other.map(({ id }) => id))
  expect(one.every(({ id, prompt }) => prompt === `Q${id}`)).toBe(true)
  expect(one.map(({ id }) => id)).not.toEqual(one.map(({ id }) => id).sort((a, b) => Number(a) - Number(b)))
})

test('reasoning and answer are parted, and together are the text', () => {
  expect(splitReasoning('<think>\nhm\n</think>\n\n42')).toEqual({ reasoning: '<think>\nhm\n</think>\n\n', answer: '42' })
  expect(splitReasoning('hm</think>42').answer).toBe('42')
  expect(splitReasoning('<think>cut off')).toEqual({ reasoning: '<think>cut off', answer: '' })
  expect(splitReasoning('plain')).toEqual({ reasoning: '', answer: 'plain' })
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom('<think>', '</think>', ' ', '\n', 'x', '\u0000', '\uD800')).map((parts) => parts.join('')),
      (text) => {
        const { reasoning, answer } = splitReasoning(text)
        expect(reasoning + answer).toBe(text)
        expect(answer).not.toContain('</think>')
      },
    ),
  )
})
