import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { COMMAND_NAMES } from '../../harness/cli/options.ts'
import { EXIT } from '../../harness/errors.ts'
import { loadSuite } from '../../harness/suite/index.ts'
import { scratch } from '../cli/scratch.ts'
import { ROOT } from './imports.ts'

const readme = readFileSync(join(ROOT, 'README.md'), 'utf8')

function block(language: string): string {
  return readme.split(`\`\`\`${language}\n`)[1]?.split('```')[0] ?? ''
}

test('the suite in TypeScript and the one in YAML load, and say the same', async () => {
  const folder = scratch()
  writeFileSync(join(folder, 'suite.ts'), block('ts'))
  writeFileSync(join(folder, 'suite.yaml'), block('yaml'))
  const [typescript, yaml] = [await loadSuite(join(folder, 'suite.ts')), await loadSuite(join(folder, 'suite.yaml'))]
  expect(JSON.parse(JSON.stringify(yaml.suite))).toEqual(JSON.parse(JSON.stringify(typescript.suite)))
  expect(yaml.suite.models.map(({ id }) => id)).toEqual(['teacher', 'small'])
})

test('every command that the README shows exists, and every link leads somewhere', () => {
  const shown = [...readme.matchAll(/npx distillbench (\w+)/g)].map(([, word]) => word)
  expect(shown.filter((word) => /^[a-z]+$/.test(word ?? '') && !COMMAND_NAMES.some((name) => name === word))).toEqual([])
  const links = [...readme.matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, path]) => path ?? '')
  expect(links.filter((path) => !existsSync(join(ROOT, path)))).toEqual([])
})

test('the exit codes in the README are those of the sources', () => {
  const table = [...readme.matchAll(/^\| (\d+) \|/gm)].map(([, code]) => Number(code))
  expect(Object.values(EXIT)).toEqual(expect.arrayContaining(table))
  expect(table).toHaveLength(6)
})
