/** One served model: its engine on the clock, its prefix cache, and the streams that are under way. */
import { createEngine, type Engine } from './engine.ts'
import type { Driver } from './driver.ts'
import { createPrefixCache, type PrefixCache } from './prefix.ts'
import type { Profile } from './profile.ts'

export interface Listener {
  /** Left the queue. */
  start(): void
  /** Token `index` of the answer; `lateMs` after it was due. */
  token(index: number, left: number, lateMs: number): void
}
export interface MockModel {
  profile: Profile
  seed: number
  /** Undefined where the profile has none. */
  prefixCache: PrefixCache | undefined
  /** The queue is full. */
  readonly full: boolean
  /** Gives a function that takes the request away. */
  submit(prefillTokens: number, outputTokens: number, listener: Listener): () => void
}

export function createModel(profile: Profile, seed: number, driver: Driver): MockModel {
  const listeners = new Map<number, { listener: Listener; tokens: number }>()
  let count = 0
  const engine: Engine = createEngine(profile, seed, {
    start: (id) => listeners.get(id)?.listener.start(),
    token(id, left, atMs) {
      const entry = listeners.get(id)
      if (!entry) return
      if (left === 0) listeners.delete(id)
      entry.listener.token(entry.tokens - left - 1, left, driver.now() - atMs)
    },
  })
  driver.add(engine)
  return {
    profile,
    seed,
    prefixCache: profile.prefixCache ? createPrefixCache() : undefined,
    get full() {
      return profile.maxQueue !== undefined && engine.running >= profile.maxBatch && engine.waiting >= profile.maxQueue
    },
    submit(prefillTokens, outputTokens, listener) {
      const id = count++
      listeners.set(id, { listener, tokens: outputTokens })
      engine.arrive(id, prefillTokens, outputTokens, driver.now())
      driver.wake()
      return () => {
        if (!listeners.delete(id)) return
        engine.cancel(id, driver.now())
        driver.wake()
      }
    },
  }
}
