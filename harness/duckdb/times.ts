/**
 * Times of tokens in few bytes. The run clock has whole microseconds, so a list is the steps between its times as integers, the
 * first one from the start of the request: most take one or two bytes when packed, where a double takes eight.
 */

/** Undefined where the times are no whole microseconds, or too far apart for 32 bits. */
export function packTimes(ms: readonly number[], startMs: number): number[] | undefined {
  const steps: number[] = []
  let before = Math.round(startMs * 1000)
  for (const time of ms) {
    const at = Math.round(time * 1000)
    const step = at - before
    if (at / 1000 !== time || !(Math.abs(step) < 2 ** 31)) return undefined
    steps.push(step)
    before = at
  }
  return steps
}

/** In place: a million lists are not made twice. */
export function unpackTimes(steps: number[], startMs: number): number[] {
  let at = Math.round(startMs * 1000)
  for (let i = 0; i < steps.length; i++) {
    at += steps[i]!
    steps[i] = at / 1000
  }
  return steps
}
