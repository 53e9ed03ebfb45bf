/** The figures of a gate for services that track them: Bencher's metric format, and the action github-action-benchmark. */
import type { GateFinding, GateReport } from '../../harness/types.ts'
import { METRICS } from '../../harness/analysis/index.ts'
import { placeOf } from './text.ts'

/** Bencher Metric Format: benchmark → measure → value with its bounds. */
export function gateBmf({ findings }: GateReport): string {
  const benchmarks: Record<string, Record<string, { value: number; lower_value: number; upper_value: number }>> = {}
  for (const { finding, value, low, high } of figures(findings))
    (benchmarks[placeOf(finding)] ??= {})[finding.metric] = { value, lower_value: low, upper_value: high }
  return `${JSON.stringify(benchmarks, null, 2)}\n`
}

/** `customSmallerIsBetter` or `customBiggerIsBetter` of github-action-benchmark: the metrics of that direction. */
export function gateBenchmarkAction({ findings }: GateReport, better: 'lower' | 'higher'): string {
  const entries = figures(findings)
    .filter(({ finding }) => METRICS.find(({ id }) => id === finding.metric)?.better === better)
    .map(({ finding, value, low, high, unit }) => ({
      name: `${finding.metric}: ${placeOf(finding)}`,
      unit,
      value,
      ...(low === high ? {} : { range: `${short(low)} to ${short(high)}` }),
      extra: `${finding.rule}: ${finding.outcome}`,
    }))
  return `${JSON.stringify(entries, null, 2)}\n`
}

// --- internal ---

interface Figure {
  finding: GateFinding
  value: number
  low: number
  high: number
  unit: string
}

/** Each figure once, though several rules may be about it. */
function figures(findings: readonly GateFinding[]): Figure[] {
  const seen = new Map<string, Figure>()
  for (const finding of findings) {
    if (finding.candidate.state !== 'ok') continue
    const { value, low, high, unit } = finding.candidate.value
    seen.set(`${finding.metric}: ${placeOf(finding)}`, { finding, value, low, high, unit })
  }
  return [...seen.values()]
}

function short(value: number): string {
  return String(Number(value.toPrecision(4)))
}
