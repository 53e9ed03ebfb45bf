/** A judge's comparison of answers with those of the teacher. */
import { judgedSentence, judgedTable } from '../../judged.ts'
import type { View } from '../../view.ts'
import { html } from '../markup.ts'
import { textTable, type Section } from '../parts.ts'

export function judgedSection(view: View): Section | undefined {
  const table = judgedTable(view)
  if (table === undefined) return undefined
  return {
    id: 'judged',
    title: view.words.tables.judged.title,
    body: html`<p>${judgedSentence(view)}</p>
      ${textTable(table, view.words.tables.judged.caption)}`,
  }
}
