/** A picture of 1200 × 630 for a README or a message: the verdict of one or two students with its figures. Drawn without fonts of the machine, the same bytes each time. */
import type { Analysis, Decision } from '../harness/types.ts'
import { formatTime } from './format.ts'
import { EN } from './messages/en/index.ts'
import type { Messages } from './messages/index.ts'
import { openingSentences, titleOf } from './opening.ts'
import { FONT, INK } from './charts/theme.ts'
import { textWidth } from './text-width.ts'
import { clip, escapeHtml, oneLine } from './text.ts'
import type { Tile } from './tiles.ts'
import { verdictTexts, type VerdictText } from './verdict.ts'
import { viewOf } from './view.ts'

export function renderCard(analysis: Analysis, words: Messages = EN): string {
  const view = viewOf(analysis, words)
  const verdicts = verdictTexts(view)
  const shown = verdicts.filter(({ tiles }) => tiles.length > 0).slice(0, MOST_STUDENTS)
  const more = verdicts.length - shown.length
  const title = titleOf(analysis, words)
  const said = shown.length > 0 ? shown.map(({ head }) => head).join('; ') : openingSentences(view).join(' ')
  const body = shown.length > 0 ? shown.map((verdict, i) => verdictBlock(verdict, BODY_TOP + i * (BLOCK_HEIGHT + GAP))) : [sentences(openingSentences(view))]
  const run = analysis.runs[0]
  const source =
    run === undefined ? '' : `${run.id}, ${formatTime(run.createdAt)}${more > 0 && shown.length > 0 ? `; ${words.verdict.moreInReport(more)}` : ''}`
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" role="img" aria-labelledby="title said" font-family="${FONT.replaceAll('"', '&quot;')}">
<title id="title">${safe(title)}</title>
<desc id="said">${safe(said)}</desc>
<rect width="${WIDTH}" height="${HEIGHT}" fill="#ffffff"/>
${line(title, { x: MARGIN, y: 76, size: 38, weight: 700 }, WIDTH - 2 * MARGIN)}
${body.join('\n')}
${lines([source], { x: MARGIN, y: HEIGHT - 30, size: 19, fill: INK.soft })}
${lines(['distillbench'], { x: WIDTH - MARGIN, y: HEIGHT - 30, size: 21, weight: 700, anchor: 'end' })}
</svg>
`
}

// --- internal ---

const [WIDTH, HEIGHT, MARGIN] = [1200, 630, 48]
const [BODY_TOP, BLOCK_HEIGHT, GAP] = [110, 224, 16]
const MOST_STUDENTS = 2
const MOST_TILES = 4
const MARKS: Record<Decision, string> = { replace: '#0b6e4f', 'keep-teacher': '#a8480a', undecided: '#b87500' }
const TONES: Record<Tile['tone'], string> = { better: '#0b6e4f', worse: '#a8480a', even: INK.text, unknown: INK.soft }

function verdictBlock({ decision, stamp: words, head, sentence, tiles }: VerdictText, top: number): string {
  const mark = MARKS[decision]
  const stampWidth = BOLD * widthOf(words, 17) + 28
  const left = MARGIN + 26
  const inner = WIDTH - MARGIN - left - 18
  const shown = tiles.slice(0, MOST_TILES)
  const width = (inner - (shown.length - 1) * 14) / Math.max(1, shown.length)
  return [
    `<rect x="${MARGIN}" y="${top}" width="${WIDTH - 2 * MARGIN}" height="${BLOCK_HEIGHT}" fill="#f6f8fa"/>`,
    `<rect x="${MARGIN}" y="${top}" width="8" height="${BLOCK_HEIGHT}" fill="${mark}"/>`,
    `<rect x="${left}" y="${top + 16}" width="${fix(stampWidth)}" height="30" rx="15" fill="none" stroke="${mark}" stroke-width="2"/>`,
    lines([words], { x: left + stampWidth / 2, y: top + 37, size: 17, weight: 600, anchor: 'middle' }),
    line(head, { x: left + stampWidth + 14, y: top + 39, size: 24, weight: 700 }, inner - stampWidth - 16),
    line(`${sentence}.`, { x: left, y: top + 73, size: 18, fill: INK.soft }, inner),
    ...shown.map((tile, i) => tileBlock(tile, left + i * (width + 14), top + 88, width)),
  ].join('\n')
}

function tileBlock({ title, figure, range, note, tone }: Tile, x: number, y: number, width: number): string {
  const inner = width - 28
  return [
    `<rect x="${fix(x)}" y="${y}" width="${fix(width)}" height="120" rx="8" fill="#ffffff" stroke="${INK.grid}"/>`,
    lines([title], { x: x + 14, y: y + 27, size: 16, fill: INK.soft }),
    line(figure, { x: x + 14, y: y + 59, size: 27, weight: 700, fill: TONES[tone] }, inner),
    line(range, { x: x + 14, y: y + 84, size: 17, fill: TONES[tone] }, inner),
    line(note, { x: x + 14, y: y + 107, size: 15, fill: INK.soft }, inner),
  ].join('\n')
}

/** Where there is no verdict: what the report says first. */
function sentences(texts: readonly string[]): string {
  const size = 27
  const all = texts.flatMap((text) => [...wrapped(text, size, WIDTH - 2 * MARGIN, 4), '']).slice(0, 11)
  return lines(all, { x: MARGIN, y: BODY_TOP + 40, size })
}

interface Look {
  x: number
  y: number
  size: number
  weight?: number
  fill?: string
  anchor?: 'middle' | 'end'
  /** Pixels that the line takes, exactly. */
  within?: number
}

function lines(texts: readonly string[], { x, y, size, weight = 400, fill = INK.text, anchor, within }: Look): string {
  return texts
    .map((text, i) =>
      text === ''
        ? ''
        : `<text x="${fix(x)}" y="${fix(y + i * size * 1.35)}" font-size="${fix(size)}" font-weight="${weight}" fill="${fill}"${anchor === undefined ? '' : ` text-anchor="${anchor}"`}${within === undefined ? '' : ` textLength="${fix(within)}" lengthAdjust="spacingAndGlyphs"`}>${safe(text)}</text>`,
    )
    .join('')
}

/** One line within `width`: a little smaller where it is too long, then cut with dots. */
function line(text: string, look: Look, width: number): string {
  const whole = oneLine(clip(text, 600))
  const wide = look.weight === undefined || look.weight < 600 ? 1 : BOLD
  const size = Math.max(SMALLEST * look.size, Math.min(look.size, (look.size * width) / Math.max(1, wide * widthOf(whole, look.size))))
  const shown = cut(whole, size * wide, width)
  const estimate = widthOf(shown, size * wide)
  // Where it is close, the picture says how wide it must be, whatever font the reader has.
  return lines([shown], { ...look, size, ...(estimate > CLOSE * width ? { within: Math.min(width, estimate) } : {}) })
}

/** Words in at most `most` lines of this width. */
function wrapped(text: string, size: number, width: number, most: number): string[] {
  const found: string[] = []
  let current = ''
  for (const word of oneLine(clip(text, 600)).split(' ')) {
    const longer = current === '' ? word : `${current} ${word}`
    if (widthOf(longer, size) <= width || current === '') current = longer
    else {
      found.push(current)
      current = word
    }
  }
  found.push(current)
  const kept = found.slice(0, most)
  if (found.length > most) kept[most - 1] = `${kept[most - 1]} …`
  return kept.map((one) => cut(one, size, width))
}

function cut(text: string, size: number, width: number): string {
  let letters = Array.from(text)
  while (letters.length > 1 && widthOf(letters.join(''), size) > 1.02 * width) letters = [...letters.slice(0, -2), '…']
  return letters.join('')
}

/** Signs are wider than letters in many fonts. */
function widthOf(text: string, size: number): number {
  return textWidth(text, size) + 0.25 * size * (text.match(/[<>=+~^#⟨⟩]/g)?.length ?? 0)
}

/** Bold letters are wider; text is not made smaller than this. */
const [BOLD, SMALLEST, CLOSE] = [1.1, 0.72, 0.85]

const safe = (text: string): string => escapeHtml(oneLine(text))
const fix = (value: number): string => String(Math.round(value * 10) / 10)
