/** Vega-Lite spec → static SVG. The same spec gives the same bytes: no canvas, no fonts of the machine, no random ids. */
import type { TopLevelSpec } from 'vega-lite'
import { CONFIG, FONT } from './charts/theme.ts'
import { tidySvg } from './svg-tidy.ts'
import { estimateWidth } from './text-width.ts'

export interface DrawOptions {
  /** Hears what Vega complains of; a chart should give it no reason to. */
  onWarning?: (message: string) => void
  /** Attributes that the page around says for every picture, as Vega writes them. */
  said?: Readonly<Record<string, string>>
}

/** Draws without a browser. The picture is decorative for screen readers; its title and table twin stand beside it. */
export async function renderSvg(spec: TopLevelSpec, { onWarning = () => {}, said = {} }: DrawOptions = {}): Promise<string> {
  const [{ compile }, vega] = await Promise.all([import('vega-lite'), import('vega')])
  ;(vega as unknown as { textMetrics: TextMetrics }).textMetrics.width = estimateWidth // the same on every machine
  const listen = (...parts: readonly unknown[]): typeof logger => {
    onWarning(parts.map(String).join(' '))
    return logger
  }
  const logger = Object.assign(vega.logger(vega.None), { warn: listen, error: listen })
  const compiled = compile(spec, { config: CONFIG, logger }).spec
  const view = new vega.View(vega.parse(compiled), { renderer: 'none', logger })
  try {
    await view.runAsync()
    return tidy(await view.toSVG(), said)
  } finally {
    view.finalize()
  }
}

// --- internal ---

const FONT_ATTRIBUTE = FONT.replaceAll('"', '&quot;')

/** Exported by vega, missing in its types. */
interface TextMetrics {
  width: (item: { fontSize?: number; text?: unknown }, text?: unknown) => number
}

/** The picture by itself, in the font of the page. */
function tidy(svg: string, said: Readonly<Record<string, string>>): string {
  return tidySvg(svg, said).replace('<svg ', `<svg aria-hidden="true" font-family="${FONT_ATTRIBUTE}" `)
}
