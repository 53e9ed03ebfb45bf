import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { compactRun } from '../../harness/run/store/compact.ts'
import { readRun, streamSamples } from '../../harness/run/store/read.ts'
import { unpackRun } from '../../harness/run/store/unpack.ts'
import { createRun, openRun } from '../../harness/run/store/write.ts'
import type { Sample, SeriesRecord } from '../../harness/types.ts'
import { scriptedRun } from '../analysis/scripted-run.ts'
import { scratch } from '../cli/scratch.ts'

const example = scriptedRun({
  items: 4,
  blocks: 2,
  models: [{ id: 'teacher', role: 'teacher', answer: () => ({ firstMs: 20, stepMs: 3, tokens: 4, score: 1 }) }],
  watts: () => 50,
})
const [sample] = example.samples as [Sample, ...Sample[]]

function writeRun(samples: readonly Sample[] = example.samples, series: readonly SeriesRecord[] = example.series): string {
  const store = createRun(scratch(), 'scripted', new Date('2025-02-06T14:15:16Z'))
  samples.forEach((one) => store.appendSample(one))
  series.forEach((one) => store.appendSeries(one))
  store.writeRecord({ ...example.record, id: store.id })
  store.close()
  return store.dir
}

const hostile = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom(
    '',
    '\u0000',
    'a\u0000b',
    '\ud800',
    'x\udfffy',
    '\ud83d\ude00',
    "'; DROP TABLE rows; --",
    '\ufffd',
    '</script>',
    'NaN',
    'null',
    '[]',
    '\u202e',
    'ß'.repeat(5000),
  ),
)
const number = fc
  .oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer(), fc.constantFrom(Number.MAX_VALUE, Number.MIN_VALUE, 2 ** 53, -1e308, 0.1 + 0.2))
  .map((value) => value + 0) // JSON has no −0
const amount = number.map(Math.abs)
const time = fc.oneof(
  number,
  fc.integer({ min: 0, max: 1e12 }).map((us) => us / 1000),
)
const failure = fc.record({ code: fc.constantFrom('model', 'timeout'), message: hostile, hint: hostile, kind: hostile }, { requiredKeys: ['code', 'message'] })
const required = [
  'cell',
  'key',
  'item',
  'itemHash',
  'prompt',
  'startMs',
  'endMs',
  'tokenMs',
  'promptTokens',
  'outputTokens',
  'countedBy',
  'finish',
  'text',
] as const
const anySample: fc.Arbitrary<Sample> = fc.record(
  {
    cell: hostile,
    key: fc.record({ model: hostile, workload: hostile, load: hostile, repeat: number, block: number }),
    item: hostile,
    itemHash: hostile,
    slice: hostile,
    cluster: hostile,
    prompt: hostile,
    target: hostile,
    startMs: time,
    endMs: time,
    tokenMs: fc.array(time),
    promptTokens: amount,
    outputTokens: amount,
    countedBy: fc.constantFrom('server', 'tokenizer', 'estimate'),
    finish: fc.constantFrom('stop', 'length', 'tool-calls', 'content-filter', 'error'),
    text: hostile,
    grade: fc.record(
      { score: fc.double({ min: 0, max: 1, noNaN: true }).map(Math.abs), grader: hostile, answer: hostile, detail: hostile },
      { requiredKeys: ['score', 'grader'] },
    ),
    error: failure,
    timing: fc.constantFrom('token', 'event'),
    intendedMs: number,
    headersMs: number,
    firstReasoningMs: number,
    firstAnswerMs: number,
    reasoning: hostile,
    reasoningTokens: amount,
    cachedTokens: amount,
    toolCalls: fc.array(fc.record({ name: hostile, arguments: hostile })),
    logProb: number,
    logProbTokens: amount,
    attempts: fc.array(fc.record({ startMs: number, endMs: number, error: failure })),
    stage: amount,
    givenScore: fc.double({ min: 0, max: 1, noNaN: true }).map(Math.abs),
    costUsd: amount,
    unknown: fc.subarray(['times', 'promptTokens', 'outputTokens', 'finish'] as const),
  },
  { requiredKeys: [...required] },
)

afterEach(() => vi.doUnmock('@duckdb/node-api'))

describe('a run that is packed', () => {
  test('reads as before, by folder and as a stream, and has no lines any more', async () => {
    const dir = writeRun()
    const before = await readRun(dir)
    expect(await compactRun(dir)).toEqual({ state: 'ok', value: { samples: example.samples.length, series: example.series.length } })
    expect(readdirSync(dir).sort()).toEqual(['run.json', 'samples.parquet', 'series.parquet'])
    expect(await readRun(dir)).toEqual(before)
    const streamed: Sample[] = []
    for await (const batch of streamSamples(dir)) streamed.push(...batch)
    expect(streamed).toEqual(before.samples)
    const bare = await readRun(dir, { texts: false })
    expect(bare.samples.map(({ prompt, text }) => prompt + text).join('')).toBe('')
    expect(bare.samples.map(({ item }) => item)).toEqual(before.samples.map(({ item }) => item))
  })

  test('holds every sample exactly, whatever is in it', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anySample, { minLength: 1, maxLength: 40 }), async (samples) => {
        const dir = writeRun(samples, [])
        const before = await readRun(dir)
        expect(before.samples).toEqual(samples)
        expect(await compactRun(dir)).toEqual({ state: 'ok', value: { samples: samples.length, series: 0 } })
        expect((await readRun(dir)).samples).toEqual(samples)
      }),
      { numRuns: 10 },
    )
  })

  test('keeps the order of many samples, and takes a small part of the space', async () => {
    const many = Array.from({ length: 20_000 }, (_, i): Sample => ({
      ...sample,
      item: `q${(i * 7919) % 20_000}`,
      tokenMs: Array.from({ length: 16 }, (__, k) => 5e6 + i + k * 3.25),
    }))
    const dir = writeRun(many, [])
    const size = readFileSync(join(dir, 'samples.jsonl')).length
    await compactRun(dir)
    const { samples } = await readRun(dir)
    expect(samples.map(({ item }) => item)).toEqual(many.map(({ item }) => item))
    expect(samples.at(-1)).toEqual(many.at(-1))
    expect(readFileSync(join(dir, 'samples.parquet')).length).toBeLessThan(size / 10)
  })

  test('can be gone on with: it becomes lines again first', async () => {
    const dir = writeRun()
    const before = await readRun(dir)
    await compactRun(dir)
    await unpackRun(dir)
    expect(readdirSync(dir).sort()).toEqual(['run.json', 'samples.jsonl', 'series.jsonl'])
    const store = openRun(dir, 'x')
    store.appendSample({ ...sample, item: 'later' })
    store.close()
    expect((await readRun(dir)).samples).toEqual([...before.samples, { ...sample, item: 'later' }])
    expect(await compactRun(dir)).toMatchObject({ value: { samples: before.samples.length + 1 } })
    expect((await readRun(dir)).samples).toHaveLength(before.samples.length + 1)
  })
})

describe('packing that does not come to its end', () => {
  test('leaves the lines, which count while both are there, and is done again', async () => {
    const dir = writeRun()
    const lines = readFileSync(join(dir, 'samples.jsonl'))
    await compactRun(dir)
    writeFileSync(join(dir, 'samples.jsonl'), lines.subarray(0, lines.indexOf('\n') + 1)) // killed before the lines went
    writeFileSync(join(dir, 'samples.parquet.new'), 'half')
    expect((await readRun(dir)).samples).toHaveLength(1)
    expect(await compactRun(dir)).toMatchObject({ value: { samples: 1 } })
    expect(readdirSync(dir).sort()).toEqual(['run.json', 'samples.parquet', 'series.parquet'])
    expect((await readRun(dir)).samples).toHaveLength(1)
  })

  test('an unfinished last line keeps the lines', async () => {
    const dir = writeRun()
    const path = join(dir, 'samples.jsonl')
    writeFileSync(path, `${readFileSync(path, 'utf8')}{"cell": "t`)
    expect(await compactRun(dir)).toEqual({ state: 'absent', why: 'the last line of samples.jsonl is incomplete' })
    expect(readdirSync(dir).sort()).toEqual(['run.json', 'samples.jsonl', 'series.jsonl'])
  })

  test('an interrupt keeps the lines', async () => {
    const dir = writeRun()
    await expect(compactRun(dir, AbortSignal.abort())).rejects.toMatchObject({ code: 'aborted' })
    expect(readdirSync(dir).sort()).toEqual(['run.json', 'samples.jsonl', 'series.jsonl'])
  })

  test('without DuckDB the lines stay, with the reason; a packed run then says what to install', async () => {
    const [lines, packed] = [writeRun(), writeRun()]
    await compactRun(packed)
    vi.doMock('@duckdb/node-api', () => {
      throw Object.assign(new Error("Cannot find package '@duckdb/node-api'"), { code: 'ERR_MODULE_NOT_FOUND' })
    })
    expect(await compactRun(lines)).toMatchObject({ state: 'absent', why: expect.stringContaining('@duckdb/node-api') })
    expect(existsSync(join(lines, 'samples.jsonl'))).toBe(true)
    await expect(readRun(packed)).rejects.toMatchObject({
      code: 'device',
      message: expect.stringContaining('samples.parquet needs DuckDB'),
      hint: expect.stringContaining('npm install'),
    })
  })

  test('a file that is damaged, or of another version, is refused by name', async () => {
    const dir = writeRun()
    await compactRun(dir)
    const path = join(dir, 'samples.parquet')
    const bytes = readFileSync(path)
    writeFileSync(path, bytes.subarray(0, bytes.length - 10))
    await expect(readRun(dir)).rejects.toMatchObject({ code: 'data', message: expect.stringContaining('samples.parquet') })
    writeFileSync(path, Buffer.from(bytes.toString('latin1').replace('samples/1', 'samples/9'), 'latin1'))
    await expect(readRun(dir)).rejects.toMatchObject({ code: 'data', message: expect.stringContaining('has the schema samples/9') })
  })
})
