/** Names beside points, placed so that they cover neither each other nor the points, where that is possible. */
import { clip, displayWidth, visible } from '../text.ts'

/** Pixels from the upper left corner of the plot. */
export interface Spot {
  x: number
  y: number
}
export interface Label {
  index: number
  text: string
  align: 'left' | 'right' | 'center'
  dx: number
  dy: number
}

/** What a name should not cover. */
export interface Box {
  left: number
  right: number
  top: number
  bottom: number
}

/** Tries places right, left, above and below of each point in turn; a name that fits nowhere takes the place where it covers least. */
export function placeLabels(spots: readonly (Spot & { text: string })[], width: number, height: number, obstacles: readonly Box[] = []): Label[] {
  const taken: Box[] = [...spots.map(pointBox), ...obstacles]
  return spots.map((spot, index) => {
    const text = visible(clip(spot.text, 30))
    const candidates = PLACES.map((place) => ({ place, box: boxOf(spot, text, place) }))
    const costs = candidates.map(({ box }) => taken.reduce((sum, other) => sum + overlap(box, other), outside(box, width, height) * 4))
    const best = candidates[costs.indexOf(Math.min(...costs))]!
    taken.push(best.box)
    return { index, text, ...best.place }
  })
}

/** From the edge of a point to a name that stands apart from it; pixels, relative to the point. */
export interface Led extends Label {
  leader?: { from: Spot; to: Spot }
}

/**
 * The same for a chart whose legend names everybody: names that would cover another name or point stand farther off, at the
 * end of a line, and those that fit nowhere are left out. Points of one place share its neighbourhood fairly: the ones with
 * least room around them are named first.
 */
export function placeOrLead(spots: readonly (Spot & { text: string })[], width: number, height: number, lines: readonly Box[] = []): Led[] {
  const names: Box[] = spots.map(pointBox)
  const leaders: Line[] = []
  const crowd = spots.map(({ x, y }) => spots.filter((other) => Math.hypot(other.x - x, other.y - y) < CROWDED).length)
  const order = spots.map((_, index) => index).sort((a, b) => crowd[a]! - crowd[b]! || a - b)
  const led: Led[] = []
  for (const index of order) {
    const spot = spots[index]!
    const text = visible(clip(spot.text, 30))
    const isFree = (box: Box): boolean =>
      outside(box, width, height) === 0 && names.every((other) => overlap(box, other) === 0) && leaders.every((line) => !crosses(line, box))
    const onLines = (box: Box): number => lines.reduce((sum, other) => sum + overlap(box, other), 0)
    const near = crowd[index]! > 1 ? [] : PLACES.map((place) => ({ place, box: boxOf(spot, text, place), line: undefined, distance: 0 }))
    const isApart = (line: Line | undefined): boolean =>
      line === undefined || (leaders.every((other) => !meet(line, other)) && names.every((other, i) => i === index || !crosses(line, other)))
    const [best] = [...near, ...farPlaces(spot, text)]
      .filter(({ box, line }) => isFree(box) && isApart(line))
      .map((one) => ({ ...one, cost: one.distance + onLines(one.box) / 2 }))
      .sort((a, b) => a.cost - b.cost)
    if (best === undefined) continue
    names.push(best.box)
    if (best.line === undefined) led.push({ index, text, ...best.place })
    else {
      leaders.push(best.line)
      led.push({ index, text, ...best.place, leader: { from: apart(best.line.from, spot), to: apart(best.line.to, spot) } })
    }
  }
  return led.sort((a, b) => a.index - b.index)
}

// --- internal ---

interface Place {
  align: Label['align']
  dx: number
  dy: number
}

interface Line {
  from: Spot
  to: Spot
}

/** Points closer than this have names at the end of lines: beside them nobody could tell whose name it is. */
const CROWDED = 14
const DISTANCES = [22, 34, 46, 60, 76, 92, 110, 130] as const
const DIRECTIONS = 16

function pointBox({ x, y }: Spot): Box {
  return { left: x - 6, right: x + 6, top: y - 6, bottom: y + 6 }
}

/** Names around a point, each with its line; the name begins or ends where the line does. */
function farPlaces(spot: Spot, text: string): { place: Place; box: Box; line: Line; distance: number }[] {
  return DISTANCES.flatMap((distance) =>
    Array.from({ length: DIRECTIONS }, (_, step) => {
      const angle = (2 * Math.PI * (step + 0.5)) / DIRECTIONS
      const [cos, sin] = [Math.cos(angle), Math.sin(angle)]
      const round = (value: number): number => Math.round(value * 10) / 10
      const align = cos > 0 ? ('left' as const) : ('right' as const)
      const place: Place = { align, dx: round(distance * cos + (cos > 0 ? 3 : -3)), dy: round(distance * sin) }
      const line = { from: { x: spot.x + 7 * cos, y: spot.y + 7 * sin }, to: { x: spot.x + distance * cos, y: spot.y + distance * sin } }
      return { place, box: boxOf(spot, text, place), line, distance }
    }),
  )
}

function apart(at: Spot, from: Spot): Spot {
  return { x: at.x - from.x, y: at.y - from.y }
}

/** Does a line touch a box? By its points, a few pixels apart. */
function crosses({ from, to }: Line, { left, right, top, bottom }: Box): boolean {
  const steps = Math.ceil(Math.hypot(to.x - from.x, to.y - from.y) / 3)
  for (let i = 0; i <= steps; i++) {
    const [x, y] = [from.x + ((to.x - from.x) * i) / steps, from.y + ((to.y - from.y) * i) / steps]
    if (x > left && x < right && y > top && y < bottom) return true
  }
  return false
}

function meet(a: Line, b: Line): boolean {
  const side = (line: Line, { x, y }: Spot): number => (line.to.x - line.from.x) * (y - line.from.y) - (line.to.y - line.from.y) * (x - line.from.x)
  return side(a, b.from) * side(a, b.to) < 0 && side(b, a.from) * side(b, a.to) < 0
}

const LETTER = 6.6
const LINE = 14
const PLACES: readonly Place[] = [
  { align: 'left', dx: 10, dy: 0 },
  { align: 'left', dx: 9, dy: -11 },
  { align: 'left', dx: 9, dy: 12 },
  { align: 'right', dx: -10, dy: 0 },
  { align: 'right', dx: -9, dy: -11 },
  { align: 'right', dx: -9, dy: 12 },
  { align: 'center', dx: 0, dy: -16 },
  { align: 'center', dx: 0, dy: 17 },
  { align: 'left', dx: 9, dy: 26 },
  { align: 'left', dx: 9, dy: -25 },
]

function boxOf(spot: Spot, text: string, { align, dx, dy }: Place): Box {
  const width = Math.min(190, displayWidth(text) * LETTER)
  const left = spot.x + dx - (align === 'left' ? 0 : align === 'right' ? width : width / 2)
  return { left, right: left + width, top: spot.y + dy - LINE / 2, bottom: spot.y + dy + LINE / 2 }
}

function overlap(a: Box, b: Box): number {
  return Math.max(0, Math.min(a.right, b.right) - Math.max(a.left, b.left)) * Math.max(0, Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top))
}

/** Area of `box` that would be cut off; a little room to the right is free. */
function outside(box: Box, width: number, height: number): number {
  const inside = Math.max(0, Math.min(box.right, width + 8) - Math.max(box.left, 0)) * Math.max(0, Math.min(box.bottom, height) - Math.max(box.top, 0))
  return (box.right - box.left) * (box.bottom - box.top) - inside
}
