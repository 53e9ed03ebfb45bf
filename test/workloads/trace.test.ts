import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import { HarnessError } from '../../harness/errors.ts'
import { readTrace } from '../../harness/workloads/trace.ts'

const folder = mkdtempSync(join(tmpdir(), 'distillbench-test-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
function file(text: string): string {
  const path = join(folder, 'trace')
  writeFileSync(path, text)
  return path
}
const AZURE = 'TIMESTAMP,ContextTokens,GeneratedTokens\r\n2023-11-16 18:15:46.6805900,374,44\r\n2023-11-16 18:15:50.9951690,396,109\r\n'
const BURST =
  '\uFEFFTimestamp,Model,Request tokens,Response tokens,Total tokens,Log Type\n5,ChatGPT,472,18,490,Conversation log\n45.5,GPT-4,1087,230,1317,API log\n'
const MOONCAKE =
  '{"timestamp": 27482, "input_length": 6955, "output_length": 52, "hash_ids": [46, 47]}\n\n{"timestamp": 30535, "input_length": 6472, "output_length": 26}\n'

test.each([
  ['azure', AZURE, [0, 4314.579], [374, 396], [44, 109]],
  ['burstgpt', BURST, [0, 40_500], [472, 1087], [18, 230]],
  ['mooncake', MOONCAKE, [0, 3053], [6955, 6472], [52, 26]],
] as const)('a trace of the format %s gives times and lengths, also where the format is not told', async (format, text, times, input, output) => {
  for (const told of [format, 'auto']) {
    const rows = await readTrace(file(text), told)
    expect(rows.map(({ timeMs }) => Math.round((timeMs - rows[0]!.timeMs) * 1000) / 1000)).toEqual(times)
    expect(rows.map(({ inputTokens }) => inputTokens)).toEqual(input)
    expect(rows.map(({ outputTokens }) => outputTokens)).toEqual(output)
  }
  const [first] = await readTrace(file(text))
  expect(first!.blocks).toEqual(format === 'mooncake' ? [46, 47] : undefined)
})

test.each([
  ['azure', 'TIMESTAMP,x\nyesterday,1\n', ':2 has no time in its column TIMESTAMP'],
  ['azure', 'TIMESTAMP,ContextTokens\n2023-11-16 18:15:46,many\n', ':2 has no number of tokens in its column ContextTokens'],
  ['burstgpt', 'Timestamp,x\n1,1\n,2\n', ':3 has no time in its column Timestamp'],
  ['azure', 'Timestamp,x\n1,1\n', 'has no column TIMESTAMP in its first line'],
  ['mooncake', '{"timestamp": 1}\n{"time": 2}\n', ':2 is no JSON object with a number "timestamp"'],
  ['mooncake', '{"timestamp": 1}\n\n{"timestamp": 2, "input_length": -1}\n', ':3 has no right "input_length"'],
  ['mooncake', '\n', 'has no requests'],
  ['auto', 'a,b\n1,2\n', 'is of no known format: its first line is "a,b"'],
  ['sharegpt', 'a,b\n1,2\n', 'there is no trace format "sharegpt"'],
])('a damaged trace (%s) is refused by its line', async (format, text, message) => {
  await expect(readTrace(file(text), format)).rejects.toThrow(message)
})

test('a file that is not there is an error about the file', async () => {
  await expect(readTrace(join(folder, 'none.csv'))).rejects.toThrow(/none\.csv cannot be read: ENOENT/)
})

test('a window takes what lies in it, in the order of time', async () => {
  const lines = [3, 1, 2, 9, 5].map((seconds) => JSON.stringify({ timestamp: 1000 * seconds, input_length: seconds }))
  const taken = async (window: object): Promise<unknown[]> => (await readTrace(file(lines.join('\n')), 'auto', window)).map(({ inputTokens }) => inputTokens)
  expect(await taken({})).toEqual([1, 2, 3, 5, 9])
  expect(await taken({ fromSeconds: 1, seconds: 3 })).toEqual([2, 3, 5])
  expect(await taken({ fromSeconds: 1, requests: 2 })).toEqual([2, 3])
  await expect(taken({ fromSeconds: 60 })).rejects.toThrow('has 5 requests, but none in the window from 60 s on')
})

test('whatever rows are written are read again, sorted by their times, in any window', async () => {
  const row = fc.record({ timestamp: fc.nat(100_000), input_length: fc.nat(5000), output_length: fc.nat(5000) })
  await fc.assert(
    fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 30 }), fc.nat(50), async (rows, fromSeconds) => {
      const first = Math.min(...rows.map(({ timestamp }) => timestamp))
      const due = rows.filter(({ timestamp }) => timestamp - first >= 1000 * fromSeconds).sort((a, b) => a.timestamp - b.timestamp)
      const mooncake = rows.map((one) => JSON.stringify(one)).join('\n')
      const burst = ['Timestamp,Model,Request tokens,Response tokens', ...rows.map((r) => `${r.timestamp / 1000},m,${r.input_length},${r.output_length}`)].join(
        '\r\n',
      )
      for (const text of [mooncake, burst]) {
        const read = await readTrace(file(text), 'auto', { fromSeconds }).catch(() => [])
        expect(read.map(({ inputTokens, outputTokens }) => [inputTokens, outputTokens])).toEqual(due.map((r) => [r.input_length, r.output_length]))
      }
    }),
    { numRuns: 40 },
  )
})

test('whatever the text, it is read or refused in words', async () => {
  const text = fc.oneof(
    fc.string(),
    fc.string().map((rest) => `TIMESTAMP,ContextTokens\n${rest}`),
    fc.string().map((rest) => `{"timestamp":${rest}}`),
  )
  await fc.assert(
    fc.asyncProperty(text, async (content) => {
      const rows = await readTrace(file(content)).catch((error: unknown) => error)
      if (!Array.isArray(rows)) expect(rows).toBeInstanceOf(HarnessError)
    }),
    { numRuns: 60 },
  )
})
