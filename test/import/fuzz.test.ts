import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { HarnessError } from '../../harness/errors.ts'
import type { Answer } from '../../harness/import/answer.ts'
import { takeNotes } from '../../harness/import/notes.ts'
import { openSource } from '../../harness/import/readers/index.ts'
import { scratch } from '../cli/scratch.ts'
import { BIG, FIXTURES } from './start.ts'

/** Reads a file to its end: answers that hold together, or one clear error. */
async function readSafely(path: string): Promise<Answer[] | HarnessError> {
  try {
    const source = await openSource(path, {}, new AbortController().signal)
    const answers: Answer[] = []
    for await (const answer of source.answers(takeNotes())) answers.push(answer)
    for (const answer of answers) {
      expect(typeof answer.output).toBe('string')
      for (const field of ['latencyMs', 'ttftMs', 'promptTokens', 'outputTokens', 'reasoningTokens', 'cachedTokens', 'costUsd', 'score'] as const)
        if (field in answer) expect(answer[field]).toBeGreaterThanOrEqual(0)
      expect(Object.values(answer)).not.toContain(undefined)
      if (answer.score !== undefined) expect(answer.score).toBeLessThanOrEqual(1)
    }
    return answers
  } catch (error) {
    if (!(error instanceof HarnessError)) throw error
    expect(['data', 'usage']).toContain(error.code)
    expect(error.message).toContain(path)
    return error
  }
}

/** A value with one member, at any depth, replaced by another value or taken away. */
function damaged(value: unknown, path: readonly number[], by: unknown): unknown {
  const [at, ...rest] = path
  if (at === undefined || typeof value !== 'object' || value === null) return by
  const entries = Object.entries(value)
  if (entries.length === 0) return by
  const [key, old] = entries[at % entries.length]!
  const changed = rest.length === 0 && by === undefined ? [] : [[key, damaged(old, rest, by)] as const]
  const all = [...entries.filter(([other]) => other !== key), ...changed]
  return Array.isArray(value) ? all.map(([, entry]) => entry) : Object.fromEntries(all)
}

const line = (file: string, at = 0): unknown => JSON.parse(readFileSync(join(FIXTURES, file), 'utf8').split('\n')[at]!)
const document = (file: string): unknown => JSON.parse(readFileSync(join(FIXTURES, file), 'utf8'))
const SEEDS: readonly { name: string; value: unknown }[] = [
  {
    name: 'answers.jsonl',
    value: { id: 'a', output: 'x', prompt: [{ role: 'user', content: 'q' }], target: 1, repeat: 0, latencyMs: 1, score: true, finish: 'stop' },
  },
  { name: 'samples_t.jsonl', value: line(BIG) },
  { name: 'samples_c.jsonl', value: line('lm-eval/big__model/samples_choose_2025-02-06T10-11-12.123456.jsonl') },
  { name: 'results.jsonl', value: line('promptfoo.jsonl') },
  { name: 'results.json', value: document('promptfoo.json') },
  { name: 'log.json', value: document('inspect.json') },
]

describe('whatever stands in a file, reading it ends with answers or with one clear error', () => {
  test.each(SEEDS)('a damaged $name', async ({ name, value }) => {
    const path = join(scratch(), name)
    const by = fc.oneof(fc.constant(undefined), fc.jsonValue({ maxDepth: 1 }), fc.double({ noNaN: true }))
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(40), { maxLength: 7 }), by, async (where, what) => {
        writeFileSync(path, `${JSON.stringify(damaged(value, where, what)) ?? ''}\n`)
        await readSafely(path)
      }),
      { numRuns: 150 },
    )
  })

  test('any text under any name', async () => {
    const folder = scratch()
    const names = fc.constantFrom('a.jsonl', 'a.json', 'a.eval', 'samples_a.jsonl', 'a')
    await fc.assert(
      fc.asyncProperty(
        names,
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.json(),
          fc.array(fc.json()).map((all) => all.join('\n')),
        ),
        async (name, text) => {
          const path = join(folder, name)
          writeFileSync(path, text)
          await readSafely(path)
        },
      ),
      { numRuns: 150 },
    )
  })

  test.each(['inspect-deflate.eval', 'inspect-zstd.eval'])('bytes of %s turned over, cut off or put twice', async (file) => {
    const whole = readFileSync(join(FIXTURES, file))
    const path = join(scratch(), file)
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { maxLength: 6 }), fc.nat(whole.length), async (flips, end) => {
        const bytes = Buffer.from(flips.length === 0 ? whole.subarray(0, end) : whole)
        for (const [at, byte] of flips) bytes[at] = byte
        writeFileSync(path, bytes)
        await readSafely(path)
      }),
      { numRuns: 150 },
    )
  })
})

test('what is written as JSON lines is read back as it was, whatever the texts hold', async () => {
  const path = join(scratch(), 'answers.jsonl')
  const text = fc.string({ unit: 'grapheme' })
  const answer = fc.record(
    {
      id: text,
      output: text,
      prompt: text,
      target: text,
      slice: text,
      latencyMs: fc.nat(),
      promptTokens: fc.nat(),
      outputTokens: fc.nat(),
      score: fc.double({ min: 0, max: 1, noNaN: true }),
      error: text,
    },
    { requiredKeys: ['id', 'output'] },
  )
  await fc.assert(
    fc.asyncProperty(fc.array(answer, { minLength: 1 }), fc.constantFrom('\n', '\r\n', '\n\n'), fc.boolean(), async (answers, end, bom) => {
      writeFileSync(path, (bom ? '\uFEFF' : '') + answers.map((one) => JSON.stringify(one) + end).join(''))
      const back = await readSafely(path)
      if (back instanceof HarnessError) throw back
      const expected: unknown[] = answers.map((one) => ({ ...(JSON.parse(JSON.stringify(one)) as object), where: '' }))
      expect(back.map((one) => ({ ...one, where: '' }))).toEqual(expected)
    }),
    { numRuns: 200 },
  )
})
