/** Path data that draws the same with fewer characters: tenths of a pixel, steps relative to the last point. */

/** A point of the picture, in tenths. */
interface At {
  x: number
  y: number
}

/**
 * `path`: the absolute `MLHVCQAZ` and relative `hvl` that Vega writes, moved by (`dx`, `dy`). Undefined where it holds
 * anything else. Steps that do not move are left out; what moves nowhere at all is ''.
 */
export function shortPath(path: string, dx = 0, dy = 0): string | undefined {
  const pen: At = { x: 0, y: 0 }
  const start: At = { x: 0, y: 0 }
  const written: Written = { text: '', last: '' }
  let moved = false
  for (const [, command = '', rest = ''] of path.matchAll(/([a-zA-Z])([^a-zA-Z]*)/g)) {
    const numbers = (rest.match(/[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?/g) ?? []).map(Number)
    if (command === 'Z' || command === 'z') {
      append(written, 'z', [])
      Object.assign(pen, start)
      continue
    }
    const steps = stepsOf(command, numbers)
    if (steps === undefined) return undefined
    for (const step of steps) {
      const to = targetOf(step, command === command.toLowerCase() ? pen : { x: Math.round(dx * 10), y: Math.round(dy * 10) }, pen)
      if (step.kind === 'M') {
        append(written, 'M', [to.x, to.y])
        Object.assign(start, to)
      } else moved = draw(written, step, pen, to) || moved
      Object.assign(pen, to)
    }
  }
  return moved ? written.text : ''
}

/** Radius and centre of the circle that Vega writes as two half arcs; undefined for anything else. */
export function circleOf(path: string): { r: number } | undefined {
  const radius = /^M([\d.]+),0A\1,\1,0,1,1,-\1,0A\1,\1,0,1,1,\1,0$/.exec(path)?.[1]
  return radius === undefined ? undefined : { r: Number(radius) }
}

/** Tenths as the shortest number: 5 is ".5". */
export function tenths(value: number): string {
  return String(value / 10).replace(/^(-?)0\./, '$1.')
}

// --- internal ---

/** `x` and `y` in tenths, each undefined where the step keeps it; `middle` are control points, `arc` is all before the end point. */
interface Step {
  kind: 'M' | 'L' | 'C' | 'Q' | 'A'
  x: number | undefined
  y: number | undefined
  middle: readonly number[]
  arc: readonly number[]
}

interface Written {
  text: string
  last: string
}

const SIZES: Record<string, number> = { M: 2, L: 2, l: 2, H: 1, h: 1, V: 1, v: 1, C: 6, Q: 4, A: 7 }

function stepsOf(command: string, numbers: readonly number[]): Step[] | undefined {
  const size = SIZES[command]
  if (size === undefined || numbers.length === 0 || numbers.length % size !== 0) return undefined
  const tens = numbers.map((number) => Math.round(number * 10))
  return Array.from({ length: numbers.length / size }, (_, i): Step => {
    const own = tens.slice(i * size, (i + 1) * size)
    const kind = command.toUpperCase()
    if (kind === 'H') return { kind: 'L', x: own[0], y: undefined, middle: [], arc: [] }
    if (kind === 'V') return { kind: 'L', x: undefined, y: own[0], middle: [], arc: [] }
    const [x, y] = own.slice(-2)
    const first = own.slice(0, -2)
    if (kind === 'A') return { kind, x, y, middle: [], arc: first.map((value, at) => (at < 2 ? value : numbers[i * size + at]! * 10)) }
    return { kind: kind === 'M' && i > 0 ? 'L' : (kind as Step['kind']), x, y, middle: first, arc: [] }
  })
}

function targetOf({ x, y }: Step, from: At, pen: At): At {
  return { x: x === undefined ? pen.x : from.x + x, y: y === undefined ? pen.y : from.y + y }
}

/** Whether it moves. */
function draw(written: Written, { kind, middle, arc, x, y }: Step, pen: At, to: At): boolean {
  const [right, down] = [to.x - pen.x, to.y - pen.y]
  if (kind === 'L') {
    if (right === 0 && down === 0) return false
    if (down === 0) append(written, 'h', [right])
    else if (right === 0) append(written, 'v', [down])
    else append(written, 'l', [right, down])
    return true
  }
  // Control points are absolute and moved like the end point.
  const [moveX, moveY] = [to.x - (x ?? 0), to.y - (y ?? 0)]
  const controls = middle.map((value, i) => (i % 2 === 0 ? value + moveX - pen.x : value + moveY - pen.y))
  append(written, kind.toLowerCase(), [...arc, ...controls, right, down])
  return true
}

/** Leaves out a command that is the last one again, and what parts two numbers where a minus does. */
function append(written: Written, command: string, values: readonly number[]): void {
  const again = written.last === command && command === 'l'
  let text = again ? '' : command
  values.forEach((value, i) => {
    const number = tenths(value)
    text += (i === 0 ? again : true) && !number.startsWith('-') ? `,${number}` : number
  })
  written.text += text
  written.last = command
}
