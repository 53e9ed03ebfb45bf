import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { disarm } from '../../reports/csv.ts'
import { html } from '../../reports/html/markup.ts'
import { link } from '../../reports/html/parts.ts'
import { embeddableJson } from '../../reports/json.ts'
import { escapeMarkdown } from '../../reports/markdown.ts'
import { clip, displayWidth, fit, visible, wrap } from '../../reports/text.ts'

const HOSTILE = [
  '</script><script>alert(1)</script>',
  '<img src=x onerror=alert(1)>',
  '"><svg onload=alert(1)>',
  '\u202eevil\u202c',
  '\u0000',
  '=HYPERLINK("http://x")',
  '| a | b |',
  '[x](javascript:alert(1))',
  '\ud800',
  '👩‍👩‍👧',
  '`code`',
  '<!--',
  ']]>',
  '\r\n\r\n# heading',
  '\u001b[31mred',
]
const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom(...HOSTILE),
  fc.array(fc.constantFrom(...HOSTILE)).map((parts) => parts.join('')),
)

describe('text from outside', () => {
  it('shows characters that nobody can see, and leaves the others alone', () => {
    expect(visible('a\u202eb\u0000c\ud800d')).toBe('a⟨U+202E⟩b⟨U+0000⟩c⟨U+D800⟩d')
    expect(visible('Größe 한국어 👩‍👩‍👧 \n\t−1')).toBe('Größe 한국어 👩‍👩‍👧 \n\t−1')
  })

  it('cuts a line of a megabyte, says so, and never between two halves of a character', () => {
    const cut = clip('x'.repeat(1_048_576), 10)
    expect(cut).toBe('xxxxxxxxxx… (1,048,576 characters in all)')
    expect(visible(clip('😀'.repeat(10), 3))).not.toContain('U+D83D')
  })

  it('is inert in HTML text and attributes', () => {
    fc.assert(
      fc.property(text, (value) => {
        const source = html`<p title="${value}">${value}</p>`.source
        expect(source.match(/<[^>]*>/g)).toHaveLength(2)
        const [, attribute, body] = /^<p title="([^"]*)">([^<]*)<\/p>$/.exec(source) ?? []
        expect(attribute).toBe(body)
      }),
    )
  })

  it('joins lists and skips what is absent, but never prints it', () => {
    expect(html`<p>${['a', 1, false, undefined, html`<b>${'<'}</b>`]}</p>`.source).toBe('<p>a1<b>&lt;</b></p>')
  })

  it('links ordinary web addresses only', () => {
    expect(link('https://example.org/a?b=1&c=2', 'x').source).toContain('href="https://example.org/a?b=1&amp;c=2"')
    for (const url of ['javascript:alert(1)', 'data:text/html,x', '//example.org', 'https://x" onclick="y', undefined]) expect(link(url, 'x').source).toBe('x')
  })

  it('survives embedding as JSON, and no character of it can end the element', () => {
    fc.assert(
      fc.property(fc.dictionary(text, text), (value) => {
        const embedded = embeddableJson(value)
        expect(embedded).not.toMatch(/[<>&\u2028\u2029\u202a-\u202e]/)
        expect(JSON.parse(embedded)).toEqual(JSON.parse(JSON.stringify(value)))
      }),
    )
  })

  it('stays inside one cell of a Markdown table', () => {
    fc.assert(
      fc.property(text, (value) => {
        const escaped = escapeMarkdown(value)
        expect(escaped).not.toMatch(/[\n\r<>]/)
        expect(escaped.replace(/\\[^a-z0-9\s]/gi, '')).not.toMatch(/[|`[\]*_]/)
      }),
    )
  })

  it('cannot make a link, a mention or an image in Markdown', () => {
    expect(escapeMarkdown('see https://evil.example and @team ![x](y)')).not.toMatch(/https:\/\/|@team|!\[/)
    expect(escapeMarkdown('1. not a list')).toBe('1\\. not a list')
    expect(escapeMarkdown('98.4%')).toBe('98.4%')
  })

  it('is no formula in a spreadsheet', () => {
    for (const formula of ['=1+1', '+cmd', '-2+3', '@SUM(A1)', '\t=1', ' =1', '\r=1', '＝1+1']) expect(disarm(formula)).toBe(`'${formula}`)
    for (const harmless of ['-5', '+3.25', 'a=b', '', '12', 'teacher']) expect(disarm(harmless)).toBe(harmless)
    fc.assert(fc.property(text, (value) => /^['\s\S]?/.test(disarm(value)) && (disarm(value) === value || disarm(value) === `'${value}`)))
  })
})

describe('text in a terminal', () => {
  it('knows how many columns a character takes', () => {
    expect(['abc', '한글', 'é', 'e\u0301', '😀', '−'].map(displayWidth)).toEqual([3, 4, 1, 1, 2, 1])
  })

  it('fits exactly', () => {
    fc.assert(fc.property(text, fc.nat(40), (value, width) => displayWidth(fit(visible(value), width)) === width))
  })

  it('wraps without a line that is too wide, and loses no word', () => {
    fc.assert(
      fc.property(fc.lorem({ maxCount: 40 }), fc.integer({ min: 12, max: 60 }), (words, width) => {
        const lines = wrap(words, width, '  ', '    ')
        for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(width)
        expect(
          lines
            .map((line) => line.trim())
            .join('')
            .replaceAll(' ', ''),
        ).toBe(words.replaceAll(' ', ''))
      }),
    )
  })
})
