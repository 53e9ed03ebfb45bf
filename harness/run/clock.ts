/**
 * The run clock: milliseconds since the start of the run, on the monotonic clock of the host, which all its processes
 * share. A child is told the origin and stamps on the same clock, so nothing depends on when a message arrives.
 */
export interface Clock {
  /** Zero of the clock, in nanoseconds of process.hrtime.bigint(), as a decimal text: JSON has no bigint. */
  readonly originNs: string
  /** Milliseconds, to the microsecond: finer digits would be noise in the record. */
  now(): number
}

/** A clock that shows `startMs` now; a resumed run begins after the last time of its earlier part. */
export function startClock(startMs = 0): Clock {
  return clockFrom(String(process.hrtime.bigint() - BigInt(Math.round(startMs * 1e6))))
}

export function clockFrom(originNs: string): Clock {
  const origin = BigInt(originNs)
  return { originNs, now: () => Math.round(Number(process.hrtime.bigint() - origin) / 1000) / 1000 }
}
