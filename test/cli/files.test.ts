import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { writeWhole } from '../../harness/cli/files.ts'
import { readOnlyFolder, scratch, smallDisk } from './scratch.ts'

test('a file is written whole, into folders that are made for it', async () => {
  const file = join(scratch(), 'a', 'b', 'report.md')
  await writeWhole(file, 'text')
  await writeWhole(
    file,
    (function* () {
      yield 'new '
      yield 'text'
    })(),
  )
  expect(readFileSync(file, 'utf8')).toBe('new text')
  expect(readdirSync(join(file, '..'))).toEqual(['report.md'])
})

test('a source that fails half way leaves the old file and no other', async () => {
  const file = join(scratch(), 'samples.csv')
  writeFileSync(file, 'old')
  const source = async function* (): AsyncGenerator<string> {
    yield 'x'.repeat(100_000)
    throw new Error('cannot go on')
  }
  await expect(writeWhole(file, source())).rejects.toThrow('cannot go on')
  expect(readFileSync(file, 'utf8')).toBe('old')
  expect(readdirSync(join(file, '..'))).toEqual(['samples.csv'])
})

test('a full disk is one clear sentence, and leaves no half-written file', async (context) => {
  const disk = smallDisk(65_536)
  if (disk === undefined) return context.skip('mounting a small disk is not allowed here')
  await expect(writeWhole(join(disk, 'report.html'), 'x'.repeat(200_000))).rejects.toMatchObject({
    code: 'storage',
    message: `cannot write ${disk}/report.html: no space is left on the device`,
  })
  expect(readdirSync(disk)).toEqual([])
})

test('a read-only folder is one clear sentence', async (context) => {
  const folder = readOnlyFolder()
  if (folder === undefined) return context.skip('mounting a read-only disk is not allowed here')
  await expect(writeWhole(join(folder, 'report.html'), 'x')).rejects.toMatchObject({
    code: 'storage',
    message: expect.stringMatching(/^cannot write .*report\.html: (permission is missing|the file system is read-only)$/) as unknown,
  })
})

test('a path through a file, and a folder in the place of the file, are one clear sentence', async () => {
  const folder = scratch()
  writeFileSync(join(folder, 'file'), '')
  mkdirSync(join(folder, 'taken', 'inside'), { recursive: true })
  await expect(writeWhole(join(folder, 'file', 'report.md'), 'x')).rejects.toMatchObject({
    code: 'storage',
    message: expect.stringContaining('no folder') as unknown,
  })
  await expect(writeWhole(join(folder, 'taken'), 'x')).rejects.toMatchObject({ code: 'storage', message: expect.stringContaining('it is a folder') as unknown })
  expect(existsSync(join(folder, 'taken', 'inside'))).toBe(true)
})
