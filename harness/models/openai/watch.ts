/** Time limits and the abort signal of all requests in flight, by one timer and one listener: none of it per token. */

export interface Watched {
  readonly signal: AbortSignal
  /** Called a few times per limit; `nowMs` is on the monotonic clock. */
  onTick(nowMs: number): void
  onAbort(): void
}

export class Watch {
  /** The time of the last tick, near enough for limits. */
  nowMs = performance.now()
  private readonly periodMs: number
  private readonly active = new Map<AbortSignal, { requests: Set<Watched>; stop: () => void }>()
  private timer: NodeJS.Timeout | undefined

  /** `limits` in milliseconds; they are kept to within a quarter of the smallest, at most 250 ms. */
  constructor(limits: readonly number[]) {
    this.periodMs = Math.max(5, Math.min(250, Math.floor(Math.min(...limits) / 4)))
  }

  add(request: Watched): void {
    let group = this.active.get(request.signal)
    if (group === undefined) {
      const requests = new Set<Watched>()
      const onAbort = (): void => [...requests].forEach((one) => one.onAbort())
      request.signal.addEventListener('abort', onAbort, { once: true })
      group = { requests, stop: () => request.signal.removeEventListener('abort', onAbort) }
      this.active.set(request.signal, group)
    }
    group.requests.add(request)
    if (this.timer === undefined) {
      this.nowMs = performance.now()
      this.timer = setInterval(() => this.tick(), this.periodMs)
    }
  }

  delete(request: Watched): void {
    const group = this.active.get(request.signal)
    if (group === undefined || !group.requests.delete(request) || group.requests.size > 0) return
    group.stop()
    this.active.delete(request.signal)
    if (this.active.size > 0) return
    clearInterval(this.timer)
    this.timer = undefined
  }

  // --- internal ---

  private tick(): void {
    this.nowMs = performance.now()
    for (const { requests } of this.active.values()) for (const request of requests) request.onTick(this.nowMs)
  }
}
