import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, test } from 'vitest'
import { renderMockPage } from '../../scripts/mock/page.ts'
import { readProfiles } from '../../scripts/mock/profile-file.ts'
import { spawnMock } from '../../scripts/mock/process.ts'
import { startRoofline } from '../../scripts/mock/roofline.ts'
import { distillbench, type Result } from '../cli/process.ts'
import { ask, chunksOf, contentOf, dataOf } from './client.ts'

const PROCESS = fileURLToPath(new URL('../../dist/scripts/mock/process.js', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'distillbench-mock-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function file(name: string, content: string): string {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}

/** Runs `distillbench mock`, does something once it listens, then interrupts it. */
async function serve(args: readonly string[], meanwhile: (url: string) => Promise<void>, signal: NodeJS.Signals = 'SIGINT'): Promise<Result> {
  let done: Promise<void> | undefined
  const result = await distillbench(['mock', '--port', '0', ...args], {
    onStderr: (said, child) => {
      const url = /http:\/\/[\d.:]+/.exec(said)?.[0]
      if (url !== undefined) done ??= meanwhile(url).finally(() => child.kill(signal))
    },
  })
  await done
  return result
}

describe('distillbench mock', () => {
  test('prints its URL on one line, answers, and ends cleanly at Ctrl-C', async () => {
    let at = ''
    const { code, stdout } = await serve(['--model', 'small', '--decode-ms', '1', '--jitter', '0.1'], async (url) => {
      at = url
      const { body } = await ask(url, { body: { model: 'small', messages: [{ role: 'user', content: '2+3=' }] } })
      expect(JSON.parse(body.toString())).toMatchObject({ choices: [{ message: { content: '5' } }] })
    })
    expect({ code, stdout }).toEqual({ code: 0, stdout: `${at}\n` })
  })
  test('ends although a stream is open', async () => {
    const { code } = await serve([], async (url) => {
      void ask(url, { body: { model: 'mock+stall-mid', stream: true, messages: [{ role: 'user', content: 'x' }] } })
      await expect.poll(async () => (JSON.parse((await ask(url, { path: '/truth' })).body.toString()) as { inFlight: number }).inFlight).toBe(1)
    })
    expect(code).toBe(0)
  })
  test('serves the models of files, which the command line goes before', async () => {
    const teacher = file('teacher.yaml', 'name: teacher\naccuracy: 1\n')
    const others = file('others.json', '{"models":[{"name":"student","maxLength":100},{"name":"control"}]}')
    await serve(['--model', teacher, '--model', others, '--accuracy', '0'], async (url) => {
      const { data } = JSON.parse((await ask(url, { path: '/v1/models' })).body.toString()) as { data: { id: string }[] }
      expect(data.map(({ id }) => id)).toEqual(['teacher', 'student', 'control'])
      const { body } = await ask(url, { body: { model: 'teacher', messages: [{ role: 'user', content: '2+3=' }] } })
      expect(JSON.parse(body.toString())).not.toMatchObject({ choices: [{ message: { content: '5' } }] })
    })
  })
  test.each([
    [['--model', 'a+b'], /contains "\+"/],
    [['--model', 'missing.yaml'], /missing\.yaml does not exist/],
    [['--accuracy', '2'], /accuracy/],
    [['--api-key-env', 'MOCK_TEST_NO_SUCH_VARIABLE'], /is not set/],
  ])('%j is refused in a sentence', async (args, message) => {
    const { code, stderr, stdout } = await distillbench(['mock', '--port', '0', ...args])
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toMatch(message)
    expect(stderr).not.toMatch(/\n {4}at /)
  })
})

test('a profile with a field that does not exist is answered with the nearest one', async () => {
  await expect(readProfiles(file('typo.yaml', 'name: a\ndecodeMS: 3\n'))).rejects.toThrow(/typo\.yaml: unknown field decodeMS; did you mean decodeMs/)
  await expect(readProfiles(file('bad.yaml', 'a: [1\n'))).rejects.toThrow(/neither YAML nor JSON/)
  await expect(readProfiles(file('text.yaml', 'just a text'))).rejects.toThrow(/text\.yaml/)
})

describe('a process of its own', () => {
  test('tells its truth and ends when it is closed', async () => {
    const mock = await spawnMock({ models: [{ decodeMs: 1 }] })
    try {
      await ask(mock.url, { headers: { 'x-request-id': 'one' }, body: { model: 'mock', messages: [{ role: 'user', content: '1+1=' }] } })
      expect((await mock.truth('one')).requests).toMatchObject([{ id: 'one', end: 'complete', outputTokens: 1 }])
      expect((await mock.truth()).pid).toBe(mock.pid)
      await mock.reset()
      expect((await mock.truth()).requests).toEqual([])
    } finally {
      await mock.close()
    }
    expect(isAlive(mock.pid)).toBe(false)
  })
  test('ends with the process that started it, also when that is killed', async () => {
    const parent = spawn(process.execPath, ['--input-type=module', '-e', `const { spawnMock } = await import(${JSON.stringify(PROCESS)}); console.log((await spawnMock()).pid)`]) // prettier-ignore
    const pid = Number(await new Promise<string>((resolve) => parent.stdout.setEncoding('utf8').once('data', resolve)))
    expect(process.kill(pid, 0)).toBe(true)
    parent.kill('SIGKILL')
    await expect.poll(() => isAlive(pid), { timeout: 5000 }).toBe(false)
  })
  test('that cannot start says why', async () => {
    const taken = await startRoofline()
    try {
      await expect(spawnMock({ port: taken.port })).rejects.toThrow(/did not start: port \d+/)
    } finally {
      await taken.close()
    }
  })
})

describe('roofline', () => {
  test.each([
    [16, 'coalesced'],
    [128, 'chunks'],
    [3, 'writes'],
  ] as const)('%d events, %s: a whole answer', async (events, written) => {
    const roofline = await startRoofline()
    try {
      for (const [path, endpoint] of [
        ['/v1/chat/completions', 'chat.completion.chunk'],
        ['/v1/completions', 'text_completion'],
      ] as const) {
        // prettier-ignore
        const { status, body } = await ask(roofline.urlOf(events, written), { path, body: { model: 'mock', stream: true } })
        const chunks = chunksOf(body.toString())
        expect([status, chunks[0]?.object, chunks.at(-1)?.usage?.completion_tokens]).toEqual([200, endpoint, events])
        expect(contentOf(chunks)).not.toBe('')
        expect(dataOf(body.toString()).at(-1)).toBe('[DONE]')
      }
      expect(roofline.answers).toBe(2)
      expect((await ask(roofline.url, { path: '/v1/models' })).status).toBe(200)
      expect((await ask(roofline.url, { path: '/v1/chat/completions', body: {} })).status).toBe(404)
    } finally {
      await roofline.close()
    }
  })
  test('requests that come in pieces, or several at once, are each answered', async () => {
    const roofline = await startRoofline()
    const socket = connect(roofline.port, '127.0.0.1')
    try {
      let got = ''
      socket.setEncoding('latin1').on('data', (text: string) => (got += text))
      const request = 'POST /1/coalesced/v1/completions HTTP/1.1\r\nhost: x\r\ncontent-length: 4\r\n\r\nbody'
      for (const letter of request) {
        socket.write(letter)
        await new Promise((resolve) => setImmediate(resolve))
      }
      socket.write(request + request)
      await expect.poll(() => got.split('[DONE]').length - 1).toBe(3)
    } finally {
      socket.destroy()
      await roofline.close()
    }
  })
})

test('docs/mock.md is what the tables say; `npm run docs` writes it', () => {
  expect(readFileSync(new URL('../../docs/mock.md', import.meta.url), 'utf8')).toBe(renderMockPage())
})

// --- internal ---

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
