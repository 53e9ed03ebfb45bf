/** Reports: an analysis in, one document out. Renderers read the analysis only; nothing here measures or computes statistics. */
import { HarnessError, nearest } from '../harness/errors.ts'
import type { Analysis } from '../harness/types.ts'
import { renderCard } from './card.ts'
import { renderCsv } from './csv.ts'
import { renderJson } from './json.ts'
import { renderMarkdown } from './markdown.ts'
import { messagesOf } from './messages/index.ts'

export { renderSamplesCsv, streamSamplesCsv } from './csv.ts'
export { LANGUAGES, type Language } from './messages/index.ts'
export { fidelityLines } from './fidelity.ts'
export { testLines } from './verdict.ts'
export { viewOf } from './view.ts'
export { summaryTable } from './terminal.ts'

export const FORMATS = ['html', 'md', 'csv', 'json', 'card'] as const
export type Format = (typeof FORMATS)[number]

/**
 * One self-contained document; the same analysis gives the same bytes. `language` is one of LANGUAGES and concerns html, md and card; csv and json are
 * data. `interactive` is for html: charts can be zoomed. Throws `usage` for a format or a language that there is not.
 */
export async function renderReport(analysis: Analysis, format: string, language: string = 'en', options: { interactive?: boolean } = {}): Promise<string> {
  const words = messagesOf(language)
  switch (format) {
    case 'html': {
      const { renderHtml } = await import('./html/index.ts') // vega is heavy; the other formats do without
      return renderHtml(analysis, words, options)
    }
    case 'md':
      return renderMarkdown(analysis, words)
    case 'csv':
      return renderCsv(analysis)
    case 'json':
      return renderJson(analysis)
    case 'card':
      return renderCard(analysis, words)
    default: {
      const close = nearest(format, FORMATS)
      throw new HarnessError(
        'usage',
        `"${format}" is not a report format; there are ${FORMATS.join(', ')}.`,
        close === undefined ? {} : { hint: `Did you mean ${close}?` },
      )
    }
  }
}
