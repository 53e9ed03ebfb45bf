/** The result of a gate as Markdown: the body of a comment on a pull request, or a job summary. */
import type { GateFinding, GateReport } from '../../harness/types.ts'
import { escapeMarkdown } from '../markdown.ts'
import { oneLine } from '../text.ts'
import { headline, placeOf, summarised } from './text.ts'

/** GitHub refuses comments above 65,536 characters. */
const LONGEST = 60_000
/** By which a bot finds its earlier comment. */
const MARK = '<!-- distillbench gate -->'

export function gateMarkdown(report: GateReport): string {
  const { findings, outcome, differences, statement } = report
  const open = findings.filter((one) => ['fail', 'invalid', 'undecided'].includes(one.outcome))
  const passed = findings.filter((one) => one.outcome === 'pass')
  const skipped = findings.filter((one) => one.outcome === 'skipped')
  const head = [MARK, `## ${ICONS[outcome]} Gate: ${outcome}`, '', escapeMarkdown(headline(report)), '']
  const tail = [
    ...(skipped.length === 0 ? [] : ['', `Left out: ${escapeMarkdown(summarised(skipped).join('; '))}`]),
    ...(differences.length === 0 ? [] : ['', `Differs from the baseline: ${escapeMarkdown(differences.join('; '))}`]),
    '',
    `<sub>${escapeMarkdown(statement)}</sub>`,
    '',
  ]
  const body = [...tableOf(open), ...details(passed)]
  const room = LONGEST - [...head, ...tail].join('\n').length
  return [...head, ...fitting(body, room), ...tail].join('\n')
}

// --- internal ---

const ICONS = { pass: '✅', fail: '❌', undecided: '❔', invalid: '❌', skipped: '➖' } as const

function tableOf(findings: readonly GateFinding[]): string[] {
  if (findings.length === 0) return []
  return ['| | Rule | Where | Limit | Found |', '| --- | --- | --- | --- | --- |', ...findings.map(row)]
}

function row(finding: GateFinding): string {
  const { outcome, level, rule, limit, message, advice } = finding
  const found = advice === undefined ? message : `${message} → ${advice}`
  const mark = `${ICONS[outcome]} ${outcome === 'invalid' ? 'not judged' : outcome}${level === 'warn' ? ' (warns)' : ''}`
  return `| ${[mark, rule, placeOf(finding), limit, found].map((cell) => escapeMarkdown(oneLine(cell))).join(' | ')} |`
}

function details(passed: readonly GateFinding[]): string[] {
  if (passed.length === 0) return []
  return ['', '<details>', `<summary>${passed.length} passed</summary>`, '', ...tableOf(passed), '', '</details>']
}

/** Whole lines; what does not fit is said. */
function fitting(lines: readonly string[], room: number): string[] {
  let used = 0
  const kept = lines.filter((line) => (used += line.length + 1) <= room)
  const left = lines.length - kept.length
  return left === 0 ? kept : [...kept, '', `${left} lines more are in the JSON form of this result.`]
}
