/** English: the language that the others are measured by. Whatever is missing in one of them does not compile. */
import type { Analysis } from '../../../harness/types.ts'
import { BASICS } from './basics.ts'
import { CHARTS } from './charts.ts'
import { SECTIONS } from './sections.ts'
import { TABLES } from './tables.ts'
import { VERDICT } from './verdict.ts'

export const EN = {
  basics: BASICS,
  verdict: VERDICT,
  tables: TABLES,
  charts: CHARTS,
  sections: SECTIONS,
  /** The same analysis with the sentences that it holds (reasons, warnings, methods, definitions) in this language. */
  sentences: (analysis: Analysis): Analysis => analysis,
}
