/** Markdown for a pull request comment: the summary, the comparison, what failed. No images, no HTML from outside. */
import type { Analysis } from '../harness/types.ts'
import { claimFigure } from './claims.ts'
import { comparisonTables, type Cell } from './comparison.ts'
import { countSentence, groupFailures } from './counts.ts'
import { fidelityTable } from './fidelity.ts'
import { formatInterval, formatPublished, formatValue, originMark } from './format.ts'
import { nameOfModel, titleOfFigure } from './charts/published.ts'
import { gradingLines, judgedSentence, judgedTable } from './judged.ts'
import { lifecycleTable } from './lifecycle.ts'
import { clientFindings, clientTrust, stageTable } from './load.ts'
import { openingSentences, runNotes, titleOf } from './opening.ts'
import { rooflineTable } from './roofline.ts'
import { clip, oneLine, visible } from './text.ts'
import { taskTable, verdictTexts } from './verdict.ts'
import { valueOf, viewOf, type View } from './view.ts'
import { whyMissing } from './words.ts'

export function renderMarkdown(analysis: Analysis): string {
  const view = viewOf(analysis)
  const blocks = [
    `## ${escapeMarkdown(titleOf(analysis))}`,
    ...verdictBlocks(view),
    openingSentences(view)
      .map((sentence) => `- ${escapeMarkdown(sentence)}`)
      .join('\n'),
    ...runNotes(analysis).map((note) => `> ${escapeMarkdown(note)}`),
    ...comparisonTables(view).map((table) =>
      [
        ...(view.workloads.length > 1 ? [`### ${escapeMarkdown(table.workload)}\n`] : []),
        tableOf(
          ['Model', ...table.columns.map(({ id, title, note }) => (id === 'parameters' ? title : note))],
          table.contestants.map((contestant, index) => [
            `${contestant.label} (${contestant.role})`,
            ...table.columns.map(({ cells }) => cellText(cells[index]!)),
          ]),
        ),
      ].join('\n'),
    ),
    lifecycleBlock(view),
    gapBlock(view),
    fidelityBlock(view),
    judgedBlock(view),
    loadBlock(view),
    rooflineBlock(view),
    claimsBlock(view),
    warningsBlock(analysis),
    failuresBlock(analysis),
    commandBlock(analysis),
  ]
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`
}

/**
 * Plain text inside Markdown, also inside a table cell: nothing in it becomes markup, HTML, a link, a mention or a
 * new line.
 */
export function escapeMarkdown(text: string): string {
  return visible(oneLine(clip(text)))
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/[\\`*_{}[\]()#+!|~$^-]/g, (character) => (AT_WORD_EDGE.has(character) ? character : `\\${character}`))
    .replace(/@/g, '@\u200b')
    .replace(/:\/\//g, ':\u200b//')
    .replace(/\bwww\./gi, (match) => `${match.slice(0, 3)}\u200b.`)
    .replace(/^(\d+)\.(?=\s|$)/, '$1\\.')
}

// --- internal ---

function loadBlock(view: View): string {
  const { columns, rows } = stageTable(view)
  if (rows.length === 0) return ''
  const findings = clientFindings(view).map((finding) => `- The client was the limit. ${escapeMarkdown(finding)}`)
  return [
    `### Under load\n\n${tableOf(columns, rows)}`,
    ...clientTrust(view).map(escapeMarkdown),
    ...(findings.length === 0 ? [] : [findings.join('\n')]),
  ].join('\n\n')
}

/** The verdicts first, each with its saving below; then the tests in a table, where there are several. */
function verdictBlocks(view: View): string[] {
  const texts = verdictTexts(view)
  const lines = texts
    .slice(0, MOST_LINES)
    .flatMap(({ head, sentence, details }) => [
      `- **${escapeMarkdown(head)}:** ${escapeMarkdown(`${sentence}.`)}`,
      ...details.map((detail) => `  - ${escapeMarkdown(detail)}`),
    ])
  const cautions = [...new Set(view.analysis.verdicts.flatMap((verdict) => verdict.cautions))]
  const tables = view.analysis.verdicts
    .filter(({ tasks, ungraded }) => tasks.length > 1 && ungraded !== true)
    .slice(0, MOST_LINES)
    .map((verdict) => {
      const { columns, rows } = taskTable(verdict)
      return `${escapeMarkdown(`${view.labelOf(verdict.run, verdict.student)}, by task`)}:\n\n${tableOf(columns, rows)}`
    })
  if (lines.length === 0) return []
  return [`${lines.join('\n')}${more(texts.length)}`, ...tables, ...cautions.map((caution) => `> ${escapeMarkdown(caution)}`)]
}

/** Harmless in the middle of a line, and every number has them: escaping them would only make the source unreadable. */
const AT_WORD_EDGE = new Set(['-', '+', '(', ')'])

function cellText({ text, interval, origin, comparison, why, cautions = [] }: Cell): string {
  const mark = origin === undefined ? '' : originMark(origin)
  const parts = [
    `${text}${mark === '' ? '' : ` (${mark})`}`,
    ...(interval === undefined ? [] : [`[${interval}]`]),
    ...(comparison === undefined ? [] : [comparison.range === '' ? comparison.text : `${comparison.text} (${comparison.range})`]),
    ...(why === undefined ? [] : [why]),
    ...cautions.map((caution) => `caution: ${caution}`),
  ]
  return parts.join('; ')
}

function tableOf(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(escapeMarkdown).join(' | ')} |`
  return [line(columns), `| ${columns.map(() => '---').join(' | ')} |`, ...rows.map(line)].join('\n')
}

function gapBlock(view: View): string {
  return view.analysis.gap
    .map(({ run, student, control, workload, recovered }) => {
      const estimate = valueOf(recovered)
      const share =
        estimate === undefined
          ? `unknown: ${whyMissing(recovered)}`
          : `${formatValue(estimate.value, 'ratio')} (${formatInterval({ ...estimate, unit: 'ratio' })})`
      return `- ${escapeMarkdown(`Gap recovered by ${view.labelOf(run, student)} over ${view.labelOf(run, control)} (${workload}): ${share}`)}`
    })
    .join('\n')
}

function fidelityBlock(view: View): string {
  const table = fidelityTable(view)
  return table === undefined ? '' : `### Fidelity to the teacher\n\n${tableOf(table.columns, table.rows)}`
}

function judgedBlock(view: View): string {
  const table = judgedTable(view)
  if (table === undefined) return gradingLines(view).map(escapeMarkdown).join('\n\n')
  const lines = gradingLines(view).map((line) => `\n\n${escapeMarkdown(line)}`)
  return `### As a judge sees it\n\n${escapeMarkdown(judgedSentence(view))}\n\n${tableOf(table.columns, table.rows)}${lines.join('')}`
}

function lifecycleBlock(view: View): string {
  const { columns, rows } = lifecycleTable(view)
  return rows.length === 0 ? '' : `### Distillation and its return\n\n${tableOf(columns, rows)}`
}

function rooflineBlock(view: View): string {
  const { columns, rows } = rooflineTable(view)
  return rows.length === 0 ? '' : `### What limits the speed\n\n${tableOf(columns, rows)}`
}

function claimsBlock(view: View): string {
  const { claims } = view.analysis
  if (claims.length === 0) return ''
  const rows = claims.map((claim) => [
    claim.title,
    claimFigure(claim),
    claim.explanation,
    [claim.numerator, claim.denominator].map(({ source, date }) => `${source}, ${date}`).join('; '),
  ])
  const conflicts = view.analysis.conflicts.map(
    ({ model, workload, metric, facts }) =>
      `- ${escapeMarkdown(`${nameOfModel(view, model)}, ${titleOfFigure(view, workload, metric)}: ${facts.map((fact) => `${formatPublished(fact.value, fact.unit)} (${fact.source}, ${fact.date})`).join(' or ')}`)}`,
  )
  const table = `### Published figures, quoted and not measured here\n\n${tableOf(['Claim', 'Figures', 'Explanation', 'Sources'], rows)}`
  return conflicts.length === 0 ? table : `${table}\n\nSources that do not agree:\n\n${conflicts.join('\n')}`
}

function warningsBlock(analysis: Analysis): string {
  const shown = analysis.warnings.slice(0, MOST_LINES).map(({ message }) => `- ${escapeMarkdown(message)}`)
  return shown.length === 0 ? '' : `### Warnings\n\n${shown.join('\n')}${more(analysis.warnings.length)}`
}

function failuresBlock({ counts, failures }: Analysis): string {
  const groups = groupFailures(failures)
  const cells = groups
    .slice(0, MOST_LINES)
    .map(({ cells: failed, error }) => `- ${escapeMarkdown(`${failed[0]}${failed.length === 1 ? '' : ` and ${failed.length - 1} more`}: ${error.message}`)}`)
  return [counts.length === 0 ? '' : countSentence(counts), cells.length === 0 ? '' : `${cells.join('\n')}${more(groups.length)}`]
    .filter((part) => part !== '')
    .join('\n\n')
}

function commandBlock(analysis: Analysis): string {
  const commands = [...new Set(analysis.runs.map(({ command }) => visible(oneLine(clip(command)))))]
  return commands.map((command) => `    ${command}`).join('\n')
}

const MOST_LINES = 20

function more(count: number): string {
  return count > MOST_LINES ? `\n- ${count - MOST_LINES} more are in the HTML report` : ''
}
