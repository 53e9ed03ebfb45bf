/** Trends as one page, or as one picture. No script: there is nothing to click that HTML cannot do. */
import type { HistorySeries } from '../../harness/history/index.ts'
import { historyCharts } from '../charts/history.ts'
import { EN } from '../messages/en/index.ts'
import { messagesOf, type Messages } from '../messages/index.ts'
import { plainDocument } from './document.ts'
import { html } from './markup.ts'
import { figures } from './parts.ts'

export { historyCharts, messagesOf }
export { chartSvg } from '../pictures.ts'

/** One self-contained file; the same series give the same bytes. */
export async function historyHtml(series: readonly HistorySeries[], metric: string, words: Messages = EN): Promise<string> {
  const { history: texts } = words.charts
  const charts = historyCharts(series, metric, words)
  const runs = new Set(series.flatMap(({ points }) => points.map(({ run }) => run))).size
  return plainDocument({
    lang: words.basics.lang,
    title: texts.page(metric),
    forms: 'none',
    head: html`<h1>${texts.page(metric)}</h1>
      <p class="about">${texts.about(runs, series.length)}</p>`,
    body: html`<section aria-labelledby="trends">
      <h2 id="trends">${texts.trends}</h2>
      ${await figures({ words }, charts)}
    </section>`,
    foot: html`<footer>${words.sections.page.footer('')}</footer>`,
  })
}
