import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { certify, type ClientFacts } from '../../../harness/run/load/health.ts'
import { claimable, earlyStoppingIndex, fewestFor, queriesFor } from '../../../harness/run/load/minimum.ts'
import { createStop } from '../../../harness/run/load/stop.ts'
import { createRandom } from '../../../harness/random.ts'

describe('how many requests a percentile needs', () => {
  it('is what MLPerf’s table says', () => {
    expect([0.9, 0.95, 0.97, 0.99].map((p) => queriesFor(p))).toEqual([24_576, 57_344, 90_112, 270_336])
  })

  it('is 64 for p90 and 662 for p99 with early stopping', () => {
    expect([fewestFor(0.9), fewestFor(0.99)]).toEqual([64, 662])
    expect(earlyStoppingIndex(661, 0.99)).toBeUndefined()
    expect(earlyStoppingIndex(662, 0.99)).toBe(661)
    expect([claimable(3), claimable(64), claimable(661), claimable(662)]).toEqual([undefined, 0.9, 0.95, 0.99])
  })

  it('gives a bound that lies below the true percentile in at most 1% of runs (simulation)', () => {
    const random = createRandom('bound', 1)
    const runs = 4000
    let below = 0
    for (let run = 0; run < runs; run++) {
      const values = Array.from({ length: 200 }, () => random.next()).sort((a, b) => a - b)
      if (values[earlyStoppingIndex(200, 0.9)!]! < 0.9) below += 1
    }
    expect(below / runs).toBeLessThan(0.015)
  })

  it('never names a place outside of the values', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100_000 }), fc.constantFrom(0.5, 0.9, 0.99, 0.999), (n, p) => {
        const place = earlyStoppingIndex(n, p)
        if (place !== undefined) expect(place >= Math.floor(n * p) && place < n).toBe(true)
      }),
    )
  })
})

describe('a stage is stopped', () => {
  const free = { promptTokens: 0, outputTokens: 0 }
  it('when more than its share of the last 50 failed, and not by old failures', () => {
    const stop = createStop({ maxErrorShare: 0.1 }, undefined, 0)
    for (let i = 0; i < 5; i++) stop.ended(true, free, i)
    expect(stop.reason).toBeUndefined() // fewer than ten: too early to tell
    const mixed = createStop({ maxErrorShare: 0.1 }, undefined, 0)
    for (let i = 0; i < 1000; i++) mixed.ended(i % 11 === 10, free, i)
    expect(mixed.reason).toBeUndefined()
    for (let i = 0; i < 3; i++) mixed.ended(true, free, i)
    expect(mixed.reason).toBe('errors')
  })

  it('at once when the server answers nothing', () => {
    const stop = createStop({ maxErrorShare: 0.5 }, undefined, 0)
    for (let i = 0; i < 10; i++) stop.ended(true, free, i)
    expect(stop.reason).toBe('errors')
  })

  it('when the load has cost what it may, by tokens or by the hour, earlier stages included', () => {
    const token = { kind: 'token', inputPerMtoken: 1, outputPerMtoken: 10, cachedInputPerMtoken: 0.5, source: 's', date: '2025-01-01' } as const
    const stop = createStop({ maxErrorShare: 1, maxUsd: 1 }, token, 0, 0.9)
    stop.ended(false, { promptTokens: 10_000, cachedTokens: 4000, outputTokens: 1000 }, 1)
    expect(stop.usd).toBeCloseTo(0.006 + 0.002 + 0.01, 10)
    expect(stop.reason).toBeUndefined()
    stop.ended(false, { promptTokens: 0, outputTokens: 9000 }, 2)
    expect(stop.reason).toBe('cost')
    const hourly = createStop({ maxErrorShare: 1, maxUsd: 1 }, { kind: 'hourly', usdPerHour: 3600, source: 's', date: '2025-01-01' }, 1000)
    hourly.ended(false, free, 1500)
    expect(hourly.usd).toBeCloseTo(0.5, 10)
    hourly.ended(false, free, 2100)
    expect(hourly.reason).toBe('cost')
  })
})

describe('the certificate of the client', () => {
  const facts = (parts: Partial<ClientFacts> = {}): ClientFacts => ({
    workers: 1,
    cpuShare: 0.2,
    loopDelayP99Ms: 1,
    sendLagP50Ms: { state: 'ok', value: 0.3 },
    sendLagP99Ms: { state: 'ok', value: 1 },
    trustedStreams: { state: 'absent', why: 'not calibrated' },
    offeredPerSecond: 100,
    achievedPerSecond: 100,
    mostInFlight: 50,
    ...parts,
  })
  it('is valid without reasons when all is well', () => {
    expect(certify(facts())).toMatchObject({ verdict: 'valid', reasons: [], workers: 1, cpuShare: 0.2 })
  })

  it.each<[string, Partial<ClientFacts>, string, RegExp]>([
    ['CPU', { cpuShare: 0.8 }, 'degraded', /80% of a core/],
    ['all of a core', { cpuShare: 0.99 }, 'invalid', /99% of a core/],
    ['event loop', { loopDelayP99Ms: 60 }, 'invalid', /event loop was late by 60 ms/],
    ['lag', { sendLagP99Ms: { state: 'ok', value: 12 } }, 'degraded', /sent 12 ms or more after they were due/],
    ['usual lag', { sendLagP50Ms: { state: 'ok', value: 12 } }, 'invalid', /half of the requests/],
    ['a rate that was not kept', { achievedPerSecond: 99 }, 'degraded', /a rate 1% below/],
    ['more streams than trusted', { trustedStreams: { state: 'ok', value: 40 } }, 'degraded', /this machine read 40 on time/],
  ])('names its reason: %s', (_name, parts, verdict, reason) => {
    const health = certify(facts(parts))
    expect(health.verdict).toBe(verdict)
    expect(health.reasons).toHaveLength(1)
    expect(health.reasons[0]).toMatch(reason)
  })

  it('is as bad as its worst finding', () => {
    expect(certify(facts({ cpuShare: 0.8, achievedPerSecond: 50 })).verdict).toBe('invalid')
  })
})
