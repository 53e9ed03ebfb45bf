/** Charts as pictures by themselves: for slides and papers. */
import type { Analysis } from '../harness/types.ts'
import type { Chart, MaybeChart } from './charts/chart.ts'
import { chartsOf, type Charts } from './charts/index.ts'
import { INK, lookOf, MOST_NAMED, SHAPE_PATHS } from './charts/theme.ts'
import { EN } from './messages/en/index.ts'
import { messagesOf, type Messages } from './messages/index.ts'
import { renderSvg } from './svg.ts'
import { textWidth } from './text-width.ts'
import { clip, escapeHtml } from './text.ts'
import { viewOf, type Contestant } from './view.ts'

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
export async function renderPictures(analysis: Analysis, language: string = 'en'): Promise<Pictures> {
  const view = viewOf(analysis, messagesOf(language))
  const drawn: Picture[] = []
  const missing: Pictures['missing'][number][] = []
  for (const [section, charts] of Object.entries(chartsOf(view)) as [keyof Charts, readonly MaybeChart[]][])
    for (const one of charts)
      if (one.state === 'missing') missing.push({ name: fileName(one.id), title: one.title, why: one.why })
      else {
        const legend = WITH_LEGEND.has(section) ? view.measured : []
        drawn.push({ name: fileName(one.chart.id), title: one.chart.title, svg: await chartSvg(one.chart, legend, view.words) })
      }
  return { drawn, missing }
}

/**
 * A chart with its title above it and, below, who is which colour; what it shows is in it too, for those who cannot see it. On white, since a
 * picture may be put anywhere.
 */
export async function chartSvg({ title, takeaway, description, spec }: Chart, contestants: readonly Contestant[] = [], words: Messages = EN): Promise<string> {
  const svg = await renderSvg(spec)
  const [, opening = '', inside = ''] = /^(<svg [^>]*>)(.*)<\/svg>$/s.exec(svg) ?? []
  const [width = 0, height = 0] = ['width', 'height'].map((name) => Number(new RegExp(` ${name}="([\\d.]+)"`).exec(opening)?.[1]))
  const top = titleOf(title, width)
  const bottom = legendOf(words, contestants, width)
  const whole = top.height + height + GAP + bottom.height
  const font = / font-family="[^"]*"/.exec(opening)?.[0] ?? ''
  return `<svg role="img" aria-labelledby="title" aria-describedby="desc" xmlns="http://www.w3.org/2000/svg"${font} width="${width}" height="${whole}" viewBox="0 0 ${width} ${whole}"><title id="title">${escapeHtml(title)}</title><desc id="desc">${escapeHtml(`${takeaway} ${description}`)}</desc><rect width="${width}" height="${whole}" fill="#ffffff"/>${top.source}<g transform="translate(0,${top.height})">${inside}</g><g transform="translate(0,${top.height + height + GAP})">${bottom.source}</g></svg>\n`
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

/** Charts that leave it to the page to say who is which colour. */
const WITH_LEGEND: ReadonlySet<keyof Charts> = new Set(['quality', 'latency', 'load', 'power', 'slices'])
const TITLE = 15
const LETTERS = 12
const LINE = 20
/** Between picture and legend. */
const GAP = 6

interface Block {
  source: string
  height: number
}

/** On as many lines as it takes. */
function titleOf(title: string, width: number): Block {
  const lines: string[] = []
  for (const word of title.split(/\s+/)) {
    const longer = `${lines.at(-1) ?? ''} ${word}`.trim()
    if (lines.length > 0 && textWidth(longer, TITLE) <= width - 16) lines[lines.length - 1] = longer
    else lines.push(word)
  }
  const source = lines
    .map((line, i) => `<text x="8" y="${LINE * (i + 1)}" font-size="${TITLE}px" font-weight="600" fill="${INK.text}">${escapeHtml(line)}</text>`)
    .join('')
  return { source, height: LINE * lines.length + 8 }
}

/** As in the page: names, or roles where there are too many. */
function legendOf({ basics }: Messages, contestants: readonly Contestant[], width: number): Block {
  const many = contestants.length > MOST_NAMED
  const shown = many ? contestants.filter(({ role }, index) => contestants.findIndex((other) => other.role === role) === index) : contestants
  let [x, y, source] = [8, 0, '']
  for (const contestant of shown) {
    const label = many ? basics.roles[contestant.role] : clip(contestant.label, LONGEST_LABEL)
    const { color, dash, shape } = lookOf(contestant, contestants)
    const room = 38 + textWidth(label, LETTERS) + 14
    if (x > 8 && x + room > width) [x, y] = [8, y + LINE]
    source += `<g transform="translate(${Number(x.toFixed(1))},${y})"><path d="M0,8H30" stroke="${color}" stroke-width="2" stroke-dasharray="${dash.join(',')}"/><path transform="translate(7,0)" d="${SHAPE_PATHS[shape] ?? ''}" fill="${color}" stroke="${INK.text}" stroke-width="0.9"/><text x="36" y="12" font-size="${LETTERS}px" fill="${INK.text}">${escapeHtml(label)}</text></g>`
    x += room
  }
  return { source, height: shown.length === 0 ? 4 : y + LINE + 8 }
}

const LONGEST_LABEL = 60

const PROBE = '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20"><text x="2" y="15" font-family="sans-serif">m</text></svg>'

/** `latency-firstToken-0` → `latency-first-token-0` */
function fileName(id: string): string {
  return id.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`).replace(/[^a-z0-9-]/g, '-')
}
