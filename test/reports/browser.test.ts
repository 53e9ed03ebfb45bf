/** The page in a real browser, opened from disk. Debian's chromium, or the one that CHROMIUM_PATH names; without one these tests are skipped. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { chromium, type Browser, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Analysis } from '../../harness/types.ts'
import { renderReport } from '../../reports/index.ts'
import { emptyAnalysis, measuredAnalysis } from '../fixtures/analyses/build.ts'
import { failedAnalysis, hostileAnalysis, manyModelsAnalysis, oneModelAnalysis, partialAnalysis, twoRunsAnalysis } from '../fixtures/analyses/edges.ts'
import { withItems } from '../fixtures/analyses/items.ts'
import { publishedAnalysis } from '../fixtures/analyses/published.ts'
import { seriousFlaws } from './axe.ts'

const executablePath = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium'
const PAGES: Record<string, () => Analysis> = {
  measured: measuredAnalysis,
  items: () => withItems(measuredAnalysis()),
  published: publishedAnalysis,
  empty: emptyAnalysis,
  failed: failedAnalysis,
  partial: partialAnalysis,
  'one model': oneModelAnalysis,
  '50 models': () => manyModelsAnalysis(),
  'two runs': twoRunsAnalysis,
  hostile: hostileAnalysis,
  Korean: () => withItems(measuredAnalysis()),
}

interface Opened {
  page: Page
  requests: string[]
  complaints: string[]
  close: () => Promise<void>
}

describe.skipIf(!existsSync(executablePath))(`in ${executablePath}`, () => {
  let browser: Browser
  const folder = mkdtempSync(join(tmpdir(), 'distillbench-pages-'))
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'] })
    for (const [name, make] of Object.entries(PAGES)) writeFileSync(fileOf(name), await renderReport(make(), 'html', name === 'Korean' ? 'ko' : 'en'))
  })
  afterAll(async () => {
    await browser?.close()
    rmSync(folder, { recursive: true, force: true })
  })

  const fileOf = (name: string): string => join(folder, `${name.replace(' ', '-')}.html`)

  /** Opens a page in a fresh profile, and writes down what it asks for and what the browser complains of. */
  async function open(name: string, options: { width?: number; scheme?: 'light' | 'dark'; script?: boolean } = {}): Promise<Opened> {
    const context = await browser.newContext({
      viewport: { width: options.width ?? 1280, height: 800 },
      colorScheme: options.scheme ?? 'light',
      javaScriptEnabled: options.script ?? true,
      acceptDownloads: true,
    })
    const page = await context.newPage()
    const requests: string[] = []
    const complaints: string[] = []
    page.on('request', (request) => requests.push(request.url()))
    page.on('console', (message) => complaints.push(message.text()))
    page.on('pageerror', (error) => complaints.push(error.message))
    page.on('dialog', (dialog) => complaints.push(`dialog: ${dialog.message()}`))
    await page.goto(pathToFileURL(fileOf(name)).href)
    return { page, requests, complaints, close: () => context.close() }
  }

  it.each(Object.keys(PAGES))('%s: nothing leaves, nothing is complained of, and a phone needs no sideways scrolling', async (name) => {
    for (const options of [{ width: 360 }, { width: 1280, scheme: 'dark' as const }]) {
      const { page, requests, complaints, close } = await open(name, options)
      expect(requests.filter((url) => !url.startsWith('data:'))).toEqual([pathToFileURL(fileOf(name)).href])
      expect(complaints).toEqual([])
      const [scroll, inner] = await page.evaluate<[number, number]>('[document.documentElement.scrollWidth, window.innerWidth]')
      expect(scroll).toBeLessThanOrEqual(inner)
      await close()
    }
  })

  it('runs no script of a hostile record, and shows its text as text', async () => {
    const { page, close } = await open('hostile')
    expect(await page.title()).toMatch(/^title<\/script><script>/)
    expect(await page.evaluate('document.scripts.length')).toBe(2)
    expect(await page.evaluate('document.images.length')).toBe(0)
    expect(
      await page.evaluate(
        `[...document.querySelectorAll('*')].flatMap((element) => [...element.attributes]).filter(({ name, value }) => /^on/i.test(name) || /javascript:/i.test(value) && name === 'href').length`,
      ),
    ).toBe(0)
    expect(await page.evaluate(`document.body.innerText.includes('⟨U+202E⟩')`)).toBe(true)
    await close()
  })

  it('forbids scripts that are not its own', async () => {
    const { page, complaints, close } = await open('measured')
    await page.evaluate(
      `(() => { const script = document.createElement('script'); script.textContent = 'window.intruder = true'; document.body.append(script) })()`,
    )
    expect(await page.evaluate('window.intruder')).toBeUndefined()
    expect(complaints.join()).toContain('Content Security Policy')
    await close()
  })

  it.each(['light', 'dark'] as const)('draws every chart with ink that can be told from the ground (%s)', async (scheme) => {
    const { page, close } = await open('items', { scheme })
    const count = await page.locator('figure .chart svg').count()
    expect(count).toBe(10)
    for (let index = 0; index < count; index++) {
      const chart = page.locator('figure .chart svg').nth(index)
      await chart.scrollIntoViewIfNeeded()
      const colours = await coloursOf(page, await chart.screenshot())
      expect(colours.distinct).toBeGreaterThan(20)
      expect(colours.contrast).toBeGreaterThan(7) // the strongest ink against the ground
    }
    await close()
  })

  it('keeps text readable: at least 4.5 to 1 everywhere', async () => {
    for (const scheme of ['light', 'dark'] as const) {
      const { page, close } = await open('partial', { scheme })
      const weak = await page.evaluate<string[]>(WEAK_TEXT)
      expect(weak).toEqual([])
      await close()
    }
  })

  it('sorts a table by keyboard and by mouse, and says so to a screen reader', async () => {
    const { page, close } = await open('measured')
    const table = page.locator('.comparison table')
    const order = (): Promise<string[]> =>
      table.locator('tbody th').evaluateAll((cells) =>
        cells.map(
          (cell) =>
            String(cell.textContent)
              .trim()
              .split(/\s{2,}|\n/)[0] ?? '',
        ),
      )
    const speed = table.locator('thead button', { hasText: /^Speed$/ })
    await speed.focus()
    await page.keyboard.press('Enter')
    expect((await order())[0]).toContain('Teacher')
    expect(await table.locator('th[aria-sort=ascending]').textContent()).toContain('Speed')
    await speed.click()
    expect((await order())[0]).toContain('Student XS')
    expect(await table.locator('th[aria-sort=descending]').count()).toBe(1)
    await close()
  })

  it.each(['light', 'dark'] as const)('has nothing that axe calls serious, also where everything is unfolded (%s)', async (scheme) => {
    const { page, close } = await open('items', { scheme })
    await page.evaluate(`for (const one of document.querySelectorAll('details')) one.open = true`)
    expect(await seriousFlaws(page)).toEqual([])
    await page.evaluate(`document.querySelector('main').append(new Image())`)
    expect(await seriousFlaws(page, 'main > img')).toEqual([expect.stringMatching(/^image-alt: /)]) // it would notice
    await close()
  })

  it('has nothing that axe calls serious in Korean', async () => {
    const { page, close } = await open('Korean')
    expect(await seriousFlaws(page)).toEqual([])
    await close()
  })

  it('opens items and filters them by keyboard, and says how many are left', async () => {
    const { page, complaints, close } = await open('items')
    const shown = (): Promise<string[]> => page.locator('.item:visible .flip').allTextContents()
    await page.locator('.item summary').first().focus()
    await page.keyboard.press('Enter')
    expect(await page.locator('.item[open] .said').allTextContents()).toEqual([
      'What is 1 + 1?',
      '2',
      '1 + 1 is counted up step by step, and that makes 2.',
      '1 + 1 is counted up in one step, and that makes 3.',
    ])
    expect(await page.locator('.item[open] mark').allTextContents()).toEqual(['step by', '2', 'in one', '3'])
    const kind = page.locator('select[name=kind]')
    await kind.focus()
    for (const [words, count] of [
      ['Lost', 6],
      ['Gained', 2],
    ] as const) {
      // prettier-ignore
      await page.keyboard.press('ArrowDown')
      expect(await shown()).toEqual(Array.from({ length: count }, () => words))
      expect(await page.locator('.filter output').textContent()).toBe(`${count} of 10 shown`)
    }
    await page.keyboard.press('Tab')
    await page.keyboard.press('ArrowDown')
    expect(await shown()).toEqual([]) // gained, and of the first slice
    expect(complaints).toEqual([])
    await close()
  })

  it.each(['measured', '50 models'])('saves the analysis that is inside it (%s)', async (name) => {
    const { page, complaints, close } = await open(name)
    const [download] = await Promise.all([page.waitForEvent('download'), page.locator('#save-analysis').click()])
    expect(download.suggestedFilename()).toBe('analysis.json')
    const chunks: Buffer[] = []
    for await (const chunk of await download.createReadStream()) chunks.push(chunk as Buffer)
    expect(JSON.parse(Buffer.concat(chunks).toString(), sevenDigits)).toEqual(JSON.parse(JSON.stringify(PAGES[name]?.()), sevenDigits))
    expect(complaints).toEqual([])
    await close()
  })

  it('says everything without script too', async () => {
    const { page, close } = await open('items', { script: false })
    expect(await page.locator('#save-analysis').isVisible()).toBe(false)
    expect(await page.locator('.comparison tbody tr').count()).toBe(4)
    expect(await page.locator('.filter').isVisible()).toBe(false)
    await page.locator('.item summary').first().click()
    expect(await page.locator('.item[open] .said').first().isVisible()).toBe(true)
    await page.locator('figure summary').first().click()
    expect(await page.locator('figure details[open] table').first().isVisible()).toBe(true)
    await close()
  })

  it.each(['items', 'hostile', '50 models'])('prints (%s) on paper: no chart is cut and nothing hangs over the edge', async (name) => {
    const { page, close } = await open(name, { width: 688 }) // A4 without margins, in CSS pixels
    await page.emulateMedia({ media: 'print' })
    if (name === 'items') {
      const over = await page.evaluate<string[]>(
        `[...document.querySelectorAll('main *')].filter((element) => element.checkVisibility() && element.getBoundingClientRect().right > innerWidth + 1).map((element) => element.outerHTML.slice(0, 200))`,
      )
      expect(over).toEqual([])
    }
    expect(await page.evaluate(`[...document.querySelectorAll('figure')].every((figure) => getComputedStyle(figure).breakInside === 'avoid')`)).toBe(true)
    const wide = await page.evaluate<number>(
      `[...document.querySelectorAll('.chart svg')].filter((svg) => svg.getBoundingClientRect().right > innerWidth + 1).length`,
    )
    expect(wide).toBe(0)
    const pdf = await page.pdf({ format: 'A4' })
    expect(pdf.subarray(0, 5).toString()).toBe('%PDF-')
    expect(pdf.toString('latin1').match(/\/Type\s*\/Page\b/g)!.length).toBeGreaterThan(3)
    expect(pdf.length).toBeGreaterThan(20_000)
    await close()
  })
})

/** A large analysis is embedded with as many digits as can mean something. */
function sevenDigits(_key: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(7)) : value
}

/** How many colours a picture has, and the contrast of its strongest ink with its most frequent colour. Decoded by a blank page. */
async function coloursOf(page: Page, png: Buffer): Promise<{ distinct: number; contrast: number }> {
  const blank = await page.context().newPage()
  const result = await blank.evaluate<{ distinct: number; contrast: number }>(`(async () => {
    ${LUMINANCE}
    const bitmap = await createImageBitmap(await (await fetch('data:image/png;base64,${png.toString('base64')}')).blob())
    const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d')
    context.drawImage(bitmap, 0, 0)
    const { data } = context.getImageData(0, 0, bitmap.width, bitmap.height)
    const counts = new Map()
    for (let i = 0; i < data.length; i += 4) { const key = data[i] + ',' + data[i + 1] + ',' + data[i + 2]; counts.set(key, (counts.get(key) ?? 0) + 1) }
    const ground = luminance([...counts].sort((a, b) => b[1] - a[1])[0][0].split(',').map(Number))
    return { distinct: counts.size, contrast: Math.max(...[...counts.keys()].map((key) => contrast(luminance(key.split(',').map(Number)), ground))) }
  })()`)
  await blank.close()
  return result
}

/** Relative luminance and contrast of WCAG 2. */
const LUMINANCE = `
  const luminance = (rgb) => { const [r, g, b] = rgb.map((c) => { const s = c / 255; return s <= 0.04045 ? s / 12.92 : ((s + 0.055) / 1.055) ** 2.4 }); return 0.2126 * r + 0.7152 * g + 0.0722 * b }
  const contrast = (a, b) => (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)
`

/** Texts whose colour is too close to the ground they stand on. */
const WEAK_TEXT = `(() => {
  ${LUMINANCE}
  const parse = (color) => (color.match(/[\\d.]+/g) ?? []).map(Number)
  const groundOf = (element) => { for (let at = element; at; at = at.parentElement) { const c = parse(getComputedStyle(at).backgroundColor); if (c.length === 3 || c[3] > 0) return c.slice(0, 3) } return [255, 255, 255] }
  const weak = []
  for (const element of document.querySelectorAll('body *')) {
    if (![...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim() !== '') || !element.checkVisibility() || element.closest('script')) continue
    const svg = element.closest('svg')
    const ink = parse(svg ? getComputedStyle(element).fill : getComputedStyle(element).color).slice(0, 3)
    if (contrast(luminance(ink), luminance(groundOf(element))) < 4.5) weak.push(element.outerHTML.slice(0, 160))
  }
  return [...new Set(weak)]
})()`
