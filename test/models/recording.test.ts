import { expect, test } from 'vitest'
import { createRecording, tokenTimes } from '../../harness/models/recording.ts'

function scripted(script: (recording: ReturnType<typeof createRecording>, at: (ms: number) => void) => void) {
  let now = 0
  const recording = createRecording(() => now, undefined, 1)
  script(recording, (ms) => (now = ms))
  return recording
}

test('content carries the time of the chunk that it came in', () => {
  const recording = scripted((r, at) => {
    at(1)
    r.sent()
    at(2)
    r.headers()
    at(3)
    r.stamp()
    at(9)
    r.content(1, 'answer')
    r.content(1, 'answer')
    r.stamp()
    r.content(1, 'answer')
  })
  expect(tokenTimes(recording)).toEqual({ tokenMs: [3, 3, 9], headersMs: 2 })
})

test('a new attempt forgets the earlier one but for its start', () => {
  const recording = scripted((r, at) => {
    for (const start of [10, 20]) {
      at(start)
      r.sent()
      r.stamp()
      r.content(2, 'answer')
    }
  })
  expect(recording).toMatchObject({ firstSentMs: 10, sentMs: 20, events: 1 })
  expect(tokenTimes(recording)).toEqual({ tokenMs: [20, 20] })
  recording.reset()
  expect(recording).toMatchObject({ events: 0, firstSentMs: NaN })
})

test('events whose tokens are not told are tokens only where there are as many of them', () => {
  const recording = scripted((r, at) => {
    r.sent()
    for (const ms of [1, 2, 3]) {
      at(ms)
      r.stamp()
      r.content(0, 'answer')
    }
  })
  expect(tokenTimes(recording, 3)).toEqual({ tokenMs: [1, 2, 3] })
  expect(tokenTimes(recording, 4)).toEqual({ tokenMs: [1, 2, 3] }) // the token that ends the answer has no text
  expect(tokenTimes(recording, 7)).toEqual({ tokenMs: [1, 2, 3], timing: 'event' })
  expect(tokenTimes(recording)).toEqual({ tokenMs: [1, 2, 3], timing: 'event' })
})

test('the first content of each kind is told where there was reasoning', () => {
  const recording = scripted((r, at) => {
    r.sent()
    for (const [ms, channel] of [
      [1, 'reasoning'],
      [2, 'reasoning'],
      [5, 'answer'],
    ] as const) {
      at(ms)
      r.stamp()
      r.content(1, channel)
    }
  })
  expect(tokenTimes(recording)).toEqual({ tokenMs: [1, 2, 5], firstReasoningMs: 1, firstAnswerMs: 5 })
})

test('an answer that comes whole may have more tokens than a mark can hold', () => {
  const recording = scripted((r) => {
    r.sent()
    r.stamp()
    r.content(100_000, 'reasoning')
  })
  expect(tokenTimes(recording).tokenMs).toHaveLength(100_000)
})
