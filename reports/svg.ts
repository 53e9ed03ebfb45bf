/** Vega-Lite spec → static SVG. The same spec gives the same bytes: no canvas, no fonts of the machine, no random ids. */
import type { TopLevelSpec } from 'vega-lite'
import { CONFIG } from './charts/theme.ts'

/**
 * Draws without a browser. The picture is decorative for screen readers; its title and table twin stand beside it.
 * `onWarning` hears what Vega complains of; a chart should give it no reason to.
 */
export async function renderSvg(spec: TopLevelSpec, onWarning: (message: string) => void = () => {}): Promise<string> {
  const [{ compile }, vega] = await Promise.all([import('vega-lite'), import('vega')])
  ;(vega as unknown as { textMetrics: TextMetrics }).textMetrics.canvas(false) // widths by estimate: the same on every machine
  const listen = (...parts: readonly unknown[]): typeof logger => {
    onWarning(parts.map(String).join(' '))
    return logger
  }
  const logger = Object.assign(vega.logger(vega.None), { warn: listen, error: listen })
  const compiled = compile(spec, { config: CONFIG, logger }).spec
  const view = new vega.View(vega.parse(compiled), { renderer: 'none', logger })
  try {
    await view.runAsync()
    return tidy(await view.toSVG())
  } finally {
    view.finalize()
  }
}

// --- internal ---

/** Exported by vega, missing in its types. */
interface TextMetrics {
  canvas(use: boolean): void
}

/** Drops what a static picture does not need, about a third of the bytes. Texts stay as they are: only attributes inside tags go. */
function tidy(svg: string): string {
  return svg
    .replace(/<[a-z][^>]*>/g, (tag) =>
      tag
        .replace(/\d+\.\d{3,}/g, (number) => String(Number(Number(number).toFixed(2))))
        .replace(/ (?:aria-roledescription|aria-hidden|aria-label|role|pointer-events|class|xmlns:xlink|version)="[^"]*"/g, '')
        .replace(' opacity="1"', ''),
    )
    .replace(/<path d="(?:M0,0h0v0h0Z)?"(?: display="none")?\/>/g, '')
    .replace(/<g><\/g>/g, '')
    .replace('<svg ', '<svg aria-hidden="true" focusable="false" ')
}
