import { appendFileSync, existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test, type TestContext } from 'vitest'
import { HarnessError } from '../../harness/errors.ts'
import { listRuns, readRun } from '../../harness/run/store/read.ts'
import { createRun, openRun } from '../../harness/run/store/write.ts'
import type { RunRecord, Sample } from '../../harness/types.ts'
import { scriptedRun } from '../analysis/scripted-run.ts'
import { readOnlyFolder, scratch, smallDisk } from '../cli/scratch.ts'

const AT = new Date('2025-02-06T14:15:16Z')
const example = scriptedRun({
  items: 4,
  blocks: 2,
  models: [{ id: 'teacher', role: 'teacher', answer: () => ({ firstMs: 20, stepMs: 3, tokens: 4, score: 1 }) }],
  watts: () => 50,
})
const [sample] = example.samples as [Sample, ...Sample[]]

function writeRun(out: string, record: RunRecord = example.record, samples: readonly Sample[] = example.samples): string {
  const store = createRun(out, 'scripted', AT)
  samples.forEach((one) => store.appendSample(one))
  example.series.forEach((one) => store.appendSeries(one))
  store.writeRecord({ ...record, id: store.id })
  store.close()
  return store.dir
}

test('a run is read back as it was written, by its folder or by its id', async () => {
  const out = scratch()
  const dir = writeRun(out)
  const expected = { record: { ...example.record, id: '20250206-141516-scripted' }, samples: example.samples, series: example.series, dir }
  expect(await readRun(dir)).toEqual(expected)
  expect(await readRun('20250206-141516-scripted', { out })).toEqual(expected)
  expect(await listRuns(out)).toEqual([{ id: '20250206-141516-scripted', dir, suite: 'scripted', createdAt: '2025-01-01T00:00:00.000Z', state: 'done' }])
})

test('two runs of one second get folders of their own', () => {
  const out = scratch()
  expect([writeRun(out), writeRun(out)]).toEqual(['', '-2'].map((end) => join(out, 'runs', `20250206-141516-scripted${end}`)))
})

test('every sample survives its way to the disk and back', async () => {
  const time = fc.double({ min: -1e9, max: 1e9, noNaN: true }).map((ms) => ms + 0) // JSON has no -0
  const anything = fc.string({ unit: 'binary' })
  const arbitrary: fc.Arbitrary<Sample> = fc.record({
    cell: anything,
    key: fc.constant(sample.key),
    item: anything,
    itemHash: anything,
    prompt: anything,
    startMs: time,
    endMs: time,
    tokenMs: fc.array(time),
    promptTokens: fc.nat(),
    outputTokens: fc.nat(),
    countedBy: fc.constantFrom('server', 'tokenizer', 'estimate'),
    finish: fc.constantFrom('stop', 'length', 'error'),
    text: anything,
    error: fc.record({ code: fc.constantFrom('model', 'timeout'), message: anything }),
  })
  const out = scratch()
  await fc.assert(
    fc.asyncProperty(fc.array(arbitrary, { maxLength: 5 }), async (samples) => {
      const stored = await readRun(writeRun(out, example.record, samples))
      expect(stored.samples).toEqual(samples)
    }),
    { numRuns: 30 },
  )
})

test('a last line that was cut short is left out with a warning, and gone after the run is opened again', async () => {
  const dir = writeRun(scratch())
  const path = join(dir, 'samples.jsonl')
  const whole = statSync(path).size
  appendFileSync(path, JSON.stringify(sample).slice(0, 40))
  const stored = await readRun(dir)
  expect(stored.samples).toEqual(example.samples)
  expect(stored.record.warnings).toEqual([{ code: 'cut-short', message: expect.stringContaining('samples.jsonl') }])
  const store = openRun(dir, 'again')
  expect(statSync(path).size).toBe(whole)
  store.appendSample(sample)
  store.close()
  expect((await readRun(dir)).samples).toEqual([...example.samples, sample])
})

test('wherever a writer is killed, whole lines are kept', async () => {
  const dir = writeRun(scratch())
  const path = join(dir, 'samples.jsonl')
  const bytes = readFileSync(path)
  const ends = [...bytes.keys()].filter((i) => bytes[i] === 10)
  await fc.assert(
    fc.asyncProperty(fc.nat(bytes.length), async (length) => {
      writeFileSync(path, bytes.subarray(0, length))
      expect((await readRun(dir)).samples).toEqual(example.samples.slice(0, ends.filter((end) => end < length).length))
      openRun(dir, 'again').close()
      expect(statSync(path).size).toBe((ends.findLast((end) => end < length) ?? -1) + 1)
    }),
    { numRuns: 25 },
  )
})

test('a damaged line is named by file and line', async () => {
  const dir = writeRun(scratch())
  appendFileSync(join(dir, 'samples.jsonl'), '{"cell": 3}\n')
  await expect(readRun(dir)).rejects.toMatchObject({ code: 'data', message: expect.stringMatching(/samples\.jsonl:5: cell .*string/) })
  writeFileSync(join(dir, 'samples.jsonl'), '{"cell": \n')
  await expect(readRun(dir)).rejects.toMatchObject({ code: 'data', message: expect.stringContaining('samples.jsonl:1 is no JSON') })
})

test('a schema that is not known is refused by its name', async () => {
  const dir = writeRun(scratch())
  writeFileSync(join(dir, 'run.json'), JSON.stringify({ ...example.record, schema: 'run/7' }))
  await expect(readRun(dir)).rejects.toMatchObject({
    code: 'data',
    message: expect.stringContaining('has the schema run/7, which this version does not know; it reads run/1'),
  })
  writeFileSync(join(dir, 'run.json'), JSON.stringify({ ...example.record, seed: 'one' }))
  await expect(readRun(dir)).rejects.toMatchObject({ code: 'data', message: expect.stringContaining('seed') })
})

test('a run that does not exist is named with the nearest, and an empty folder has no runs', async () => {
  const out = scratch()
  expect(await listRuns(out)).toEqual([])
  await expect(readRun('nothing', { out })).rejects.toMatchObject({ code: 'usage', hint: expect.stringContaining('no runs yet') })
  writeRun(out)
  await expect(readRun('20250206-141515-scripted', { out })).rejects.toMatchObject({
    message: expect.stringContaining('did you mean 20250206-141516-scripted?'),
  })
})

test('folders that hold no readable record are passed over in the list', async () => {
  const out = scratch()
  writeRun(out)
  mkdirSync(join(out, 'runs', 'empty'))
  mkdirSync(join(out, 'runs', 'broken'))
  writeFileSync(join(out, 'runs', 'broken', 'run.json'), '{')
  expect((await listRuns(out)).map(({ id }) => id)).toEqual(['20250206-141516-scripted'])
})

test('a run that another process writes to cannot be opened, and a lock of a process that ended is taken over', () => {
  const out = scratch()
  const store = createRun(out, 'scripted', AT)
  expect(() => openRun(store.dir, store.id)).toThrow(
    expect.objectContaining({ code: 'usage', message: expect.stringContaining(`being written by process ${process.pid}`) }),
  )
  store.close()
  expect(existsSync(join(store.dir, 'lock'))).toBe(false)
  writeFileSync(join(store.dir, 'lock'), JSON.stringify({ pid: 2 ** 30, host: 'x', started: '' }))
  openRun(store.dir, store.id).close()
})

test('a folder that cannot be written to is refused in one sentence', (context) => {
  const folder = available(context, readOnlyFolder())
  expect(failureOf(() => createRun(folder, 'scripted', AT))).toMatchObject({
    code: 'storage',
    message: expect.stringMatching(/could not make the folder of the run in .*: (the file system is read-only|permission denied)/),
  })
  const file = join(scratch(), 'file')
  writeFileSync(file, '')
  expect(failureOf(() => createRun(file, 'scripted', AT))).toMatchObject({ code: 'storage', message: expect.stringContaining('a file') })
})

test('a disk that fills up ends in one sentence, and what was finished is still whole', async (context) => {
  const out = available(context, smallDisk(128 * 1024))
  const store = createRun(out, 'scripted', AT)
  store.writeRecord({ ...example.record, id: store.id })
  const long: Sample = { ...sample, text: 'x'.repeat(3000) }
  let written = 0
  const failure = failureOf(() => {
    for (;;) {
      store.appendSample(long)
      written += 1
    }
  })
  expect(failure).toMatchObject({
    code: 'storage',
    message: expect.stringMatching(/could not write samples\.jsonl in .*: the disk is full/),
    hint: expect.stringContaining('--resume'),
  })
  expect(failureOf(() => store.writeRecord({ ...example.record, command: 'y'.repeat(20_000) }))).toMatchObject({ code: 'storage' })
  store.close()
  expect(written).toBeGreaterThan(5)
  const stored = await readRun(store.dir)
  expect(stored.samples).toHaveLength(written)
  expect(stored.record.warnings).toEqual([])
  expect(readdirSync(store.dir).sort()).toEqual(['run.json', 'samples.jsonl', 'series.jsonl'])
})

// --- internal ---

function available(context: TestContext, folder: string | undefined): string {
  return folder ?? context.skip('mounting a file system is not allowed here')
}

function failureOf(act: () => unknown): HarnessError {
  try {
    act()
  } catch (error) {
    expect(error).toBeInstanceOf(HarnessError)
    expect((error as Error).message).not.toContain('\n')
    return error as HarnessError
  }
  return expect.fail('nothing was thrown')
}
