import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { BIN, execute, type Result } from '../cli/process.ts'
import { project } from '../cli/project.ts'
import { ROOT } from './imports.ts'

/** Newer Nodes that distillbench must run under, besides the one of this machine; the npm package `node` brings them. */
describe.each([22, 24])('under Node %d', { timeout: 300_000 }, (major) => {
  let node: string | undefined
  const distillbench = (args: readonly string[], cwd?: string): Promise<Result> => execute(node ?? '', [BIN, ...args], cwd === undefined ? {} : { cwd })

  test('the command starts, lists and plans, and a run ends well and prints no warning', async (context) => {
    node = await install(major)
    if (node === undefined) return context.skip(`the npm package node@${major} cannot be installed here`)
    expect((await execute(node, ['--version'])).stdout).toMatch(new RegExp(`^v${major}\\.`))
    expect(await distillbench(['--version'])).toMatchObject({ code: 0, stderr: '' })
    expect(await distillbench(['list', '--json'])).toMatchObject({ code: 0, stderr: '' })
    const mine = project()
    expect(await distillbench(['plan', 'suite.json'], mine.folder)).toMatchObject({ code: 0, stderr: '' })
    const run = await distillbench(['run', 'suite.json'], mine.folder)
    expect(run.code).toBe(0)
    expect(run.stderr.split('\n').filter((line) => line !== '' && !/^(?:run |\[\d+\/\d+\] )/.test(line))).toEqual([])
    expect(await distillbench(['report', 'latest', '--format', 'md'], mine.folder)).toMatchObject({ code: 0, stderr: '' })
  })

  test('a backend for in-process models works', async (context) => {
    if (node === undefined) return context.skip(`the npm package node@${major} cannot be installed here`)
    const { code, stdout } = await distillbench(['doctor', '--json'])
    const { checks } = JSON.parse(stdout) as { checks: { group: string; name: string; state: string }[] }
    expect({ code, wasm: checks.find(({ group, name }) => group === 'backends' && name === 'wasm')?.state }).toEqual({ code: 0, wasm: 'works' })
  })
})

// --- internal ---

/** The binary of the newest Node of that major version, kept between test runs. */
async function install(major: number): Promise<string | undefined> {
  const folder = join(ROOT, 'node_modules', '.cache', `node-${major}`)
  const binary = join(folder, 'node_modules', 'node', 'bin', 'node')
  if (existsSync(binary)) return binary
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, allowScripts: { node: true } }))
  await execute('npm', ['install', '--no-audit', '--no-fund', `node@${major}`], { cwd: folder })
  return existsSync(binary) ? binary : undefined
}
