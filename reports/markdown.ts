/** Markdown for a pull request comment: the summary, the comparison, what failed. No images, no HTML from outside. */
import type { Analysis } from '../harness/types.ts'
import { claimFigure } from './claims.ts'
import { comparisonTables, type Cell } from './comparison.ts'
import { countSentence, groupFailures } from './counts.ts'
import { fidelityTable } from './fidelity.ts'
import { formatInterval, formatPublished, formatValue } from './format.ts'
import { nameOfModel, titleOfFigure } from './charts/published.ts'
import { gradingLines, judgedSentence, judgedTable } from './judged.ts'
import { lifecycleTable } from './lifecycle.ts'
import { clientFindings, clientTrust, stageTable } from './load.ts'
import { EN } from './messages/en/index.ts'
import type { Messages } from './messages/index.ts'
import { openingSentences, runNotes, titleOf } from './opening.ts'
import { rooflineTable } from './roofline.ts'
import { clip, oneLine, visible } from './text.ts'
import { taskTable, verdictTexts } from './verdict.ts'
import { valueOf, viewOf, type View } from './view.ts'
import { whyMissing } from './words.ts'

export function renderMarkdown(given: Analysis, words: Messages = EN): string {
  const view = viewOf(given, words)
  const { analysis } = view
  const blocks = [
    `## ${escapeMarkdown(titleOf(analysis, words))}`,
    ...verdictBlocks(view),
    openingSentences(view)
      .map((sentence) => `- ${escapeMarkdown(sentence)}`)
      .join('\n'),
    ...runNotes(analysis, words).map((note) => `> ${escapeMarkdown(note)}`),
    ...comparisonTables(view).map((table) =>
      [
        ...(view.workloads.length > 1 ? [`### ${escapeMarkdown(table.workload)}\n`] : []),
        tableOf(
          [words.tables.model, ...table.columns.map(({ id, title, note }) => (id === 'parameters' ? title : note))],
          table.contestants.map((contestant, index) => [
            `${contestant.label} (${words.basics.roles[contestant.role]})`,
            ...table.columns.map(({ cells }) => cellText(words, cells[index]!)),
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
    warningsBlock(view),
    failuresBlock(view),
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
  const { load: words } = view.words.tables
  const { columns, rows } = stageTable(view)
  if (rows.length === 0) return ''
  const findings = clientFindings(view).map((finding) => `- ${escapeMarkdown(words.limit(finding))}`)
  return [
    `### ${words.title}\n\n${tableOf(columns, rows)}`,
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
      const { columns, rows } = taskTable(view, verdict)
      return `${escapeMarkdown(view.words.tables.markdown.byTask(view.labelOf(verdict.run, verdict.student)))}:\n\n${tableOf(columns, rows)}`
    })
  if (lines.length === 0) return []
  return [`${lines.join('\n')}${more(view, texts.length)}`, ...tables, ...cautions.map((caution) => `> ${escapeMarkdown(caution)}`)]
}

/** Harmless in the middle of a line, and every number has them: escaping them would only make the source unreadable. */
const AT_WORD_EDGE = new Set(['-', '+', '(', ')'])

function cellText({ basics, tables }: Messages, { text, interval, origin, comparison, why, cautions = [] }: Cell): string {
  const mark = origin === undefined ? '' : basics.origins[origin]
  const parts = [
    `${text}${mark === '' ? '' : ` (${mark})`}`,
    ...(interval === undefined ? [] : [`[${interval}]`]),
    ...(comparison === undefined ? [] : [comparison.range === '' ? comparison.text : `${comparison.text} (${comparison.range})`]),
    ...(why === undefined ? [] : [why]),
    ...cautions.map((caution) => tables.markdown.caution(caution)),
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
          ? view.words.basics.unknownWhy(whyMissing(recovered))
          : `${formatValue(estimate.value, 'ratio')} (${formatInterval({ ...estimate, unit: 'ratio' }, view.words.basics.units)})`
      return `- ${escapeMarkdown(view.words.tables.markdown.gap(view.labelOf(run, student), view.labelOf(run, control), workload, share))}`
    })
    .join('\n')
}

function fidelityBlock(view: View): string {
  const table = fidelityTable(view)
  return table === undefined ? '' : `### ${view.words.tables.fidelity.title}\n\n${tableOf(table.columns, table.rows)}`
}

function judgedBlock(view: View): string {
  const table = judgedTable(view)
  if (table === undefined) return gradingLines(view).map(escapeMarkdown).join('\n\n')
  const lines = gradingLines(view).map((line) => `\n\n${escapeMarkdown(line)}`)
  return `### ${view.words.tables.judged.title}\n\n${escapeMarkdown(judgedSentence(view))}\n\n${tableOf(table.columns, table.rows)}${lines.join('')}`
}

function lifecycleBlock(view: View): string {
  const { columns, rows } = lifecycleTable(view)
  return rows.length === 0 ? '' : `### ${view.words.tables.lifecycle.title}\n\n${tableOf(columns, rows)}`
}

function rooflineBlock(view: View): string {
  const { columns, rows } = rooflineTable(view)
  return rows.length === 0 ? '' : `### ${view.words.tables.roofline.title}\n\n${tableOf(columns, rows)}`
}

function claimsBlock(view: View): string {
  const { claims } = view.analysis
  const { basics, tables } = view.words
  if (claims.length === 0) return ''
  const rows = claims.map((claim) => [
    claim.title,
    claimFigure(view, claim),
    claim.explanation,
    [claim.numerator, claim.denominator].map(({ source, date }) => `${source}, ${date}`).join('; '),
  ])
  const conflicts = view.analysis.conflicts.map(
    ({ model, workload, metric, facts }) =>
      `- ${escapeMarkdown(`${nameOfModel(view, model)}, ${titleOfFigure(view, workload, metric)}: ${facts.map((fact) => `${formatPublished(fact.value, fact.unit, 0, basics.units)} (${fact.source}, ${fact.date})`).join(basics.or)}`)}`,
  )
  const table = `### ${tables.markdown.claims}\n\n${tableOf(tables.markdown.claimColumns, rows)}`
  return conflicts.length === 0 ? table : `${table}\n\n${tables.markdown.conflicts}\n\n${conflicts.join('\n')}`
}

function warningsBlock(view: View): string {
  const { analysis, words } = view
  const shown = analysis.warnings.slice(0, MOST_LINES).map(({ message }) => `- ${escapeMarkdown(message)}`)
  return shown.length === 0 ? '' : `### ${words.tables.markdown.warnings}\n\n${shown.join('\n')}${more(view, analysis.warnings.length)}`
}

function failuresBlock(view: View): string {
  const { counts, failures } = view.analysis
  const groups = groupFailures(failures)
  const cells = groups
    .slice(0, MOST_LINES)
    .map(({ cells: failed, error }) => `- ${escapeMarkdown(`${view.words.tables.markdown.andMore(failed[0]!, failed.length - 1)}: ${error.message}`)}`)
  return [counts.length === 0 ? '' : countSentence(counts, view.words), cells.length === 0 ? '' : `${cells.join('\n')}${more(view, groups.length)}`]
    .filter((part) => part !== '')
    .join('\n\n')
}

function commandBlock(analysis: Analysis): string {
  const commands = [...new Set(analysis.runs.map(({ command }) => visible(oneLine(clip(command)))))]
  return commands.map((command) => `    ${command}`).join('\n')
}

const MOST_LINES = 20

function more({ words }: View, count: number): string {
  return count > MOST_LINES ? `\n- ${words.tables.markdown.more(count - MOST_LINES)}` : ''
}
