/** Vega-Lite spec → static SVG. The same spec gives the same bytes: no canvas, no fonts of the machine, no random ids. */
import type { TopLevelSpec } from 'vega-lite'
import { CONFIG, FONT } from './charts/theme.ts'
import { tidySvg } from './svg-tidy.ts'
import { displayWidth } from './text.ts'

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

/** Pixels that a line of text takes at `size`, on the wide side. */
export function textWidth(text: string, size: number): number {
  return Array.from(text, letterWidth).reduce((sum, width) => sum + width, 0) * size
}

// --- internal ---

const FONT_ATTRIBUTE = FONT.replaceAll('"', '&quot;')

/** Exported by vega, missing in its types. */
interface TextMetrics {
  width: (item: { fontSize?: number; text?: unknown }, text?: unknown) => number
}

/** Pixels that a text takes in an ordinary sans-serif, on the wide side: axes leave room for it. */
function estimateWidth(item: { fontSize?: number; text?: unknown }, text: unknown = item.text): number {
  const lines = (Array.isArray(text) ? text : [text]).map((line) =>
    Array.from(typeof line === 'string' ? line : JSON.stringify(line ?? ''), letterWidth).reduce((sum, width) => sum + width, 0),
  )
  return Math.max(0, ...lines) * (item.fontSize ?? 11)
}

/** In em. */
function letterWidth(letter: string): number {
  if (/[il.,:;'|!()[\] ]/.test(letter)) return 0.36
  if (/[mwMW%@]/.test(letter)) return 0.92
  return displayWidth(letter) * (/[A-Z]/.test(letter) ? 0.7 : 0.61)
}

/** The picture by itself, in the font of the page. */
function tidy(svg: string, said: Readonly<Record<string, string>>): string {
  return tidySvg(svg, said).replace('<svg ', `<svg aria-hidden="true" font-family="${FONT_ATTRIBUTE}" `)
}
