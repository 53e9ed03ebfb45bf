/** Times, tables and paragraphs as people read them in a terminal. Numbers and units are formatted by reports/format.ts. */
import { displayWidth, fit, wrap } from '../../reports/text.ts'

/** `850 ms`, `12.3 s`, `4m 05s`, `2h 10m`. */
export function duration(ms: number): string {
  if (ms < 999.5) return `${Math.round(ms)} ms`
  const seconds = ms / 1000
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`
  const minutes = Math.floor(Math.round(seconds) / 60)
  if (minutes < 60) return `${minutes}m ${String(Math.round(seconds) % 60).padStart(2, '0')}s`
  return `${Math.floor(minutes / 60)}h ${String(minutes % 60).padStart(2, '0')}m`
}

/** `850 B`, `12 kB`, `3.4 MB`; powers of ten, as disks are sold. */
export function bytesText(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  let [value, unit] = [bytes, 0]
  while (value >= 999.5 && unit < units.length - 1) [value, unit] = [value / 1000, unit + 1]
  return `${unit > 0 && value < 9.95 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`
}

/**
 * Rows under a head, in columns two blanks apart. Cells that begin with a digit or `$` are aligned right.
 * Where the table is wider than `width`, the widest column is cut.
 */
export function textTable(head: readonly string[], rows: readonly (readonly string[])[], width: number): string {
  const all = [head, ...rows]
  const widths = head.map((_, column) => Math.max(...all.map((row) => displayWidth(row[column] ?? ''))))
  const gaps = 2 * (head.length - 1)
  for (let excess = sum(widths) + gaps - width; excess > 0; excess--) {
    const widest = widths.indexOf(Math.max(...widths))
    if ((widths[widest] ?? 0) <= 8) break
    widths[widest] = (widths[widest] ?? 0) - 1
  }
  const isNumber = head.map((_, column) => rows.length > 0 && rows.every((row) => /^(?:[$\d]|—$|$)/.test(row[column] ?? '')))
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => fit(cell, widths[column] ?? 0, isNumber[column] ? 'right' : 'left'))
      .join('  ')
      .trimEnd()
  return `${all.map(line).join('\n')}\n`
}

export type Row = readonly [label: string, text: string]

/** Labels on the left, text wrapped on the right; a label that is too long gets a line of its own. */
export function twoColumns(rows: readonly Row[], width: number): string[] {
  const longest = Math.max(...rows.map(([label]) => label.length))
  const column = Math.min(longest, Math.max(12, Math.floor(width * 0.35)))
  const indent = ' '.repeat(column + 4)
  return rows.flatMap(([label, text]) => {
    const lines = wrap(text, Math.max(20, width - indent.length)).map((line) => indent + line)
    if (label.length > column) return [`  ${label}`, ...lines]
    return [`  ${label.padEnd(column)}  ${(lines[0] ?? '').trimStart()}`.trimEnd(), ...lines.slice(1)]
  })
}

// --- internal ---

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
