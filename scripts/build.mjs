// Compiles the TypeScript sources to dist/ and makes the command executable.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmodSync, existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'

const root = fileURLToPath(new URL('..', import.meta.url))
const compiler = new URL('../node_modules/typescript/bin/tsc', import.meta.url)
rmSync(`${root}/dist`, { recursive: true, force: true })
const { status } = spawnSync(process.execPath, [fileURLToPath(compiler), '-p', 'tsconfig.build.json'], { cwd: root, stdio: 'inherit' })
if (status !== 0) process.exit(status ?? 1)
// The script of interactive reports, for browsers: a page holds it whole.
const bundle = await rolldown({
  input: `${root}/reports/zoom/browser/page.ts`,
  platform: 'browser',
  tsconfig: `${root}/reports/zoom/browser/tsconfig.json`,
  logLevel: 'warn',
})
await bundle.write({ file: `${root}/dist/zoom.js`, format: 'iife', minify: true, comments: false })
await bundle.close()
// What was compiled, so that an analysis can name the code that made it.
const hash = createHash('sha256')
for (const name of readdirSync(`${root}/dist`, { recursive: true }).sort())
  if (name.endsWith('.js')) hash.update(`${name}\n`).update(readFileSync(`${root}/dist/${name}`))
writeFileSync(`${root}/dist/build.json`, `${JSON.stringify({ sha256: hash.digest('hex') })}\n`)
const bin = `${root}/dist/harness/cli/bin.js`
if (existsSync(bin)) chmodSync(bin, 0o755)
const schema = spawnSync(process.execPath, [`${root}/dist/scripts/generate-schema.js`, `${root}/dist`], { cwd: root, stdio: 'inherit' })
if (schema.status !== 0) process.exit(schema.status ?? 1)
