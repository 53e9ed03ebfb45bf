/** The clocks of a client process: numbers, no BigInt per event. */

/** `process.hrtime` as milliseconds since `originNs`. Both read the monotonic clock; the offset is taken where they are closest. */
export function fastClock(originNs: string): () => number {
  const origin = BigInt(originNs)
  let [offset, closest] = [0, Infinity]
  for (let i = 0; i < 64; i++) {
    const before = performance.now()
    const exact = Number(process.hrtime.bigint() - origin) / 1e6
    const after = performance.now()
    if (after - before < closest) [closest, offset] = [after - before, exact - (before + after) / 2]
  }
  return () => performance.now() + offset
}

/**
 * When a chunk came, as near as a process can tell that reads many sockets in turn. The kernel names all sockets that have something at once; the
 * last of 200 is read milliseconds later, though its bytes were there. So all chunks of one such turn bear the time at which the turn began.
 */
export function arrivalClock(now: () => number): () => number {
  let turnMs: number | undefined
  const over = (): void => {
    turnMs = undefined
  }
  return () => {
    if (turnMs === undefined) {
      turnMs = now()
      setImmediate(over) // runs when the turn's sockets have been read; while it is due, the loop does not wait for others
    }
    return turnMs
  }
}
