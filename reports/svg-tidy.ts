/** Smaller SVG that draws the same: what every child of a group says is said once, groups that say nothing go, coordinates get one decimal. */

/** `svg` is what Vega writes: well-formed, attributes in double quotes. Texts stay as they are. */
export function tidySvg(svg: string): string {
  return write(simplified(parse(svg)))
}

// --- internal ---

type Node = Element | string
interface Element {
  name: string
  attributes: Map<string, string>
  children: Node[]
}

/** What a static picture does not need. */
const NEEDLESS = new Set(['aria-roledescription', 'aria-hidden', 'aria-label', 'role', 'pointer-events', 'class', 'xmlns:xlink', 'version', 'font-family'])
/** What children inherit. */
const INHERITED = ['fill', 'stroke', 'stroke-width', 'stroke-dasharray', 'font-size', 'font-weight', 'text-anchor']

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
      for (const [, key, value] of token.matchAll(/ ([\w:-]+)="([^"]*)"/g)) if (!NEEDLESS.has(key!)) element.attributes.set(key!, shorter(key!, value!))
      parent.children.push(element)
      if (!token.endsWith('/>')) open.push(element)
    }
  }
  return root.children.find((child): child is Element => typeof child !== 'string')!
}

function simplified(element: Element): Element {
  const { name, attributes } = element
  if (attributes.get('opacity') === '1') attributes.delete('opacity')
  if (attributes.get('transform') === 'translate(0,0)') attributes.delete('transform')
  if (name === 'line') for (const key of ['x2', 'y2']) if (attributes.get(key) === '0') attributes.delete(key)
  const children = element.children.flatMap((child): Node[] => {
    if (typeof child === 'string') return [child]
    const simple = simplified(child)
    if (draws(simple)) return simple.name === 'g' && simple.attributes.size === 0 ? simple.children : [simple]
    return []
  })
  const result = { name, attributes, children }
  if (name === 'g') hoist(result)
  return joined(result)
}

/** A group that holds one group is that group, where the two do not say the same thing; a clip is in the coordinates of its own element. */
function joined(group: Element): Element {
  const [only] = group.children
  if (group.name !== 'g' || group.children.length !== 1 || typeof only !== 'object' || only.name !== 'g' || group.attributes.has('clip-path')) return group
  if ([...only.attributes.keys()].some((key) => group.attributes.has(key))) return group
  return { name: 'g', attributes: new Map([...group.attributes, ...only.attributes]), children: only.children }
}

function draws({ name, attributes, children }: Element): boolean {
  if (attributes.get('display') === 'none') return false
  if (name === 'g') return children.length > 0
  return name !== 'path' || !/^(?:|M0,0h0v0h0Z)$/.test(attributes.get('d') ?? '')
}

/** Moves up what all children say alike. */
function hoist({ attributes, children }: Element): void {
  const elements = children.filter((child): child is Element => typeof child !== 'string')
  const [first] = elements
  if (first === undefined || elements.length < 2 || elements.length < children.length) return
  for (const key of INHERITED) {
    const value = first.attributes.get(key)
    if (value === undefined || elements.some((one) => one.attributes.get(key) !== value)) continue
    attributes.set(key, value)
    for (const one of elements) one.attributes.delete(key)
  }
}

function shorter(key: string, value: string): string {
  const short = value.replace(/\d+\.\d{2,}/g, (number) => String(Number(Number(number).toFixed(1))))
  return key === 'd' ? shorterPath(short) : short
}

/** Steps along one axis as H and V, and points that do not move left out. */
function shorterPath(path: string): string {
  if (!/^M[-\d.]+,[-\d.]+(?:L[-\d.]+,[-\d.]+)+$/.test(path)) return path
  const points = path
    .slice(1)
    .split('L')
    .map((point) => point.split(','))
  let [x, y] = points[0] as [string, string]
  let short = `M${x},${y}`
  for (const [nextX = x, nextY = y] of points.slice(1)) {
    if (nextX !== x && nextY !== y) short += `L${nextX},${nextY}`
    else if (nextX !== x) short += `H${nextX}`
    else if (nextY !== y) short += `V${nextY}`
    x = nextX
    y = nextY
  }
  return short
}

function write(node: Node): string {
  if (typeof node === 'string') return node
  const attributes = [...node.attributes].map(([key, value]) => ` ${key}="${value}"`).join('')
  return node.children.length === 0 ? `<${node.name}${attributes}/>` : `<${node.name}${attributes}>${node.children.map(write).join('')}</${node.name}>`
}
