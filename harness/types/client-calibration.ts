/** What a machine's client of loads can be trusted with: measured against a server that keeps its own times. */
/** Milliseconds that half of the values, and 99% of them, do not exceed. */
export interface ErrorSpread {
  p50: number
  p99: number
}

/** So many streams at a time, read by the client processes of a load. */
export interface CalibrationPoint {
  streams: number
  /** Requests of which times were compared. */
  requests: number
  workers: number
  /** CPU-seconds per second of the busiest worker. */
  cpuShare: number
  /** The same of the server that they were compared with: near 1 the errors are its own, too. */
  serverCpuShare: number
  /** |client − server| of the time to the first token, request by request. */
  ttftErrorMs: ErrorSpread
  /** |read − written| of each token, on the one clock of the host. */
  tokenErrorMs: ErrorSpread
  /** |client − server| of the time per token after the first, request by request. */
  tpotErrorMs?: ErrorSpread
}

export interface ClientCalibration {
  machine: { cpu: string; cores: number; node: string; tool: string }
  /** ISO 8601 */
  at: string
  /** Of each stream. */
  tokensPerSecond: number
  /** Rising numbers of streams. */
  points: readonly CalibrationPoint[]
  /** The most streams up to which every point kept its errors small; 0 where not even the first did. */
  trustedStreams: number
  /** Why there are no points beyond the last. */
  stoppedBy?: string
}
