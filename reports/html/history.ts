/** Trends as one page, or as one picture. No script: there is nothing to click that HTML cannot do. */
import { createHash } from 'node:crypto'
import type { HistorySeries } from '../../harness/history/index.ts'
import { historyCharts } from '../charts/history.ts'
import { html, trusted } from './markup.ts'
import { figures } from './parts.ts'
import { STYLE } from './style.ts'

export { historyCharts }
export { chartSvg } from '../pictures.ts'

/** One self-contained file; the same series give the same bytes. */
export async function historyHtml(series: readonly HistorySeries[], metric: string): Promise<string> {
  const charts = historyCharts(series, metric)
  const policy = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE, 'utf8').digest('base64')}'; img-src data:; base-uri 'none'; form-action 'none'`
  const runs = new Set(series.flatMap(({ points }) => points.map(({ run }) => run))).size
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${trusted(policy)}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="referrer" content="no-referrer" />
        <title>History of ${metric}</title>
        <link rel="icon" href="data:," />
        ${trusted(`<style>${STYLE}</style>`)}
      </head>
      <body>
        <header>
          <h1>History of ${metric}</h1>
          <p class="about">${runs} ${runs === 1 ? 'run' : 'runs'}, ${series.length} series of a model on a workload and load.</p>
        </header>
        <main>
          <section aria-labelledby="trends">
            <h2 id="trends">Trends</h2>
            ${await figures(charts)}
          </section>
        </main>
        <footer>Made by distillbench. This page is one file and loads nothing from the network.</footer>
      </body>
    </html> `.source
}
