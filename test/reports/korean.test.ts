import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { analyse, METRICS } from '../../harness/analysis/index.ts'
import type { Analysis } from '../../harness/types.ts'
import { renderReport } from '../../reports/index.ts'
import { METRICS as KOREAN_METRICS } from '../../reports/messages/ko/metrics.ts'
import { withParticle } from '../../reports/messages/ko/particles.ts'
import { randomPair } from '../analysis/scripted-run.ts'
import { emptyAnalysis, measuredAnalysis } from '../fixtures/analyses/build.ts'
import { failedAnalysis, partialAnalysis } from '../fixtures/analyses/edges.ts'
import { withItems } from '../fixtures/analyses/items.ts'
import { publishedAnalysis } from '../fixtures/analyses/published.ts'

const PAGES: Record<string, () => Analysis> = {
  'with items and power': () => withItems(measuredAnalysis()),
  published: publishedAnalysis,
  partial: partialAnalysis,
  failed: failedAnalysis,
  empty: emptyAnalysis,
  scripted: () => analyse([randomPair(7, 60)]),
}

/** What the suites of the pages say themselves: titles, sources and claims are quoted, and so are errors. */
const QUOTED = [
  /power of the design/,
  /list price of a small cloud machine/,
  /Questions with working/,
  /median over providers/,
  /first-party list price/i,
  /quoted in (?:early|the press)/,
  /Both blended/,
  /at the price of its maker/,
  /leaves out research and failed runs/,
  /items were planned/,
  /weights of teacher are corrupt/,
  /^I do not know/,
]

/** Texts between tags, without commands, model output, data, style and script. */
function textsOf(page: string): string[] {
  const bare = page.replace(/<(script|style|pre|bdi)[^>]*>[\s\S]*?<\/\1>/g, '')
  return bare.split(/<[^>]*>/).map((text) => text.trim())
}

describe.each(Object.entries(PAGES))('the Korean page: %s', (_, make) => {
  it('has no English sentence but quoted ones, and nothing undefined', async () => {
    const page = await renderReport(make(), 'html', 'ko')
    const english = textsOf(page).filter((text) => /\b[a-z]{2,} [a-z]{2,} [a-z]{2,}/.test(text))
    expect(english.filter((text) => !QUOTED.some((known) => known.test(text)))).toEqual([])
    expect(textsOf(page).join('\n')).not.toMatch(/\b(?:NaN|undefined|Infinity)\b|\[object/)
    expect(page).toContain('<html lang="ko">')
    for (const [, text] of page.matchAll(/<span lang="en">([^<]*)</g))
      expect(
        QUOTED.some((known) => known.test(text!)),
        text,
      ).toBe(true)
  })
})

describe('languages', () => {
  it('say the same numbers, in Markdown and on the card too', async () => {
    const [english, korean] = await Promise.all(['en', 'ko'].map((language) => renderReport(measuredAnalysis(), 'md', language)))
    expect(korean).toContain('판정 보류')
    const shares = (text: string): string[] => [...new Set(text.match(/\d+\.\d(?=%)/g))]
    expect(shares(english!).length).toBeGreaterThan(5)
    expect(shares(english!).filter((share) => !korean!.includes(share))).toEqual([])
    expect(await renderReport(measuredAnalysis(), 'card', 'ko')).toMatch(/74% 저렴/)
  })

  it('do not leak into each other, nor into data', async () => {
    const before = await renderReport(measuredAnalysis(), 'html')
    const korean = await renderReport(measuredAnalysis(), 'html', 'ko')
    expect(await renderReport(measuredAnalysis(), 'html')).toBe(before)
    expect(await renderReport(measuredAnalysis(), 'html', 'ko')).toBe(korean)
    expect(before).not.toMatch(/[\uAC00-\uD7A3]/)
    for (const format of ['csv', 'json']) expect(await renderReport(measuredAnalysis(), format, 'ko')).toBe(await renderReport(measuredAnalysis(), format))
  })

  it('refuse one that there is not, with the nearest', async () => {
    await expect(renderReport(emptyAnalysis(), 'html', 'kr')).rejects.toMatchObject({ code: 'usage', hint: 'Did you mean ko?' })
  })

  it('define every metric', () => {
    expect(METRICS.map(({ id }) => id as string).filter((id) => KOREAN_METRICS[id] === undefined)).toEqual([])
  })
})

describe('particles', () => {
  it.each([
    ['교사', '교사는'],
    ['학생', '학생은'],
    ['R1', 'R1은'],
    ['o3', 'o3은'],
    ['GPT-4', 'GPT-4는'],
    ['LLM', 'LLM은'],
    ['Qwen', 'Qwen은'],
    ['Student S (small)', 'Student S (small)는'],
    ['97.1%', '97.1%는'],
  ])('%s', (word, expected) => {
    expect(withParticle(word, '은/는')).toBe(expected)
  })

  it('follow the last syllable of any Hangul word: with a final consonant or without', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 398 }), fc.integer({ min: 0, max: 27 }), (syllable, final) => {
        const word = String.fromCodePoint(0xac00 + syllable * 28 + final)
        expect(withParticle(word, '이/가')).toBe(`${word}${final === 0 ? '가' : '이'}`)
        expect(withParticle(word, '으로/로')).toBe(`${word}${final === 0 || final === 8 ? '로' : '으로'}`)
        expect(withParticle(word.normalize('NFD'), '을/를').at(-1)).toBe(final === 0 ? '를' : '을')
      }),
    )
  })

  it('choose one of the two for whatever text', () => {
    fc.assert(
      fc.property(fc.string(), (word) => {
        expect([`${word}은`, `${word}는`]).toContain(withParticle(word, '은/는'))
      }),
    )
  })
})
