import { expect, test } from 'vitest'
import { noteLarge } from '../../harness/cli/reports.ts'

function notesOf(page: string, json: boolean): string[] {
  const notes: string[] = []
  noteLarge(page, { json, io: { note: (text) => void notes.push(text) } })
  return notes
}

test('a page over 3 MB is warned of, with what makes it smaller; bytes count, not characters', () => {
  expect(notesOf('x'.repeat(3e6), false)).toEqual([])
  expect(notesOf('한'.repeat(1.2e6), false)).toEqual([expect.stringMatching(/^warning: the page has 3\.6 MB, .*--format md is short\n$/)])
})

test('the warning is a line of JSON where machines read', () => {
  const [note] = notesOf('x'.repeat(4e6), true)
  expect(JSON.parse(note!)).toEqual({ type: 'warning', message: expect.stringContaining('4.0 MB') as string })
})
