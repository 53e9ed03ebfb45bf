/** The summary that `run` and `report` print: a table as wide as the terminal, a list where it is too narrow for one. */
import type { Analysis, Decision } from '../harness/types.ts'
import { claimFigure } from './claims.ts'
import { comparisonTables, type Cell, type ComparisonTable } from './comparison.ts'
import { countSentence, groupFailures } from './counts.ts'
import { openingSentences, runNotes } from './opening.ts'
import { rooflineLines } from './roofline.ts'
import { clip, displayWidth, fit, oneLine, visible, wrap } from './text.ts'
import { verdictSentence, verdictTexts } from './verdict.ts'
import { viewOf, type Contestant, type View } from './view.ts'

/** Lines end without spaces, none is wider than `width` columns; `color` allows ANSI colours. The text ends with a newline. */
export function summaryTable(analysis: Analysis, { width, color }: { width: number; color: boolean }): string {
  const view = viewOf(analysis)
  const columns = Math.max(MIN_WIDTH, width)
  const paint = color ? ansi : plain
  const lines = [
    ...verdictLines(view, columns, paint),
    ...comparisonTables(view).flatMap((table) => [
      ...(view.workloads.length > 1 ? [paint('bold', fit(clean(table.workload), columns).trimEnd())] : []),
      ...tableLines(table, columns, paint),
      ...rooflineLines(view, table.workload)
        .slice(0, MOST_ROOFLINES)
        .flatMap((line) => wrap(clean(line), columns, '', '  '))
        .map((line) => paint('dim', line)),
      '',
    ]),
    ...(view.measured.length === 0 || view.workloads.length === 0 ? emptyLines(view, columns) : []),
    ...notes(analysis)
      .flatMap((note) => wrap(clean(note), columns))
      .map((line) => paint('yellow', line)),
  ]
  while (lines.at(-1) === '') lines.pop()
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`
}

// --- internal ---

/** The verdict first: its head in the colour of the decision, why, and below it what the student saves. */
function verdictLines(view: View, width: number, paint: Paint): string[] {
  const texts = verdictTexts(view)
  const lines = texts.slice(0, MOST_VERDICTS).flatMap((text) => {
    const [first = '', ...rest] = wrap(clean(verdictSentence(text)), width, '', '  ')
    const head = clean(`${text.head}:`)
    const painted = first.startsWith(head)
      ? `${paint(VERDICT_STYLE[text.decision], head)}${first.slice(head.length)}`
      : paint(VERDICT_STYLE[text.decision], first)
    return [painted, ...rest, ...text.details.flatMap((detail) => wrap(clean(detail), width, '  ', '    ')).map((line) => paint('dim', line))]
  })
  if (texts.length > MOST_VERDICTS)
    lines.push(...wrap(`${texts.length - MOST_VERDICTS} more verdicts are in the report.`, width).map((line) => paint('dim', line)))
  return lines.length === 0 ? [] : [...lines, '']
}

const MOST_ROOFLINES = 8
const MOST_VERDICTS = 4
const VERDICT_STYLE: Record<Decision, Style> = { replace: 'green', 'keep-teacher': 'red', undecided: 'yellow' }

type Paint = (style: Style, text: string) => string
type Style = 'bold' | 'dim' | 'green' | 'yellow' | 'red'

const MIN_WIDTH = 24
/** Stands under the head of a column of percentages, over the differences. */
const POINTS = 'difference in points'
const SGR: Record<Style, string> = { bold: '1', dim: '2', green: '32', yellow: '33', red: '31' }
const ansi: Paint = (style, text) => (text === '' ? '' : `\u001b[${SGR[style]}m${text}\u001b[0m`)
const plain: Paint = (_, text) => text

/** Model text on one line without control characters: it must not move the cursor. */
function clean(text: string): string {
  return visible(oneLine(clip(text, 400)))
}

interface Field {
  title: string
  unit: string
  values: readonly string[]
  versus: readonly { text: string; style: Style | undefined }[]
}

function tableLines(table: ComparisonTable, width: number, paint: Paint): string[] {
  const fields = table.columns.map(({ title, unit, cells }): Field => ({
    title,
    unit: shortUnit(unit),
    values: cells.map(valueText),
    versus: cells.map(versusText),
  }))
  const names = table.contestants.map(({ label }) => clean(label))
  const roles = table.contestants.map(({ role }) => `  ${role}`)
  const needed = fields.map(({ title, unit, values, versus }) =>
    Math.max(displayWidth(title), displayWidth(unit), ...values.map(displayWidth), ...versus.map(({ text }) => displayWidth(text))),
  )
  const nameWidth = Math.max(5, Math.min(Math.max(...[...names, ...roles].map(displayWidth)), 28))
  const kept = keep(needed, width - Math.min(nameWidth, 18))
  if (kept < Math.min(2, fields.length)) return listLines(table.contestants, fields, width, paint)
  const name = Math.min(nameWidth, width - needed.slice(0, kept).reduce((sum, one) => sum + one + GAP, 0))
  const row = (first: string, cells: readonly string[], style: (index: number) => Style | undefined): string =>
    [
      first,
      ...cells.map((cell, index) =>
        style(index) === undefined ? fit(cell, needed[index]!, 'right') : paint(style(index)!, fit(cell, needed[index]!, 'right')),
      ),
    ]
      .join('  ')
      .trimEnd()
  const shown = fields.slice(0, kept)
  const lines = [
    row(
      paint('bold', fit('Model', name)),
      shown.map(({ title }) => title),
      () => 'bold',
    ),
    row(
      fit('', name),
      shown.map(({ unit }) => unit),
      () => 'dim',
    ),
  ]
  table.contestants.forEach((contestant, index) => {
    lines.push(
      row(
        fit(names[index]!, name),
        shown.map(({ values }) => values[index]!),
        () => undefined,
      ),
    )
    const versus = shown.map((field) => field.versus[index]!)
    const second = row(
      paint('dim', fit(roles[index]!, name)),
      versus.map(({ text }) => text),
      (i) => versus[i]!.style ?? 'dim',
    )
    lines.push(second)
  })
  return kept < fields.length
    ? [
        ...lines,
        paint(
          'dim',
          fit(
            `Also in the report: ${fields
              .slice(kept)
              .map(({ title }) => title)
              .join(', ')}`,
            width,
          ).trimEnd(),
        ),
      ]
    : lines
}

const GAP = 2

/** How many columns fit, from the left. */
function keep(needed: readonly number[], room: number): number {
  let used = 0
  let kept = 0
  for (const one of needed) {
    used += one + GAP
    if (used > room) break
    kept++
  }
  return kept
}

/** For a narrow terminal: one block of lines per contestant. */
function listLines(contestants: readonly Contestant[], fields: readonly Field[], width: number, paint: Paint): string[] {
  return contestants.flatMap((contestant, index) => [
    paint('bold', fit(clean(`${contestant.label} (${contestant.role})`), width).trimEnd()),
    ...fields.flatMap(({ title, unit, values, versus }) =>
      wrap(
        `${title}: ${values[index]!}${unit === '' || unit === POINTS || values[index] === '–' ? '' : ` ${unit}`}${versus[index]!.text === '' ? '' : `, ${versus[index]!.text}`}`,
        width,
        '  ',
        '    ',
      ),
    ),
  ])
}

/** "USD per million answers" → "USD/1M answers": a head must not be wider than its column. */
function shortUnit(unit: string): string {
  return unit === '%' ? POINTS : unit.replace(' per ', '/').replace('million ', '1M ').replace('1,000 ', '1k ')
}

function valueText({ short, origin }: Cell): string {
  return origin === undefined || origin === 'measured' ? short : `${short} ${origin === 'estimated' ? '(est.)' : '(publ.)'}`
}

function versusText({ comparison }: Cell): { text: string; style: Style | undefined } {
  if (comparison === undefined) return { text: '', style: undefined }
  const points = comparison.text.endsWith(' points')
  if (!comparison.clear && !points) return { text: 'no clear diff.', style: undefined }
  const text = points
    ? `${comparison.text.slice(0, -7)}${comparison.range === '' ? ' points' : ` (${comparison.range})`}`
    : comparison.text.replace(' times ', '× ').replace(/ (?:energy|power)$/, '')
  return { text, style: comparison.tone === 'even' ? undefined : comparison.tone === 'better' ? 'green' : 'red' }
}

/** Where there is nothing to tabulate: the claims, or why there is nothing. */
function emptyLines(view: View, width: number): string[] {
  if (view.analysis.claims.length === 0) return openingSentences(view).flatMap((sentence) => wrap(clean(sentence), width))
  return view.analysis.claims.flatMap((claim) => [...wrap(clean(`${claim.title} (published)`), width), ...wrap(clean(claimFigure(view, claim)), width, '  ')])
}

function notes(analysis: Analysis): string[] {
  const { counts, failures, warnings } = analysis
  const uneventful = counts.every(({ planned, requests, failed, truncated }) => failed + truncated === 0 && requests >= planned)
  return [
    ...runNotes(analysis),
    ...(uneventful ? [] : [countSentence(counts)]),
    ...groupFailures(failures)
      .slice(0, 5)
      .map(({ cells, error }) => `Failed: ${cells[0]}${cells.length === 1 ? '' : ` and ${cells.length - 1} more`}: ${error.message}`),
    ...warnings.slice(0, 5).map(({ message }) => `Warning: ${message}`),
    ...(warnings.length > 5 ? [`${warnings.length - 5} more warnings are in the report.`] : []),
  ]
}
