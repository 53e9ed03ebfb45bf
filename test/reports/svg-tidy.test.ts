import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { shortPath } from '../../reports/svg-path.ts'
import { tidySvg } from '../../reports/svg-tidy.ts'

/** Each drawn element with all that it says or inherits, transforms from the outside in. */
function leaves(svg: string): string[] {
  const open: Record<string, string>[] = [{}]
  const found: string[] = []
  for (const [token] of svg.matchAll(/<[^>]*>|[^<]+/g)) {
    if (!token.startsWith('<')) found.push(token)
    else if (token.startsWith('</')) open.pop()
    else {
      const inherited = open.at(-1)!
      const own = Object.fromEntries([...token.matchAll(/ ([\w:-]+)="([^"]*)"/g)].map(([, key, value]) => [key!, value!]))
      const transform = [inherited.transform, own.transform].filter((one) => one !== undefined && one !== 'translate(0,0)').join(' ')
      const all = { ...inherited, ...own, transform }
      if (!/^<(?:g|svg)\b/.test(token)) found.push(`${/^<\w+/.exec(token)![0]} ${JSON.stringify(Object.entries(all).toSorted(([a], [b]) => (a < b ? -1 : 1)))}`)
      if (!token.endsWith('/>')) open.push(all)
    }
  }
  return found
}

describe('a smaller SVG', () => {
  it('says once what all children of a group say, and drops groups that say nothing', () => {
    const svg =
      '<svg width="10"><g><g transform="translate(0,0)"><circle r="1" stroke="#fff" stroke-width="2"/><circle r="2" stroke="#fff" stroke-width="2"/></g></g><g></g></svg>'
    expect(tidySvg(svg)).toBe('<svg width="10"><g stroke="#fff" stroke-width="2"><circle r="1"/><circle r="2"/></g></svg>')
  })

  it('rounds coordinates to a tenth, and writes steps from the last point on', () => {
    expect(tidySvg('<svg><path d="M0,0.123L10.456,0.123L10.456,7" fill="none"/></svg>')).toBe('<svg><path d="M0,.1h10.5v6.9" fill="none"/></svg>')
  })

  it('makes one path of the lines of a group that look alike, not of those that shine through', () => {
    const line = (y: number, more = ''): string => `<line transform="translate(0,${y})" x2="9" y2="0" stroke="#000" stroke-width="1"${more}/>`
    expect(tidySvg(`<svg><g>${line(1)}${line(2)}</g></svg>`)).toBe('<svg><path stroke="#000" d="M0,1h9M0,2h9"/></svg>')
    expect(tidySvg(`<svg><g>${line(1, ' opacity="0.5"')}${line(2, ' opacity="0.5"')}</g></svg>`)).toBe(
      '<svg><g stroke="#000"><path opacity="0.5" d="M0,1h9"/><path opacity="0.5" d="M0,2h9"/></g></svg>',
    )
  })

  it('draws a circle as such, and nothing for what has no size or no colour', () => {
    const circle = '<path transform="translate(5,6.26)" d="M3,0A3,3,0,1,1,-3,0A3,3,0,1,1,3,0" fill="#f00"/>'
    expect(tidySvg(`<svg>${circle}<line transform="translate(1,2)" x2="0" y2="0" stroke="#000"/><path d="M0,0h340v220h-340Z"/></svg>`)).toBe(
      '<svg><circle fill="#f00" cx="5" cy="6.3" r="3"/></svg>',
    )
  })

  it('leaves out what the page says, except where something between says otherwise', () => {
    const text = (anchor: string): string => `<text text-anchor="${anchor}" transform="translate(1,2)">a</text>`
    expect(tidySvg(`<svg>${text('middle')}${text('start')}</svg>`, { 'text-anchor': 'middle' })).toBe(
      '<svg><text x="1" y="2">a</text><text text-anchor="start" x="1" y="2">a</text></svg>',
    )
    expect(tidySvg(`<svg><g text-anchor="end">${text('middle')}<circle/></g></svg>`, { 'text-anchor': 'middle' })).toContain('<text text-anchor="middle"')
  })

  it('leaves texts and clips as they are', () => {
    const svg = '<svg><g clip-path="url(#c)"><text transform="translate(5,5) rotate(-90)" fill="#000">a &lt;b&gt; 1.23456 &amp;</text></g></svg>'
    expect(tidySvg(svg)).toBe(svg)
  })

  it('moves a path to its place and ends where it ended, within a tenth for each step', () => {
    const coordinate = fc.integer({ min: -5000, max: 5000 }).map((hundredths) => hundredths / 10)
    fc.assert(
      fc.property(fc.array(fc.tuple(coordinate, coordinate), { minLength: 2, maxLength: 20 }), coordinate, coordinate, (points, dx, dy) => {
        const short = shortPath(`M${points.map(([x, y]) => `${x},${y}`).join('L')}`, dx, dy)!
        const expected = points.map(([x, y]) => [tenth(x + dx), tenth(y + dy)]).filter((point, i, all) => i === 0 || String(point) !== String(all[i - 1]))
        expect(expected.length === 1 ? short : pointsOf(short)).toEqual(expected.length === 1 ? '' : expected)
      }),
    )
    expect(shortPath('M0,0T5,5')).toBeUndefined()
  })

  it('draws the same: every element says and inherits what it did', () => {
    const attribute = fc.constantFrom(
      'fill="#fff"',
      'fill="none"',
      'stroke="#000"',
      'stroke-width="2"',
      'font-size="12"',
      'transform="translate(1,2)"',
      'opacity="0.5"',
    )
    const attributes = fc.uniqueArray(attribute, { maxLength: 3, selector: (one) => one.split('=')[0] }).map((all) => all.map((one) => ` ${one}`).join(''))
    const { group } = fc.letrec<{ node: string; group: string }>((tie) => ({
      node: fc.oneof(
        { depthSize: 'small' },
        attributes.map((own) => `<circle r="3"${own}/>`),
        tie('group'),
      ),
      group: fc.tuple(attributes, fc.array(tie('node'), { maxLength: 4 })).map(([own, children]) => `<g${own}>${children.join('')}</g>`),
    }))
    fc.assert(
      fc.property(group, (inside) => {
        const svg = `<svg>${inside}</svg>`
        expect(leaves(tidySvg(svg))).toEqual(leaves(svg))
        expect(tidySvg(svg).length).toBeLessThanOrEqual(svg.length)
      }),
    )
  })
})

function tenth(value: number): number {
  return Math.round(value * 10) / 10 + 0
}

/** The points of a path of `M`, `h`, `v` and `l`. */
function pointsOf(path: string): number[][] {
  let [x, y] = [0, 0]
  return [...path.matchAll(/([Mhvl])([^Mhvl]*)/g)].flatMap(([, command, rest]) => {
    const numbers = (rest!.match(/-?[\d.]+/g) ?? []).map(Number)
    const steps = command === 'h' ? numbers.map((dx) => [dx, 0]) : command === 'v' ? numbers.map((dy) => [0, dy]) : pairs(numbers)
    return steps.map(([dx = 0, dy = 0]) => {
      ;[x, y] = command === 'M' ? [dx, dy] : [x + dx, y + dy]
      return [tenth(x), tenth(y)]
    })
  })
}

function pairs(numbers: readonly number[]): number[][] {
  return Array.from({ length: numbers.length / 2 }, (_, i) => numbers.slice(i * 2, i * 2 + 2))
}
