/**
 * Colours, shapes and dashes. The palette is Okabe and Ito's (2008), safe for the common kinds of colour blindness;
 * shape and dash say the same again. The page recolours these exact values for dark mode, so use them as they are.
 */
import type { Config } from 'vega-lite'
import type { Role } from '../../harness/types.ts'
import type { Contestant } from '../view.ts'

export const INK = { text: '#1f2328', soft: '#57606a', grid: '#d8dee4', axis: '#8c959f' } as const
/** Okabe–Ito, the ones with the strongest contrast first; black is the teacher's. */
export const PALETTE = ['#0072B2', '#D55E00', '#009E73', '#CC79A7', '#E69F00', '#56B4E9'] as const
const BLACK = '#000000'
export const SHAPES = ['circle', 'triangle-up', 'diamond', 'triangle-down', 'cross', 'triangle-right'] as const
export const DASHES = [
  [1, 0],
  [6, 3],
  [2, 2],
  [8, 3, 2, 3],
  [4, 4],
  [10, 3],
] as const
/** With more contestants than this, colour and shape tell the role only, and points get no names. */
export const MOST_NAMED = 8

export interface Look {
  color: string
  shape: string
  dash: readonly number[]
}

/** How a contestant looks in every chart of the report. */
export function lookOf(contestant: Contestant, all: readonly Contestant[]): Look {
  if (all.length > MOST_NAMED) return ROLE_LOOKS[contestant.role]
  if (contestant.role === 'teacher')
    return { ...ROLE_LOOKS.teacher, dash: all.filter(({ role }) => role === 'teacher').indexOf(contestant) > 0 ? [4, 2] : [1, 0] }
  const place = all.filter(({ role }) => role !== 'teacher').indexOf(contestant)
  return { color: PALETTE[place % PALETTE.length]!, shape: SHAPES[place % SHAPES.length]!, dash: DASHES[(place + 1) % DASHES.length]! }
}

/** One outline path per shape, in a box of 16 × 16 around (8, 8), for legends and tables. */
export const SHAPE_PATHS: Record<string, string> = {
  square: 'M3 3h10v10h-10Z',
  circle: 'M8 2.5a5.5 5.5 0 1 0 0.01 0Z',
  'triangle-up': 'M8 2L14 13.5H2Z',
  'triangle-down': 'M8 14L2 2.5H14Z',
  'triangle-right': 'M14 8L2.5 14V2Z',
  diamond: 'M8 1.5L14.5 8L8 14.5L1.5 8Z',
  cross: 'M6 2h4v4h4v4h-4v4h-4v-4h-4v-4h4Z',
}

/** Width in which charts are drawn; they are scaled to the page, so letters stay legible on a phone. */
export const CHART_WIDTH = 340
/** Of charts that take the whole page. */
export const WIDE_WIDTH = 720
export const FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif'

export const CONFIG: Config = {
  background: 'transparent',
  font: FONT,
  padding: { left: 4, right: 12, top: 6, bottom: 4 },
  view: { stroke: null },
  axis: {
    labelColor: INK.soft,
    titleColor: INK.text,
    gridColor: INK.grid,
    domainColor: INK.axis,
    tickColor: INK.axis,
    labelFontSize: 12,
    titleFontSize: 12.5,
    titleFontWeight: 500,
    titlePadding: 8,
    labelLimit: 220,
    titleLimit: 480,
    domain: true,
    grid: true,
  },
  text: { color: INK.text, fontSize: 12 },
}

/** Ticks of a logarithmic axis: 1, 2 and 5 of every power of ten, and 3 and 7 where that leaves fewer than three. */
export function logTicks([low, high]: readonly [number, number]): number[] {
  const within = (steps: readonly number[]): number[] => {
    const ticks: number[] = []
    for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); power++) ticks.push(...steps.map((step) => Number(`${step}e${power}`)))
    return ticks.filter((tick) => tick >= low && tick <= high)
  }
  const wide = within([1])
  if (wide.length > 4) return wide
  return within([1, 2, 5]).length >= 3 ? within([1, 2, 5]) : within([1, 1.5, 2, 3, 4, 5, 7])
}

// --- internal ---

const ROLE_LOOKS: Record<Role, Look> = {
  teacher: { color: BLACK, shape: 'square', dash: [1, 0] },
  student: { color: PALETTE[0], shape: 'circle', dash: [6, 3] },
  control: { color: PALETTE[1], shape: 'triangle-up', dash: [2, 2] },
}
