/** Smaller SVG that draws the same: what every child of a group says is said once, lines of a group are one path, coordinates get one decimal. */
import { circleOf, shortPath, tenths } from './svg-path.ts'

/**
 * `svg` is what Vega writes: well-formed, attributes in double quotes. Texts stay as they are. `said`: attributes that what
 * is around the picture says already.
 */
export function tidySvg(svg: string, said: Readonly<Record<string, string>> = {}): string {
  return write(simplified(parse(svg), { ...DEFAULTS, ...said }))
}

// --- internal ---

type Node = Element | string
interface Element {
  name: string
  attributes: Map<string, string>
  children: Node[]
  /** A path of straight lines or boxes, which may be one path with its neighbours. */
  plain?: 'line' | 'box'
}

/** What a static picture does not need. */
const NEEDLESS = new Set(['aria-roledescription', 'aria-hidden', 'aria-label', 'role', 'pointer-events', 'class', 'xmlns:xlink', 'version', 'font-family'])
/** What children inherit. */
const INHERITED = ['fill', 'stroke', 'stroke-width', 'stroke-dasharray', 'font-size', 'font-weight', 'text-anchor']
const DEFAULTS: Record<string, string> = { 'stroke-width': '1', 'stroke-dasharray': '1,0' }

function parse(svg: string): Element {
  const root: Element = { name: '', attributes: new Map(), children: [] }
  const open = [root]
  for (const token of svg.match(/<[^>]*>|[^<]+/g) ?? []) {
    const parent = open.at(-1)!
    if (!token.startsWith('<')) parent.children.push(token)
    else if (token.startsWith('</')) open.pop()
    else {
      const name = /^<([\w:-]+)/.exec(token)![1]!
      const element: Element = { name, attributes: new Map(), children: [] }
      for (const [, key, value] of token.matchAll(/ ([\w:-]+)="([^"]*)"/g)) if (!NEEDLESS.has(key!)) element.attributes.set(key!, value!)
      parent.children.push(element)
      if (!token.endsWith('/>')) open.push(element)
    }
  }
  return root.children.find((child): child is Element => typeof child !== 'string')!
}

/** `defaults`: what an attribute says when it is not there; `around`: attributes that some element around says. */
function simplified(original: Element, defaults: Readonly<Record<string, string>>, around: ReadonlySet<string> = new Set()): Element {
  const element = placed(original)
  const { name, attributes } = element
  if (attributes.get('opacity') === '1') attributes.delete('opacity')
  if (attributes.get('transform') === 'translate(0,0)') attributes.delete('transform')
  for (const [key, value] of Object.entries(defaults)) if (attributes.get(key) === value && !around.has(key)) attributes.delete(key)
  for (const [key, value] of attributes) attributes.set(key, rounded(key, value))
  const inside = new Set([...around, ...attributes.keys()])
  const children = element.children.flatMap((child): Node[] => {
    if (typeof child === 'string') return [child]
    const simple = simplified(child, defaults, inside)
    if (draws(simple)) return simple.name === 'g' && simple.attributes.size === 0 ? simple.children : [simple]
    return []
  })
  const result = { ...element, children }
  if (name !== 'g') return result
  hoist(result)
  return joined({ ...result, children: merged(result.children) })
}

/** A mark with its place in its own coordinates instead of a transform, lines as paths, circles as such. */
function placed(element: Element): Element {
  const { name, attributes } = element
  const at = /^translate\((-?[\d.]+),(-?[\d.]+)\)$/.exec(attributes.get('transform') ?? '')
  const [dx, dy] = at === null ? [0, 0] : [Number(at[1]), Number(at[2])]
  if (attributes.has('transform') && at === null) return element
  const rest = new Map([...attributes].filter(([key]) => key !== 'transform'))
  if (name === 'text' && at !== null && element.children.every((child) => typeof child === 'string'))
    return { ...element, attributes: new Map([...rest, ['x', String(dx)], ['y', String(dy)]]) }
  if (name === 'line') {
    const [x1, y1, x2, y2] = ['x1', 'y1', 'x2', 'y2'].map((key) => Number(attributes.get(key) ?? 0)) as [number, number, number, number]
    const d = shortPath(`M${x1},${y1}L${x2},${y2}`, dx, dy) ?? ''
    return { ...element, name: 'path', attributes: without(rest, ['x1', 'y1', 'x2', 'y2']).set('d', d), plain: 'line' }
  }
  const d = attributes.get('d')
  if (name !== 'path' || d === undefined) return element
  const circle = circleOf(d)
  const place = new Map([
    ['cx', dx],
    ['cy', dy],
  ])
  if (circle !== undefined)
    return {
      ...element,
      name: 'circle',
      attributes: new Map([...without(rest, ['d']), ...[...place, ['r', circle.r] as const].map(([key, value]) => [key, String(value)] as const)]),
    }
  const short = shortPath(d, dx, dy)
  if (short === undefined) return element
  return { ...element, attributes: rest.set('d', short), ...(/^M[^hvl]*h[^-hvl]+v[^-hvl]+h-[^hvl]+z$/.test(short) ? { plain: 'box' as const } : {}) }
}

function without(attributes: ReadonlyMap<string, string>, keys: readonly string[]): Map<string, string> {
  return new Map([...attributes].filter(([key]) => !keys.includes(key)))
}

function draws({ name, attributes, children }: Element): boolean {
  if (attributes.get('display') === 'none') return false
  if (name === 'g') return children.length > 0
  if (name !== 'path') return true
  const d = attributes.get('d') ?? ''
  return d !== '' && (attributes.size > 1 || !GROUND.test(d)) // the ground of a plot, in no colour
}

const GROUND = /^M0,0h[\d.]+v[\d.]+h-[\d.]+z$/

/** Moves up what all children say alike; of where texts are anchored, what most of them say. */
function hoist({ attributes, children }: Element): void {
  const elements = children.filter((child): child is Element => typeof child !== 'string')
  if (elements.length < 2 || elements.length < children.length) return
  for (const key of INHERITED) {
    const values = elements.map((one) => one.attributes.get(key))
    const [first] = values
    const value = key === 'text-anchor' && !values.includes(undefined) ? mostFrequent(values) : first
    if (value === undefined || (key !== 'text-anchor' && values.some((one) => one !== value)) || (key === 'text-anchor' && values.includes(undefined))) continue
    attributes.set(key, value)
    for (const one of elements) if (one.attributes.get(key) === value) one.attributes.delete(key)
  }
}

function mostFrequent<T>(values: readonly T[]): T | undefined {
  const counts = new Map<T, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  return [...counts].toSorted(([, a], [, b]) => b - a)[0]?.[0]
}

/** Neighbours that are lines, or boxes, and look the same are one path; not where they shine through each other. */
function merged(children: readonly Node[]): Node[] {
  const result: Node[] = []
  for (const child of children) {
    const last = result.at(-1)
    if (typeof child === 'object' && typeof last === 'object' && child.plain !== undefined && child.plain === last.plain && looksLike(child, last))
      last.attributes.set('d', `${last.attributes.get('d')}${child.attributes.get('d')}`)
    else result.push(child)
  }
  return result
}

function looksLike(a: Element, b: Element): boolean {
  if (a.attributes.has('opacity') || a.attributes.size !== b.attributes.size) return false
  return [...a.attributes].every(([key, value]) => key === 'd' || b.attributes.get(key) === value)
}

/** A group that holds one element is that element, where the two do not say the same thing; a clip is in the coordinates of its own element. */
function joined(group: Element): Element {
  const [only] = group.children
  if (group.children.length !== 1 || typeof only !== 'object' || group.attributes.has('clip-path')) return group
  if ([...only.attributes.keys()].some((key) => group.attributes.has(key))) return group
  return { ...only, attributes: new Map([...group.attributes, ...only.attributes]) }
}

function rounded(key: string, value: string): string {
  if (key === 'x' || key === 'y' || key === 'r' || key === 'cx' || key === 'cy') return tenths(Math.round(Number(value) * 10))
  if (key === 'd') return value
  return value.replace(/\d+\.\d{2,}/g, (number) => String(Number(Number(number).toFixed(1)))).replace(/^([\d.]+)px$/, '$1')
}

function write(node: Node): string {
  if (typeof node === 'string') return node
  const attributes = [...node.attributes].map(([key, value]) => ` ${key}="${value}"`).join('')
  return node.children.length === 0 ? `<${node.name}${attributes}/>` : `<${node.name}${attributes}>${node.children.map(write).join('')}</${node.name}>`
}
