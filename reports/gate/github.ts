/** The result of a gate as annotations of a GitHub Actions job. */
import type { GateFinding, GateReport } from '../../harness/types.ts'
import { clip, visible } from '../text.ts'
import { headline, titleOf } from './text.ts'

/** GitHub shows ten annotations of a kind for a step, and cuts long ones. */
const MOST = 10
const LONGEST = 4000

export function gateAnnotations(report: GateReport): string {
  const { findings, outcome } = report
  const bad = findings.filter((one) => one.level === 'error' && ['fail', 'invalid', 'undecided'].includes(one.outcome))
  const soft = findings.filter((one) => one.level === 'warn' && ['fail', 'invalid', 'undecided'].includes(one.outcome))
  return [...annotations('error', bad), ...annotations('warning', soft), `::notice title=${property(`Gate: ${outcome}`)}::${data(headline(report))}\n`].join('')
}

// --- internal ---

function annotations(kind: 'error' | 'warning', findings: readonly GateFinding[]): string[] {
  const shown = findings.length > MOST ? findings.slice(0, MOST - 1) : findings
  const more = findings.length - shown.length
  return [
    ...shown.map((one) => `::${kind} title=${property(`${one.outcome === 'invalid' ? 'not judged' : one.outcome}: ${titleOf(one)}`)}::${data(textOf(one))}\n`),
    ...(more === 0 ? [] : [`::${kind} title=${property('Gate')}::${data(`and ${more} more; see the job summary`)}\n`]),
  ]
}

function textOf({ limit, message, advice }: GateFinding): string {
  return `${message}; limit: ${limit}${advice === undefined ? '' : `\n${advice}`}`
}

function data(text: string): string {
  return clip(visible(text), LONGEST).replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
}
