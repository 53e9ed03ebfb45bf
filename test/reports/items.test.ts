import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { differences, type Part } from '../../reports/differences.ts'
import { itemsSection } from '../../reports/html/sections/items.ts'
import { viewOf } from '../../reports/view.ts'
import { measuredAnalysis, RUN } from '../fixtures/analyses/build.ts'
import { HOSTILE } from '../fixtures/analyses/edges.ts'
import { flip, withItems } from '../fixtures/analyses/items.ts'

const joined = (parts: readonly Part[]): string => parts.map(({ text }) => text).join('')
const only = (parts: readonly Part[]): string[] => parts.filter((part) => part.only).map(({ text }) => text)

describe('differences of two texts', () => {
  it('are the words that one has and the other has not', () => {
    const { a, b } = differences('7 + 5 makes 12, so the answer is 12.', '7 + 5 makes 13, so the answer is 13.')!
    expect([only(a), only(b)]).toEqual([
      ['12', '12'],
      ['13', '13'],
    ])
  })

  it('put together are the texts again, whatever these hold', () => {
    const text = fc.array(fc.constantFrom('ab', 'c', ' ', '\n', '한국어', '👩‍👩‍👧', '12', ',', '\u202e')).map((parts) => parts.join(''))
    fc.assert(
      fc.property(text, text, (left, right) => {
        const found = differences(left, right)
        if (found === undefined) return
        expect([joined(found.a), joined(found.b)]).toEqual([left, right])
        const common = (parts: readonly Part[]): string => joined(parts.filter((part) => !part.only)).replace(/\s+/g, '')
        expect(common(found.a)).toBe(common(found.b))
      }),
    )
  })

  it('are not marked where two texts share next to nothing', () => {
    expect(differences('one two three four', 'eins zwei drei vier')).toBeUndefined()
    expect(differences('a '.repeat(350), 'b '.repeat(350))).toBeUndefined()
  })
})

describe('the items on a page', () => {
  const page = (words = ''): string => itemsSection(viewOf(withItems(measuredAnalysis(), words)))!.body.source

  it('begin with the regressions, and say how many are elsewhere and where', () => {
    const source = page()
    const kinds = [...source.matchAll(/data-kind="([^"]*)"/g)].map(([, kind]) => kind)
    expect(kinds).toEqual([...kinds.slice(0, 5), ...kinds.slice(0, 5)])
    expect(kinds.slice(0, 5)).toEqual(['lost', 'lost', 'lost', 'won', 'both-wrong'])
    expect(source).toContain('60 regressions, 1 gain, 1 both wrong with different answers. 5 of them are here; the record of the run has all of them.')
    expect(source).toContain(RUN)
  })

  it('mark the words in which the answers differ, on either side', () => {
    expect([...page().matchAll(/<mark>([^<]*)<\/mark>/g)].slice(0, 4).map(([, word]) => word)).toEqual(['step by', '2', 'in one', '3'])
  })

  it('hold what models wrote as text', () => {
    const source = page(HOSTILE)
    expect(source).not.toMatch(/<script|<img|\u202e/)
    expect(source).toContain('&lt;img src=x onerror=')
    expect(source.match(/<bdi/g)).toHaveLength(source.match(/<\/bdi\s*>/g)!.length)
  })

  it('say what was left out of long texts', () => {
    const long = flip('lost', 1)
    const analysis = withItems(measuredAnalysis())
    const [one] = analysis.fidelity
    const cut = { ...long, teacher: { ...long.teacher, text: { text: 'the end of it', from: 512, length: 1_048_576 } } }
    const source = itemsSection(viewOf({ ...analysis, fidelity: [{ ...one!, flips: { ...one!.flips, listed: [cut] } }] }))!.body.source
    expect(source).toContain('The first 512 characters are the same.')
    expect(source).toContain('It goes on; 1,048,576 characters in all.')
  })

  it('are as many as have room on a page that is sent around', () => {
    const analysis = withItems(measuredAnalysis(), 'long words '.repeat(60))
    const many = {
      ...analysis,
      fidelity: analysis.fidelity.map((one) => ({ ...one, flips: { ...one.flips, listed: Array.from({ length: 90 }, () => one.flips.listed[0]!) } })),
    }
    const source = itemsSection(viewOf(many))!.body.source
    const shown = source.match(/<details/g)!.length
    expect(shown).toBeGreaterThan(10)
    expect(shown).toBeLessThan(60)
    expect(source).toContain(`${shown / 2} of them are here`)
  })
})
