/** Did the client measure, or was it measured? From what was seen of the client to a verdict with its reasons. */
import type { ClientHealth, Observed } from '../../types.ts'

export interface ClientFacts extends Omit<ClientHealth, 'verdict' | 'reasons'> {
  /** Most requests in flight at a time. */
  readonly mostInFlight: number
}

/**
 * The certificate of a stage. `invalid`: its figures are about the client. `degraded`: they are true, with an error that is
 * larger than it should be. CPU alone proves nothing (bursts hide in averages), nor does the delay of the event loop; so
 * each is asked, and the worst decides.
 */
export function certify({ mostInFlight, ...facts }: ClientFacts): ClientHealth {
  const findings = [
    ...over(facts.cpuShare, LIMITS.cpuShare, (value) => `the busiest client process used ${percent(value)} of a core`),
    ...over(facts.loopDelayP99Ms, LIMITS.loopDelayMs, (value) => `the client's event loop was late by ${ms(value)} in 1% of its turns`),
    ...observedOver(facts.sendLagP50Ms, LIMITS.lagP50Ms, (value) => `half of the requests were sent ${ms(value)} or more after they were due`),
    ...observedOver(facts.sendLagP99Ms, LIMITS.lagP99Ms, (value) => `1% of the requests were sent ${ms(value)} or more after they were due`),
    ...over(shortfall(facts), LIMITS.shortfall, (value) => `requests were sent at a rate ${percent(value)} below the one asked for`),
    ...trust(facts.trustedStreams, mostInFlight),
  ]
  const verdict = findings.some(({ invalid }) => invalid) ? 'invalid' : findings.length > 0 ? 'degraded' : 'valid'
  return { verdict, reasons: findings.map(({ reason }) => reason), ...facts }
}

// --- internal ---

interface Limit {
  degraded: number
  invalid: number
}
interface Finding {
  reason: string
  invalid: boolean
}

/** Where a limit is passed, the error of a time may be as large as the limit. */
const LIMITS = {
  cpuShare: { degraded: 0.75, invalid: 0.95 },
  loopDelayMs: { degraded: 10, invalid: 50 },
  lagP50Ms: { degraded: 2, invalid: 10 },
  lagP99Ms: { degraded: 10, invalid: 50 },
  shortfall: { degraded: 0.005, invalid: 0.05 },
} as const satisfies Record<string, Limit>

function over(value: number, { degraded, invalid }: Limit, say: (value: number) => string): Finding[] {
  return value > degraded ? [{ reason: say(value), invalid: value > invalid }] : []
}

function observedOver(value: Observed<number>, limit: Limit, say: (value: number) => string): Finding[] {
  return value.state === 'ok' ? over(value.value, limit, say) : []
}

function trust(trusted: Observed<number>, streams: number): Finding[] {
  if (trusted.state !== 'ok' || streams <= trusted.value) return []
  return [
    {
      reason: `${streams} requests were in flight, and this machine read ${trusted.value || 'not even the fewest'} on time when it was calibrated`,
      invalid: false,
    },
  ]
}

const shortfall = ({ offeredPerSecond, achievedPerSecond }: Pick<ClientFacts, 'offeredPerSecond' | 'achievedPerSecond'>): number =>
  offeredPerSecond === 0 ? 0 : 1 - achievedPerSecond / offeredPerSecond
const percent = (ratio: number): string => `${Math.round(ratio * 1000) / 10}%`
const ms = (value: number): string => `${Math.round(value * 10) / 10} ms`
