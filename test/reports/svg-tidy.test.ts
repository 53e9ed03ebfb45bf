import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
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
      '<svg width="10"><g><g transform="translate(0,0)"><line x1="1" stroke="#fff" stroke-width="1"/><line x1="2" stroke="#fff" stroke-width="1"/></g></g><g></g></svg>'
    expect(tidySvg(svg)).toBe('<svg width="10"><g stroke="#fff" stroke-width="1"><line x1="1"/><line x1="2"/></g></svg>')
  })

  it('rounds coordinates to a tenth, and writes steps along one axis short', () => {
    expect(tidySvg('<svg><path d="M0,0.123L10.456,0.123L10.456,7" fill="none"/></svg>')).toBe('<svg><path d="M0,0.1H10.5V7" fill="none"/></svg>')
  })

  it('leaves texts and clips as they are', () => {
    const svg = '<svg><g clip-path="url(#c)"><g transform="translate(5,5)"><text fill="#000">a &lt;b&gt; 1.23456 &amp;</text></g></g></svg>'
    expect(tidySvg(svg)).toBe(svg)
  })

  it('draws the same: every element says and inherits what it did', () => {
    const attribute = fc.constantFrom(
      'fill="#fff"',
      'fill="none"',
      'stroke="#000"',
      'stroke-width="2"',
      'font-size="12px"',
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
