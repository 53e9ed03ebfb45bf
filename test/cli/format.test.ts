import fc from 'fast-check'
import { expect, test } from 'vitest'
import { duration, textTable } from '../../harness/cli/format.ts'
import { wrap } from '../../reports/text.ts'

test.each([
  [0, '0 ms'],
  [999, '999 ms'],
  [1000, '1.0 s'],
  [59_940, '59.9 s'],
  [59_990, '1m 00s'],
  [60_000, '1m 00s'],
  [119_600, '2m 00s'],
  [3_599_700, '1h 00m'],
  [7_800_000, '2h 10m'],
])('%d ms reads %s', (ms, text) => expect(duration(ms)).toBe(text))

test('a table is never wider than asked, as long as its columns can be cut', () => {
  const cell = fc.string({ unit: fc.constantFrom('a', 'b', '1', ' '), maxLength: 60 })
  fc.assert(
    fc.property(fc.array(fc.tuple(cell, cell, cell), { maxLength: 8 }), fc.integer({ min: 40, max: 120 }), (rows, width) => {
      return textTable(['name', 'what', 'n'], rows, width)
        .split('\n')
        .every((line) => line.length <= width)
    }),
  )
})

test('columns of numbers are aligned right', () => {
  expect(
    textTable(
      ['name', 'n'],
      [
        ['a', '5'],
        ['b', '1,000'],
      ],
      80,
    ),
  ).toBe('name      n\na         5\nb     1,000\n')
})

test('wrapping keeps every word and cuts at blanks', () => {
  fc.assert(
    fc.property(
      fc.array(fc.string({ unit: fc.constantFrom('x', 'y'), minLength: 1, maxLength: 12 }), { minLength: 1 }),
      fc.integer({ min: 12, max: 60 }),
      (words, width) => {
        const lines = wrap(words.join(' '), width)
        return lines.join(' ') === words.join(' ') && lines.every((line) => line.length <= width)
      },
    ),
  )
})
