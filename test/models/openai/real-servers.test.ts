/** Bytes that real servers sent, with a tiny model of random weights; a file is named by server and version. */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { ask, stream } from './server.ts'

const captured = (name: string): Buffer => readFileSync(new URL(`fixtures/${name}.sse`, import.meta.url))
const replayed = (name: string) => ask((socket) => stream(socket, [captured(name)]))

test('llama.cpp gives one log-probability for the tokens of one character: times are then of events, and the count is that of usage', async () => {
  const { sent, times } = await replayed('llama.cpp-2026.10-logprobs')
  expect(sent).toMatchObject({ ok: true, completion: { promptTokens: 21, outputTokens: 32, countedBy: 'server', finish: 'length' } })
  expect(times.timing).toBe('event')
  expect(times.tokenMs.length).toBe(28) // events with a text
})

test('llama.cpp counts in its timings where no usage was asked for, and the text with its broken characters is not counted', async () => {
  const { sent, times } = await replayed('llama.cpp-2026.10-no-usage')
  expect(sent).toMatchObject({ ok: true, completion: { promptTokens: 21, outputTokens: 32, countedBy: 'server', finish: 'length' } })
  expect(times.timing).toBe('event')
})
