import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, it } from 'vitest'

/** A copy of the compiled package, installed somewhere else, with two built-in suites of its own. */
let root: string
beforeAll(() => {
  const repository = fileURLToPath(new URL('../..', import.meta.url))
  root = realpathSync(mkdtempSync(join(tmpdir(), 'package-')))
  for (const part of ['harness', 'reports']) cpSync(join(repository, 'dist', part), join(root, 'dist', part), { recursive: true })
  cpSync(join(repository, 'package.json'), join(root, 'package.json'))
  symlinkSync(join(repository, 'node_modules'), join(root, 'node_modules'))
  write('suites/quotes/README.md', 'data of a compiled suite')
  write('suites/quotes/facts.json', '[{ "model": "a", "metric": "m", "value": 1, "unit": "USD", "source": "s", "date": "2025-01-01" }]')
  write(
    'dist/suites/quotes/suite.js',
    "import { defineSuite } from '../../harness/suite/index.js'\nexport default defineSuite({ name: 'quotes', title: 'Quotes', models: { a: { role: 'teacher', adapter: 'published', options: { weights: './w' } } }, facts: './facts.json' })\n",
  )
  write('suites/sums/suite.yaml', 'name: sums\nmodels: { a: { role: teacher, adapter: tfjs } }\nworkloads: [{ id: w, kind: file, file: q.jsonl }]\n')
  write(
    'elsewhere/mine.ts',
    "import { defineSuite, HarnessError } from 'distillbench'\nexport default defineSuite({ name: HarnessError.name, models: { a: { role: 'teacher', adapter: './a.ts' } }, workloads: [{ id: 'w', kind: 'file', file: 'q' }] })\n",
  )
})
afterAll(() => rmSync(root, { recursive: true }))

function write(name: string, text: string): void {
  mkdirSync(dirname(join(root, name)), { recursive: true })
  writeFileSync(join(root, name), text)
}
/** Evaluates an expression that may use loadSuite and listSuites of the copy. */
async function evaluate(expression: string): Promise<unknown> {
  const code = `const { loadSuite, listSuites } = await import('./dist/harness/suite/index.js'); console.log(JSON.stringify(await (${expression})))`
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', code], { cwd: root })
  return JSON.parse(stdout)
}

it('the built-in suites are found by name, with their data beside the sources', async () => {
  expect(await evaluate('listSuites()')).toEqual([
    { name: 'quotes', title: 'Quotes', description: '', file: join(root, 'dist/suites/quotes/suite.js') },
    { name: 'sums', title: 'sums', description: '', file: join(root, 'suites/sums/suite.yaml') },
  ])
  expect(await evaluate("loadSuite('quotes')")).toMatchObject({
    dir: join(root, 'suites/quotes'),
    suite: { facts: [{ value: 1 }], models: [{ options: { weights: join(root, 'suites/quotes/w') } }] },
  })
})

it('the folder or the source of a built-in suite means the compiled one', async () => {
  const places = ["'./suites/quotes'", "'suites/quotes/'", "'suites/sums/suite.yaml'"]
  expect(await evaluate(`Promise.all([${places.join(',')}].map((place) => loadSuite(place).then(({ file }) => file)))`)).toEqual([
    join(root, 'dist/suites/quotes/suite.js'),
    join(root, 'dist/suites/quotes/suite.js'),
    join(root, 'suites/sums/suite.yaml'),
  ])
})

it('a user suite imports the package that is running, even where none is installed', async () => {
  expect(await evaluate("loadSuite('elsewhere/mine.ts')")).toMatchObject({
    file: join(root, 'elsewhere/mine.ts'),
    suite: { name: 'HarnessError', models: [{ adapter: join(root, 'elsewhere/a.ts') }] },
  })
})

it('a misspelt name gets the nearest built-in and the list', async () => {
  expect(await evaluate("loadSuite('qoutes').catch(({ message, hint, code }) => ({ message, hint, code }))")).toEqual({
    message: 'there is no suite "qoutes"; did you mean quotes?',
    hint: 'built-in suites: quotes, sums; or give a folder or a file',
    code: 'usage',
  })
})
