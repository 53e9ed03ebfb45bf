import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { ADAPTERS, adapterPlace, getAdapter } from '../../harness/models/registry.ts'
import { scratch } from '../cli/scratch.ts'

const SHAPE = `{ id: 'mine', summary: 'my own', runsIn: 'child', open: async () => { throw new Error('later') } }`

function moduleAt(name: string, text: string): string {
  const dir = scratch()
  mkdirSync(dirname(join(dir, name)), { recursive: true })
  writeFileSync(join(dir, name), text)
  return dir
}

test('a mistyped adapter is named with the nearest one', async () => {
  await expect(getAdapter('publshed')).rejects.toMatchObject({
    code: 'usage',
    message: 'there is no adapter "publshed"; did you mean published?',
    hint: expect.stringContaining('published'),
  })
})

test('what the table says of an adapter is what the adapter says', async () => {
  const says = await Promise.all(ADAPTERS.map(({ id }) => getAdapter(id)))
  expect(ADAPTERS.map(({ id, summary, runsIn }) => ({ id, summary, runsIn }))).toEqual(says.map(({ id, summary, runsIn }) => ({ id, summary, runsIn })))
})

test.each([
  ['mine.mjs', `export default ${SHAPE}`],
  ['mine.js', `module.exports = ${SHAPE}`],
  ['deep/mine.ts', `import type { ModelAdapter } from 'distillbench'\nexport default ${SHAPE} satisfies ModelAdapter`],
])('an adapter of one’s own is found relative to the suite: %s', async (name, text) => {
  const dir = moduleAt(name, text)
  expect(await getAdapter(`./${name}`, dir)).toMatchObject({ id: 'mine' })
  expect(await getAdapter(join(dir, name))).toMatchObject({ id: 'mine' })
  expect(await adapterPlace(`./${name}`, dir)).toBe('child')
})

test('an adapter in TypeScript gets the package that is running when it imports distillbench', async () => {
  const dir = moduleAt('mine.ts', `import { HarnessError } from 'distillbench'\nthrow new HarnessError('device', 'no such device')`)
  await expect(getAdapter('./mine.ts', dir)).rejects.toMatchObject({ code: 'device', message: 'no such device' })
})

test.each([
  ['no default export', 'export const adapter = 1', 'the adapter ./mine.mjs has no default export'],
  ['no open', `export default { id: 'mine', summary: '', runsIn: 'child' }`, 'is not an adapter: open must be a function'],
  ['a wrong place', `export default { ...${SHAPE}, runsIn: 'gpu' }`, 'runsIn must be child, client, parent or none'],
  ['a function', 'export default () => {}', 'must be an object with id, summary, runsIn and open'],
  ['a module that throws', `throw new Error('broken\\nsecond line')`, 'the adapter ./mine.mjs could not be loaded: broken'],
])('a module with %s is refused in one sentence', async (_what, text, message) => {
  const error = await getAdapter('./mine.mjs', moduleAt('mine.mjs', text)).catch((reason: unknown) => reason)
  expect(error).toMatchObject({ code: 'usage', message: expect.stringContaining(message) })
  expect((error as Error).message).not.toContain('\n')
})

test.each([
  ['./missing.mjs', 'does not exist'],
  ['./notes.txt', 'is no module'],
])('%s is refused: it %s', async (path, message) => {
  await expect(getAdapter(path, scratch())).rejects.toMatchObject({ code: 'usage', message: expect.stringContaining(message) })
})
