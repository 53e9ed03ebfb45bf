/** The result of a gate for a terminal: the outcome, then what failed, what is undecided, and a line of what passed. */
import { inspect } from 'node:util'
import type { GateFinding, GateReport } from '../../harness/types.ts'
import { visible } from '../text.ts'

/** How the text may look; `width` is in columns. */
export interface GateLook {
  color: boolean
}

export function gateText(report: GateReport, look: GateLook): string {
  const { findings, outcome } = report
  const lines = [`${paint(look, TONES[outcome], `Gate: ${outcome}`)}  ${visible(headline(report))}`]
  for (const group of ['fail', 'invalid', 'undecided'] as const)
    for (const one of byRule(findings.filter(({ outcome: own }) => own === group))) lines.push('', ...groupLines(one, look))
  const passed = byRule(findings.filter((one) => one.outcome === 'pass'))
  if (passed.length > 0) lines.push('', ...passed.map((group) => `  ${paint(look, 'green', 'pass')}  ${visible(passLine(group))}`))
  const skipped = findings.filter((one) => one.outcome === 'skipped')
  if (skipped.length > 0) lines.push('', ...summarised(skipped).map((text) => paint(look, 'dim', `  left out  ${visible(text)}`)))
  if (report.differences.length > 0) lines.push('', `  Differs from the baseline: ${visible(report.differences.join('; '))}`)
  lines.push('', `  ${report.statement}`)
  return `${lines.join('\n')}\n`
}

/** "small on sums: accuracy" */
export function titleOf(finding: GateFinding): string {
  const where = placeOf(finding)
  return where === '' ? finding.rule : `${finding.rule} (${where})`
}

export function headline({ run, baseline, ran, findings, policy }: GateReport): string {
  const count = (outcome: GateFinding['outcome']): number => findings.filter((one) => one.outcome === outcome).length
  const parts = (['fail', 'invalid', 'undecided', 'pass', 'skipped'] as const).flatMap((outcome) =>
    count(outcome) === 0 ? [] : [`${count(outcome)} ${WORDS[outcome]}`],
  )
  const against =
    baseline === undefined
      ? ''
      : ` against ${baseline.name}${baseline.name === baseline.run ? '' : ` (run ${baseline.run})`}${ran === 'together' ? ', side by side' : ''}`
  return `run ${run}${against}: ${parts.join(', ')} (${policy.source})`
}

/** Left-out findings of one rule and reason stand on one line. */
export function summarised(findings: readonly GateFinding[]): string[] {
  const groups = new Map<string, number>()
  for (const { rule, message } of findings) groups.set(`${rule}: ${message}`, (groups.get(`${rule}: ${message}`) ?? 0) + 1)
  return [...groups].map(([text, count]) => (count === 1 ? text : `${text} (${count} times)`))
}

export function placeOf({ model, workload, load, slice }: GateFinding): string {
  return [model, workload, load, slice].filter((part) => part !== '').join(', ')
}

export type Group = readonly [GateFinding, ...GateFinding[]]

/** Findings of one rule and level stand together. */
export function byRule(findings: readonly GateFinding[]): Group[] {
  const groups = new Map<string, [GateFinding, ...GateFinding[]]>()
  for (const finding of findings) {
    const key = `${finding.rule}\n${finding.level}`
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [finding])
    else group.push(finding)
  }
  return [...groups.values()]
}

// --- internal ---

const TONES = { pass: 'green', fail: 'red', undecided: 'yellow', invalid: 'red', skipped: 'dim' } as const
const WORDS = { pass: 'passed', fail: 'failed', undecided: 'undecided', invalid: 'not judged', skipped: 'left out' } as const

function groupLines(group: Group, look: GateLook): string[] {
  const [first] = group
  const mark = paint(look, TONES[first.outcome], first.outcome === 'invalid' ? 'not judged' : first.outcome)
  const advice = [...new Set(group.flatMap((one) => one.advice ?? []))]
  return [
    `  ${mark}${first.level === 'warn' ? ' (warns only)' : ''}  ${visible(first.rule)}: ${visible(first.limit)}`,
    ...group.map((one) => `      ${visible(placeOf(one) === '' ? one.message : `${placeOf(one)}: ${one.message}`)}`),
    ...advice.map((text) => `      → ${visible(text)}`),
  ]
}

/** Of several findings that passed, the one that came nearest to its limit speaks. */
function passLine(group: Group): string {
  const nearest = group.reduce((worst, one) => ((one.p?.pass ?? 0) > (worst.p?.pass ?? 0) ? one : worst))
  if (group.length === 1) return `${titleOf(nearest)}: ${nearest.message}`
  return `${nearest.rule}: ${group.length} of them; nearest to the limit: ${placeOf(nearest)}: ${nearest.message}`
}

function paint(look: GateLook, tone: 'green' | 'red' | 'yellow' | 'dim', text: string): string {
  const [open, close] = inspect.colors[tone] ?? [0, 0]
  return look.color ? `\u001b[${open}m${text}\u001b[${close}m` : text
}
