/** The result of a gate as JUnit XML, which GitLab, Jenkins, Azure and others show: a test case for each finding. */
import type { GateFinding, GateReport } from '../../harness/types.ts'
import { visible } from '../text.ts'
import { placeOf } from './text.ts'

/** Findings that only warn are passed cases with their message as output; undecided ones are failures of the type `undecided`. */
export function gateJunit(report: GateReport): string {
  const { findings, run, outcome, statement } = report
  const count = (tag: Tag): number => findings.filter((one) => tagOf(one) === tag).length
  const counts = `tests="${findings.length}" failures="${count('failure')}" errors="${count('error')}"`
  const lines = [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="distillbench gate" ${counts} time="0">`,
    `  <testsuite name="${xml(`gate of run ${run}: ${outcome}`)}" ${counts} skipped="${count('skipped')}" time="0">`,
    ...findings.flatMap(caseLines),
    `    <system-out>${xml(statement)}</system-out>`,
    '  </testsuite>',
    '</testsuites>',
  ]
  return `${lines.join('\n')}\n`
}

// --- internal ---

type Tag = 'failure' | 'error' | 'skipped' | 'pass'

function tagOf({ outcome, level }: GateFinding): Tag {
  if (outcome === 'skipped') return 'skipped'
  if (outcome === 'pass' || level === 'warn') return 'pass'
  return outcome === 'invalid' ? 'error' : 'failure'
}

function caseLines(finding: GateFinding): string[] {
  const { rule, limit, outcome, level, message, advice } = finding
  const place = placeOf(finding)
  const open = `    <testcase classname="${xml(`gate.${rule}`)}" name="${xml(place === '' ? limit : `${place}: ${limit}`)}" time="0"`
  const tag = tagOf(finding)
  const told = advice === undefined ? message : `${message}\n${advice}`
  // The schema gives `skipped` no attributes; Jenkins shows the output, GitLab the text.
  if (tag === 'skipped') return [`${open}>`, `      <skipped>${xml(message)}</skipped>`, `      <system-out>${xml(told)}</system-out>`, '    </testcase>']
  if (tag === 'pass')
    return [
      `${open}>`,
      `      <system-out>${xml(level === 'warn' && outcome !== 'pass' ? `${outcome}, warns only: ${told}` : told)}</system-out>`,
      '    </testcase>',
    ]
  return [`${open}>`, `      <${tag} message="${xml(message)}" type="${outcome}">${xml(told)}</${tag}>`, '    </testcase>']
}

/** Characters that XML cannot hold are made visible. */
function xml(text: string): string {
  return visible(text)
    .replace(/[\ufffe\uffff]/g, '\ufffd')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll('\n', '&#10;')
}
