import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type { Grade, Item } from '../../harness/types.ts'
import { LANGUAGES, probeSandbox, type Language } from '../../harness/workloads/code/languages.ts'
import { getGrader, itemHash } from '../../harness/workloads/index.ts'
import { start } from '../run/start.ts'
import { PARENT_ADAPTER, scripted, suiteOf, sums } from '../run/suites.ts'

const signal = new AbortController().signal
const MARK = `left-${process.pid}`
const able = new Map<Language, boolean>()
/** Others may use the sandbox meanwhile. */
const own = mkdtempSync(join(tmpdir(), 'code-'))
beforeAll(() => void vi.stubEnv('TMPDIR', own))
afterAll(() => {
  vi.unstubAllEnvs()
  rmSync(own, { recursive: true })
})
beforeAll(() => Promise.all(LANGUAGES.map(async (language) => void able.set(language, (await probeSandbox(language)).state === 'ok'))).then(() => undefined))

/** What is not meant to be stopped has time enough on a busy machine. */
async function grade(language: Language, text: string, target: string, seconds = 20): Promise<Grade> {
  return getGrader('code', { language, seconds }).settle!({ id: 'a', hash: 'h', prompt: 'Write it.', target }, text, signal, {}, { code: true })
}

/** Processes whose command line holds the word; ours left out. */
const running = (word: string): number =>
  readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid) || Number(pid) === process.pid) return false
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(word)
    } catch {
      return false
    }
  }).length

const isPython = (language: Language): boolean => language === 'python'
const add = (language: Language): string => (isPython(language) ? 'def add(a, b):\n    return a + b\n' : 'function add(a, b) { return a + b }\n')
const testsOf = (language: Language): string => (isPython(language) ? 'assert add(2, 3) == 5\n' : 'assert.equal(add(2, 3), 5)\n')

type Case = readonly [what: string, code: string, why: RegExp, seconds?: number]
function harm(language: Language): readonly Case[] {
  const [py, right] = [isPython(language), add(language)]
  return [
    ['an endless loop', `${right}${py ? 'while True: pass' : 'for (;;);'}`, /stopped after 1 s/, 1],
    [
      'a sleeper',
      `${right}${py ? 'import time; time.sleep(60)' : 'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 60000)'}`,
      /stopped after 1 s/,
      1,
    ],
    ['a fork bomb', py ? `import os\nwhile True: os.fork() # ${MARK}` : `const { spawn } = require('node:child_process'); for (;;) spawn('sleep', ['60'])`, /unavailable|stopped|denied|restricted/i, 1], // prettier-ignore
    ['a memory hog', py ? 'x = []\nwhile True: x.append(bytearray(50_000_000))' : 'const x = []; for (;;) x.push(new Uint8Array(50_000_000).fill(1))', /Memory|allocation|code|stopped/i, 1], // prettier-ignore
    ['a file outside its folder', py ? `open('/usr/${MARK}', 'w')` : `require('node:fs').writeFileSync('/usr/${MARK}', 'x')`, /Read-only|denied|restricted/i],
    ['a file that is too large', py ? "open('/tmp/a', 'wb').write(b'a' * 20_000_000)" : "require('node:fs').writeFileSync('/tmp/a', Buffer.alloc(20_000_000))", /large|FBIG|code/i], // prettier-ignore
    ['a wrong result', right.replace('+', '-'), /Assert|equal/i],
    ['a syntax error', 'def def {{', /Syntax/],
    ['an end before the tests', py ? 'import os\nos._exit(0)' : 'process.exit(0)', /before its tests/],
  ]
}

/** As many at a time as there is work for two cores: some only wait. */
async function inTurn<T>(tasks: readonly (() => Promise<T>)[], atATime = 5): Promise<void> {
  const waiting = [...tasks]
  await Promise.all(Array.from({ length: atATime }, async () => { for (let task = waiting.shift(); task !== undefined; task = waiting.shift()) await task() })) // prettier-ignore
}

test('what is wrong or does harm is stopped and graded wrong, and leaves nothing running', async (context) => {
  const languages = LANGUAGES.filter((language) => able.get(language))
  if (languages.length === 0) return context.skip('no language can be run in a sandbox here: python3 or node, and user namespaces, are needed')
  await inTurn(
    languages.flatMap((language) =>
      harm(language).map(([what, code, why, seconds]) => async () => {
        const { score, detail } = await grade(language, code, testsOf(language), seconds)
        expect({ language, what, score, detail }).toMatchObject({ what, score: 0, detail: expect.stringMatching(why) as unknown })
      }),
    ),
  )
  expect(running(own)).toBe(0)
  expect(readdirSync(own)).toEqual([])
  expect(readdirSync('/usr')).not.toContain(MARK)
})

test.each(LANGUAGES)('%s that is right passes, here between ``` marks; scratch files may be written, and no server is reached', async (language) => {
  if (able.get(language) !== true) return
  const py = isPython(language)
  let calls = 0
  const server = createServer(() => void (calls += 1)).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as { port: number }
  const call = py
    ? `import socket\nsocket.create_connection(('127.0.0.1', ${port}), 1)`
    : `new Promise((yes, no) => require('node:net').connect(${port}, '127.0.0.1', yes).on('error', no))`
  const scratch = py ? "open('/tmp/x', 'w').write('a')" : "require('node:fs').writeFileSync('/tmp/x', 'a')"
  const block = `Here it is:\n\`\`\`${language}\n${add(language)}${scratch}\n\`\`\`\nIt gives:\n\`\`\`\n5\n\`\`\``
  const [fenced, network] = await Promise.all([grade(language, block, testsOf(language)), grade(language, py ? call : '', py ? testsOf(language) : call)])
  expect([fenced, network]).toMatchObject([{ score: 1 }, { score: 0 }])
  expect(calls).toBe(0)
  server.close()
})

test('the answer stands where the target says, behind what was given, and may be the rest of a function or all of it', async (context) => {
  if (able.get('python') !== true) return context.skip('python3 cannot be run in a sandbox here')
  const given = 'from math import floor\ndef helper(x):\n    return x\n\ndef f(x):\n    """Half."""\n'
  const python = (text: string): Promise<Grade> => grade('python', text, `${given}#<answer>\nassert f(5) == 2\n`)
  const js = (text: string): Promise<Grade> => grade('javascript', text, 'const one = 1\nfunction f(x) {\n//<answer>\nassert.equal(f(1), 2)')
  const scores = await Promise.all([
    python('    return floor(helper(x) / 2)\n'),
    python('```python\ndef f(x):\n    return floor(helper(x) / 2)\n```'),
    python('    return x\n'),
    js('  return x + one\n}'),
    js('```js\nfunction f(x) { return x + 1 }\n```'),
  ])
  expect(scores.map(({ score }) => score)).toEqual([1, 1, 0, 1, 1])
})

test('nothing is run without leave, and no answer stops a run with it', async () => {
  const out = join(own, 'runs')
  const answers = { leaves: 'process.exit(0)', spawns: "require('node:child_process').execSync('id')", right: 'const one = 1' }
  const items = Object.keys(answers).map((prompt): Item => ({ id: prompt, hash: itemHash(prompt), prompt, target: 'assert.equal(one, 1)' }))
  const workload = sums(3, { items: () => items, maxTokens: 200, grader: getGrader('code', { language: 'javascript', seconds: 20 }) })
  const suite = suiteOf({ models: [scripted('teacher', { answers }, { adapter: PARENT_ADAPTER })], workloads: [workload], blocks: 1 })
  const refused = await start(suite, out).run
  expect(refused.samples.map(({ grade: graded }) => graded)).toEqual([undefined, undefined, undefined])
  expect(refused.samples.every(({ ungraded }) => ungraded?.includes('--allow-code'))).toBe(true)
  expect(refused.record.warnings).toContainEqual({ code: 'no-grades', message: expect.stringContaining('--allow-code') as unknown })
  if (able.get('javascript') !== true) return
  const allowed = await start(suite, out, { allowCode: true }).run
  expect(Object.fromEntries(allowed.samples.map(({ item, grade: graded }) => [item, graded?.score]))).toEqual({ leaves: 0, spawns: 0, right: 1 })
  expect(allowed.record).toMatchObject({ state: 'done', warnings: [] })
})
