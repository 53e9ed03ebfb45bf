/** Charts as pictures by themselves: for slides and papers. */
import type { Analysis } from '../harness/types.ts'
import type { Chart, MaybeChart } from './charts/chart.ts'
import { chartsOf } from './charts/index.ts'
import { renderSvg } from './svg.ts'
import { escapeHtml } from './text.ts'
import { viewOf } from './view.ts'

/** `name` is of letters, digits and dashes, and the same for the same suite. */
export interface Picture {
  name: string
  title: string
  svg: string
}
/** `missing`: charts that cannot be drawn, and why. */
export interface Pictures {
  drawn: readonly Picture[]
  missing: readonly { name: string; title: string; why: string }[]
}

/** Every chart of the report, in its order. */
export async function renderPictures(analysis: Analysis): Promise<Pictures> {
  const charts: readonly MaybeChart[] = Object.values(chartsOf(viewOf(analysis))).flat()
  const drawn: Picture[] = []
  for (const one of charts) if (one.state === 'drawn') drawn.push({ name: fileName(one.chart.id), title: one.chart.title, svg: await chartSvg(one.chart) })
  const missing = charts.flatMap((one) => (one.state === 'missing' ? [{ name: fileName(one.id), title: one.title, why: one.why }] : []))
  return { drawn, missing }
}

/** A chart with its title and what it shows in it, for those who cannot see it. On white, since a picture may be put anywhere. */
export async function chartSvg({ title, takeaway, description, spec }: Chart): Promise<string> {
  const svg = await renderSvg({ ...spec, background: '#ffffff' })
  const head = `<title id="title">${escapeHtml(title)}</title><desc id="desc">${escapeHtml(`${takeaway} ${description}`)}</desc>`
  return `${svg.replace(' aria-hidden="true" focusable="false"', ' role="img" aria-labelledby="title" aria-describedby="desc"').replace('>', `>${head}`)}\n`
}

/** Draws an SVG as PNG, twice as large as the page shows it; or says why that is not possible here. */
export async function pngMaker(): Promise<((svg: string) => Uint8Array) | string> {
  try {
    const { Resvg } = await import('@resvg/resvg-js')
    const draw = (svg: string): Uint8Array => new Resvg(svg, { fitTo: { mode: 'zoom', value: 2 }, background: '#ffffff' }).render().asPng()
    // Without a font on the machine letters would be missing without a word.
    if (new Resvg(PROBE).getBBox() === undefined) return 'PNG files need a font on this machine, and there is none.'
    return draw
  } catch {
    return 'PNG files need the package @resvg/resvg-js (npm install @resvg/resvg-js).'
  }
}

// --- internal ---

const PROBE = '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20"><text x="2" y="15" font-family="sans-serif">m</text></svg>'

/** `latency-firstToken-0` → `latency-first-token-0` */
function fileName(id: string): string {
  return id.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`).replace(/[^a-z0-9-]/g, '-')
}
