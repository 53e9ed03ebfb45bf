/** Prompt templates: `{{column}}` is replaced by that column of the row, once, without looking into what was put in. */
import { HarnessError, nearest } from '../errors.ts'

/** One row of a dataset, before it is a question. */
export type Row = Readonly<Record<string, unknown>>

/** Fills `template` from `row`. `where` names the row in the error for a column that it lacks. */
export function fillTemplate(template: string, row: Row, where: string): string {
  return template.replace(/\{\{([^{}]+)\}\}/g, (_, name: string) => columnText(row, name.trim(), where))
}

/** The column as text. Numbers and booleans are written as JSON writes them, lists and objects too. */
export function columnText(row: Row, name: string, where: string): string {
  const value = columnValue(row, name)
  if (typeof value === 'string') return value
  if (value === undefined || value === null) throw missingColumn(row, name, where)
  return JSON.stringify(value)
}

/** The column of that name; else what dots lead to inside of one: `answers.text.0`. */
export function columnValue(row: Row, name: string): unknown {
  if (Object.hasOwn(row, name)) return row[name]
  let value: unknown = row
  for (const key of name.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined
    value = (value as Record<string, unknown>)[key]
  }
  return value
}

export function missingColumn(row: Row, name: string, where: string): HarnessError {
  const columns = Object.keys(row).filter((key) => row[key] !== undefined && row[key] !== null)
  const guess = nearest(name, columns)
  const has = columns.length === 0 ? 'the row is empty' : `it has ${columns.join(', ')}`
  return new HarnessError('data', `${where} has no column "${name}"${guess === undefined ? '' : `; did you mean ${guess}?`}`, { hint: has })
}
