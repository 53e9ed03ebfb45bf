import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { layOut, matches } from '../../../harness/workloads/datasets/splits.ts'
import { loadDuckDB } from '../../../harness/duckdb/open.ts'
import { collect } from './collect.ts'
import { listen, SHA, startHub, TOKEN, type FakeDataset, type FakeHub } from './hub-server.ts'

const lines = (...rows: object[]): string => rows.map((row) => JSON.stringify(row)).join('\n')
const rows = (from: number, to: number): object[] => Array.from({ length: to - from }, (_, i) => ({ q: `question ${from + i}`, a: String(from + i) }))

const DATASETS: Record<string, FakeDataset> = {
  'me/plain': {
    files: {
      'README.md': '#',
      'train.jsonl': lines(...rows(10, 30)),
      'test-00001-of-00002.jsonl': lines(...rows(2, 3)),
      'test-00000-of-00002.jsonl': lines(...rows(0, 2)),
    },
  },
  'me/gated': { gated: true, files: { 'test.jsonl': lines(...rows(0, 3)) } },
  'me/configs': {
    cardData: {
      configs: [
        { config_name: 'easy', data_files: [{ split: 'test', path: 'e/t-*' }] },
        { config_name: 'hard', data_files: [{ split: 'test', path: ['h/*.csv'] }] },
      ],
    },
    files: { 'e/t-1.jsonl': lines({ q: 'easy', a: '1' }), 'h/x.csv': 'q,a\n"hard, very",2\n' },
  },
  'me/code': { files: { 'script.py': 'print()' } },
}

let hub: FakeHub
let cache: string
beforeAll(async () => {
  if ((await loadDuckDB()).state === 'ok') DATASETS['me/parquet'] = { files: { 'data/test-00000-of-00001.parquet': await parquet() } }
  hub = await startHub(DATASETS)
})
afterAll(() => hub.close())
beforeEach(() => {
  cache = mkdtempSync(join(tmpdir(), 'hub-'))
  vi.stubEnv('DISTILLBENCH_CACHE', cache)
  vi.stubEnv('HF_TOKEN', '')
  hub.asked.length = 0
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(cache, { recursive: true })
})

const load = (dataset: string, more: object = {}, options: object = {}) =>
  collect({ kind: 'hub', dataset, endpoint: hub.url, prompt: '{{q}}', target: '{{a}}', ...more }, cache, options)

test('the files of a split come in order from a listing of several pages, and the commit is recorded', async () => {
  const { items, sources } = await load('me/plain')
  expect(items.map(({ prompt, target }) => [prompt, target])).toEqual([
    ['question 0', '0'],
    ['question 1', '1'],
    ['question 2', '2'],
  ])
  expect(sources.map(({ file, revision, dataset, split, use }) => ({ file, revision, dataset, split, use }))).toEqual(
    [0, 1].map((i) => ({ file: `test-0000${i}-of-00002.jsonl`, revision: SHA, dataset: 'me/plain', split: 'test', use: 'questions' })),
  )
  expect(hub.asked.filter(({ path }) => path.includes('/tree/'))).toHaveLength(2)
})

test('what was fetched once is not fetched again, and a commit that is known needs no hub at all', async () => {
  await load('me/plain')
  hub.asked.length = 0
  await load('me/plain')
  expect(hub.asked.some(({ path }) => path.includes('/resolve/'))).toBe(false)
  await load('me/plain', { revision: SHA })
  hub.asked.length = 0
  await load('me/plain', { revision: SHA })
  expect(hub.asked).toEqual([])
})

test('where the hub is gone, the listing of before is used with a warning; without one the message says what to do', async () => {
  const other = await startHub({ 'me/plain': DATASETS['me/plain']! })
  await load('me/plain', { endpoint: other.url })
  await other.close()
  const { items, warnings } = await load('me/plain', { endpoint: other.url })
  expect(items).toHaveLength(3)
  expect(warnings.join()).toContain('taken as it was listed before')
  await expect(load('me/gated', { endpoint: other.url })).rejects.toMatchObject({
    code: 'network',
    kind: 'data-missing',
    message: expect.stringContaining('not on this machine'),
    hint: expect.stringContaining('`data: PATH` in the workload: a file with the split "test"'),
  })
  await expect(load('me/gated', { endpoint: other.url, data: '${DISTILLBENCH_DATA:-}' })).rejects.toMatchObject({
    code: 'network',
    kind: 'data-missing',
    message: expect.stringContaining('not on this machine'),
    hint: expect.stringContaining('--data PATH: a file with the split "test"'),
  })
})

test('a damaged file of the cache is fetched again', async () => {
  await load('me/plain')
  for (const name of readdirSync(join(cache, 'files'))) writeFileSync(join(cache, 'files', name), 'damaged')
  expect((await load('me/plain')).items).toHaveLength(3)
})

test('a gated dataset is explained without a token, with a wrong one, and read with the right one', async () => {
  await expect(load('me/gated')).rejects.toMatchObject({
    code: 'http',
    kind: 'http-401',
    message: expect.stringContaining('gated or private'),
    hint: expect.stringContaining('HF_TOKEN'),
  })
  vi.stubEnv('MINE', 'wrong')
  const refused = await load('me/gated', { tokenEnv: 'MINE' }).catch((error: Error & { hint?: string }) => `${error.message} ${error.hint}`)
  expect(refused).toContain('MINE')
  expect(refused).not.toContain('wrong')
  vi.stubEnv('HF_TOKEN', TOKEN)
  expect((await load('me/gated')).items).toHaveLength(3)
})

test('a token is not sent on to the host that serves the files, and only hosts that the suite names are followed', async () => {
  const seen: (string | undefined)[] = []
  const far = await listen(createServer((request, response) => void (seen.push(request.headers.authorization), response.end(lines({ q: 'far', a: '1' })))))
  const sends = await startHub({ 'me/gated': DATASETS['me/gated']! }, { redirect: far.url })
  vi.stubEnv('HF_TOKEN', TOKEN)
  try {
    await expect(load('me/gated', { endpoint: sends.url })).rejects.toMatchObject({ message: expect.stringContaining('which the suite does not name') })
    expect((await load('me/gated', { endpoint: sends.url, hosts: [new URL(far.url).host] })).items[0]?.prompt).toBe('far')
    expect(seen).toEqual([undefined])
  } finally {
    await Promise.all([far.close(), sends.close()])
  }
})

test('a split, a configuration or a dataset that is not there is refused with those that are', async () => {
  await expect(load('me/plain', { split: 'validation' })).rejects.toMatchObject({
    message: expect.stringContaining('no split "validation"'),
    hint: 'splits: test, train',
  })
  await expect(load('me/configs')).rejects.toMatchObject({ message: expect.stringContaining('several configurations'), hint: 'configurations: easy, hard' })
  await expect(load('me/configs', { config: 'hart' })).rejects.toMatchObject({ message: expect.stringContaining('did you mean hard?') })
  await expect(load('me/nothing')).rejects.toMatchObject({ kind: 'http-404', message: expect.stringContaining('no dataset me/nothing') })
  await expect(load('me/code')).rejects.toMatchObject({ message: expect.stringContaining('no files of questions') })
})

test('configurations that the card declares decide, in CSV too', async () => {
  expect((await load('me/configs', { config: 'hard' })).items).toMatchObject([{ prompt: 'hard, very', target: '2' }])
})

test.skipIf(!(await loadDuckDB().then(({ state }) => state === 'ok')))('Parquet is read with its lists and numbers', async () => {
  const choices = { from: 'options', answer: 'answer', is: 'index' }
  const { items } = await load('me/parquet', { prompt: '{{q}}\n{{choices}}', target: '{{letter}}', choices })
  expect(items.map(({ prompt, target }) => [prompt, target])).toEqual([
    ['q0\nA. x0\nB. y', 'A'],
    ['q1\nA. x1\nB. y', 'B'],
  ])
})

test('an abort ends a fetch that hangs, and leaves nothing half-written', async () => {
  const slow = await listen(createServer((request, response) => (request.url!.includes('/resolve/') ? void response.writeHead(200).write('{"q":') : request.url!.includes('/tree/') ? void response.end('[{"type":"file","path":"test.jsonl"}]') : void response.end(`{"sha":"${SHA}"}`)))) // prettier-ignore
  const controller = new AbortController()
  setTimeout(() => controller.abort(), 300)
  await expect(load('me/slow', { endpoint: slow.url }, { signal: controller.signal })).rejects.toMatchObject({ code: 'aborted' })
  expect(readdirSync(join(cache, 'files'))).toEqual([])
  await slow.close()
})

test('a body that breaks off, is too large, or is another than the suite means is refused', async () => {
  const server = await listen(
    createServer((request, response) => {
      if (request.url === '/broken.jsonl') {
        response.writeHead(200, { 'content-length': '100' })
        response.write('{')
        setTimeout(() => response.destroy(), 10)
      } else
        // prettier-ignore
        response.end(lines(...rows(0, 200)))
    }),
  )
  const file = (more: object) => collect({ kind: 'file', prompt: '{{q}}', target: '{{a}}', ...more }, cache)
  await expect(file({ file: `${server.url}/broken.jsonl` })).rejects.toMatchObject({ code: 'network' })
  await expect(file({ file: `${server.url}/large.jsonl`, maxMiB: 0.001 })).rejects.toMatchObject({
    code: 'data',
    message: expect.stringContaining('larger than'),
  })
  await expect(file({ file: `${server.url}/other.jsonl`, sha256: '0'.repeat(64) })).rejects.toMatchObject({
    message: expect.stringContaining('not the file that the suite means'),
  })
  expect((await file({ file: `${server.url}/a.jsonl?secret=1`, sample: 5 })).sources[0]?.file).toBe(`${server.url}/a.jsonl`)
  await server.close()
})

test('a copy on this machine takes the place of the hub: a file, or a folder with a file for each split', async () => {
  const folder = join(cache, 'copy')
  mkdirSync(join(folder, 'data'), { recursive: true })
  writeFileSync(join(folder, 'data', 'test.jsonl'), lines(...rows(0, 2)))
  writeFileSync(join(folder, 'data', 'train.jsonl'), lines(...rows(5, 9)))
  vi.stubEnv('COPY', folder)
  const fewShot = { count: 2, split: 'train', order: 'first' }
  const { items, sources } = await load('me/plain', { data: '${COPY:-}', fewShot })
  expect(items[0]?.prompt).toBe('question 5 5\n\nquestion 6 6\n\nquestion 0')
  expect(sources.map(({ use, file }) => `${use} ${file}`)).toEqual(['examples train.jsonl', 'questions test.jsonl'])
  await expect(load('me/plain', { data: folder, split: 'dev' })).rejects.toMatchObject({ hint: 'it holds test, train' })
  expect((await load('me/plain', { data: join(folder, 'data', 'test.jsonl') })).items).toHaveLength(2)
  expect(hub.asked).toEqual([])
})

test('files are told apart by their names as the hub does', () => {
  const split = (path: string): string =>
    [...layOut([{ path }], [])].flatMap(([config, splits]) => [...splits.keys()].map((name) => `${config}/${name}`)).join()
  expect(['data/train-00000-of-00002.parquet', 'main/test-00000-of-00001.parquet', 'en/validation/0000.parquet', 'test.csv', 'gpqa_diamond.csv', 'algebra_test.csv', 'dev.jsonl.gz', 'dataset_info.json', 'README.md'].map(split)).toEqual([
    'default/train', 'main/test', 'en/validation', 'default/test', 'default/gpqa_diamond', 'algebra/test', 'default/dev', '', '',
  ]) // prettier-ignore
  expect(['a/*.csv', '**/x.csv', 'a/b?.csv', '*', '**'].map((pattern) => matches(pattern, 'a/b1.csv'))).toEqual([true, false, true, false, true])
  expect(matches('*'.repeat(2000) + 'x', 'a'.repeat(2000))).toBe(false)
})

// --- internal ---

async function parquet(): Promise<Buffer> {
  const { DuckDBInstance } = await import('@duckdb/node-api')
  const path = join(mkdtempSync(join(tmpdir(), 'parquet-')), 'x.parquet')
  const connection = await (await DuckDBInstance.create(':memory:')).connect()
  await connection.run(
    `COPY (SELECT 'q' || i AS q, ['x' || i, 'y'] AS options, i AS answer, 'nan'::DOUBLE AS odd FROM range(2) t(i)) TO '${path}' (FORMAT PARQUET)`,
  )
  return readFileSync(path)
}
