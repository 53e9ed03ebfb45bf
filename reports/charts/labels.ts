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
  const taken: Box[] = [...spots.map(({ x, y }) => ({ left: x - 6, right: x + 6, top: y - 6, bottom: y + 6 })), ...obstacles]
  return spots.map((spot, index) => {
    const text = visible(clip(spot.text, 30))
    const candidates = PLACES.map((place) => ({ place, box: boxOf(spot, text, place) }))
    const costs = candidates.map(({ box }) => taken.reduce((sum, other) => sum + overlap(box, other), outside(box, width, height) * 4))
    const best = candidates[costs.indexOf(Math.min(...costs))]!
    taken.push(best.box)
    return { index, text, ...best.place }
  })
}

// --- internal ---

interface Place {
  align: Label['align']
  dx: number
  dy: number
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
