/** Time that models of the adapter on-test-clock move, so that a run takes as long as a test says on every machine, and no time at all. */
import { onTestFinished, vi } from 'vitest'
import { createRandom } from '../../harness/random.ts'

interface TestClock {
  /** Factor on all times of the next request. */
  pace(): number
  advance(ms: number): void
}

/** From here to the end of the test; the times of a request scatter by `cv` (log-normal). */
export function useTestClock({ cv, seed }: { cv: number; seed: number }): void {
  const random = createRandom('test clock', seed)
  let ns = process.hrtime.bigint()
  const clock: TestClock = {
    pace: () => Math.exp(cv * random.normal()),
    advance: (ms) => void (ns += BigInt(Math.round(ms * 1e6))),
  }
  const holder = globalThis as { testClock?: TestClock }
  holder.testClock = clock
  const spy = vi.spyOn(process.hrtime, 'bigint').mockImplementation(() => ns)
  onTestFinished(() => {
    spy.mockRestore()
    delete holder.testClock
  })
}
