/** The clocks of a client process. */
import { expect, test } from 'vitest'
import { createRecording } from '../../../harness/models/recording.ts'
import { arrivalClock, fastClock } from '../../../harness/run/load/clock.ts'
import { nowNs } from '../../../scripts/mock/truth.ts'

/** What the pair of readings that an offset is taken from may be apart by, milliseconds. */
const CLOSE = 0.1
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

test.each([
  ['of the client', fastClock('0')],
  ['of the mock server', () => nowNs() / 1e6],
])('the fast clock %s is the clock of the host', (_, now) => {
  for (let i = 0; i < 1000; i++) {
    const before = Number(process.hrtime.bigint()) / 1e6
    const between = now()
    const after = Number(process.hrtime.bigint()) / 1e6
    expect(between).toBeGreaterThan(before - CLOSE)
    expect(between).toBeLessThan(after + CLOSE)
  }
})

test('what one turn of the event loop reads came at one time: that of the beginning of the turn', async () => {
  let ms = 1
  const arrived = arrivalClock(() => ms++)
  expect([arrived(), arrived(), arrived()]).toEqual([1, 1, 1])
  await turn()
  expect([arrived(), arrived()]).toEqual([2, 2])
  await turn()
  expect(arrived()).toBe(3)
})

test('no answer comes before its request, though the turn may have begun before it', () => {
  const recording = createRecording(
    () => 20,
    () => 10,
  )
  recording.stamp()
  recording.ended()
  expect(recording.endedMs).toBe(10) // without a request there is nothing to hold it against
  recording.sent()
  recording.headers()
  recording.stamp()
  recording.content(1, 'answer')
  expect([recording.headersMs, recording.times[0]]).toEqual([20, 20])
})
