import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { execute } from '../cli/process.ts'
import { scratch } from '../cli/scratch.ts'
import { ROOT } from './imports.ts'

test("importing 'distillbench' loads no model runtime, no chart library and no host reader", async () => {
  const folder = scratch()
  const { code, stdout } = await execute(process.execPath, ['-e', "import('distillbench').then((api) => console.log(Object.keys(api).join()))"], {
    cwd: ROOT,
    env: { NODE_V8_COVERAGE: folder },
  })
  expect({ code, names: stdout.trim().split(',') }).toEqual({
    code: 0,
    names: expect.arrayContaining(['defineSuite', 'loadSuite', 'runSuite', 'readRun', 'analyse', 'renderReport']) as unknown,
  })
  const loaded = readdirSync(folder).flatMap((file) =>
    (JSON.parse(readFileSync(join(folder, file), 'utf8')) as { result: { url: string }[] }).result.map(({ url }) => url),
  )
  const packages = new Set(loaded.flatMap((url) => /\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(url)?.[1] ?? []))
  expect([...packages].sort()).toEqual(['csv-stringify', 'jiti', 'yaml', 'zod'])
})
