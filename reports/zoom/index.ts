/** What makes a page interactive: the runtime with its hash, the dataflows of its charts, and the styles of both. */
import { existsSync, readFileSync } from 'node:fs'
import { deflateRawSync } from 'node:zlib'
import { HarnessError } from '../../harness/errors.ts'
import { PACKAGE_ROOT } from '../../harness/package.ts'
import type { MaybeChart } from '../charts/chart.ts'
import { html, trusted, type Html } from '../html/markup.ts'
import { EN } from '../messages/en/index.ts'
import type { Messages } from '../messages/index.ts'
import { flowOf } from './flow.ts'

export interface Interactive {
  style: string
  script: string
  data: Html
}

/** Undefined where no chart can be zoomed. Throws `usage` where the runtime was not built. */
export async function interactiveOf(charts: readonly MaybeChart[], words: Messages = EN): Promise<Interactive | undefined> {
  const flows: Record<string, unknown> = {}
  for (const one of charts) {
    const flow = one.state === 'drawn' ? await flowOf(one.chart.spec) : undefined
    if (flow !== undefined && one.state === 'drawn') flows[one.chart.id] = flow
  }
  const ids = Object.keys(flows)
  if (ids.length === 0) return undefined
  const packed = deflateRawSync(JSON.stringify(flows), { level: 9 }).toString('base64')
  const data = html`<script type="application/base64" id="charts" data-ids="${ids.join(' ')}" data-words="${JSON.stringify(words.charts.zoom)}">
    ${trusted(packed)}
  </script>`
  return { style: STYLE, script: runtime(), data }
}

// --- internal ---

/** Bundled by scripts/build.mjs. */
function runtime(): string {
  const file = `${PACKAGE_ROOT}/dist/zoom.js`
  if (!existsSync(file)) throw new HarnessError('usage', `The script of interactive reports is missing at ${file}: run npm run build first.`)
  return readFileSync(file, 'utf8').replaceAll('</script', '<\\/script').replaceAll('<!--', '<\\!--')
}

/** Room for the buttons is kept from the start, so that nothing moves; without script and on paper there is neither. */
const STYLE = `
.chart:not(:has(.tools))::after,.tools{content:"";display:block;min-height:2.25rem}
.tools{display:flex;flex-wrap:wrap;align-items:center;gap:.25rem;position:sticky;left:0;font-size:.8125rem}
.tools button{font:inherit;color:var(--link);background:var(--pane);border:1px solid var(--line);border-radius:6px;padding:.2rem .55rem;cursor:pointer}
.tools output{color:var(--soft)}
.live{touch-action:none;cursor:grab;user-select:none}.live:active{cursor:grabbing}
.live:focus-visible{outline:2px solid var(--link);outline-offset:2px;border-radius:3px}
.live text{font-family:inherit}
.tip{position:fixed;z-index:9;pointer-events:none;white-space:pre-line;overflow-wrap:anywhere;max-width:min(22rem,90vw);background:var(--bg);color:var(--fg);border:1px solid var(--line);border-radius:6px;padding:.35rem .6rem;font-size:.8125rem;box-shadow:0 2px 8px rgba(0,0,0,.25)}
.tip[hidden]{display:none}
@media screen{.chart.open>svg{display:none}}
@media print{.live,.tools,.tip{display:none}}
@media print,(scripting:none){.chart:not(:has(.tools))::after{display:none}}
`
