/** The interactive page in a real browser, opened from disk; and what part of an axis it shows. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import fc from 'fast-check'
import { chromium, type Browser, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { renderReport } from '../../reports/index.ts'
import { closeness, moved, zoomed, type Range } from '../../reports/zoom/browser/range.ts'
import { measuredAnalysis } from '../fixtures/analyses/build.ts'

const executablePath = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium'
const HOSTILE = '<img src=x onerror="window.pwned=1">'

describe('what part of an axis is shown', () => {
  const range = fc
    .tuple(fc.double({ min: 0.01, max: 50, noNaN: true }), fc.double({ min: 1, max: 50, noNaN: true }))
    .map(([low, span]): Range => [low, low + span])
  const share = fc.double({ min: 0, max: 1, noNaN: true })

  it('never leaves the whole, keeps the place under the pointer, and comes back', () => {
    fc.assert(
      fc.property(range, fc.boolean(), share, share, (whole, log, at, by) => {
        const closer = zoomed(whole, whole, log, 0.5, at)
        expect(closeness(closer, whole, log)).toBeCloseTo(2, 6)
        const line = (value: number): number => (log ? Math.log(value) : value)
        const place = ([low, high]: Range): number => line(low) + (line(high) - line(low)) * at
        expect(place(closer)).toBeCloseTo(place(whole), 6)
        const away = moved(closer, whole, log, by * 3)
        expect(away[0]).toBeGreaterThanOrEqual(whole[0] - 1e-6)
        expect(away[1]).toBeLessThanOrEqual(whole[1] + 1e-6)
        expect(closeness(away, whole, log)).toBeCloseTo(2, 6)
        expect(closeness(zoomed(away, whole, log, 9, at), whole, log)).toBeCloseTo(1, 6)
      }),
    )
  })
})

describe.skipIf(!existsSync(executablePath))('an interactive page', () => {
  const folder = mkdtempSync(join(tmpdir(), 'distillbench-zoom-'))
  const file = join(folder, 'page.html')
  let browser: Browser
  let html: string
  beforeAll(async () => {
    const analysis = measuredAnalysis()
    const models = analysis.models.map((model, i) => (i === 1 ? { ...model, name: HOSTILE } : model))
    html = await renderReport({ ...analysis, models }, 'html', 'en', { interactive: true })
    writeFileSync(file, html)
    browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'] })
  })
  afterAll(async () => {
    await browser?.close()
    rmSync(folder, { recursive: true, force: true })
  })

  async function open(options: { scheme?: 'light' | 'dark'; script?: boolean } = {}): Promise<{ page: Page; seen: string[]; close: () => Promise<void> }> {
    const context = await browser.newContext({ colorScheme: options.scheme ?? 'light', javaScriptEnabled: options.script ?? true, reducedMotion: 'reduce' })
    const page = await context.newPage()
    const seen: string[] = []
    page.on('request', (request) => request.url().startsWith('data:') || seen.push(request.url()))
    page.on('console', (message) => seen.push(message.text()))
    page.on('pageerror', (error) => seen.push(error.message))
    await page.goto(pathToFileURL(file).href)
    return { page, seen, close: () => context.close() }
  }

  const chartOf = (page: Page) => page.locator('#quality-cost-0 .chart')
  const ticks = async (page: Page): Promise<string[]> => (await chartOf(page).locator('.live .role-axis-label text').allTextContents()).toSorted()

  it('gives the same bytes each time, with nothing that is evaluated', async () => {
    const again = measuredAnalysis()
    const models = again.models.map((model, i) => (i === 1 ? { ...model, name: HOSTILE } : model))
    expect(await renderReport({ ...again, models }, 'html', 'en', { interactive: true })).toBe(html)
    expect(html).not.toMatch(/unsafe-(?:eval|inline)/)
    expect(html.length).toBeLessThan(1_000_000)
  })

  it('zooms by wheel and keys, moves by dragging, resets, and closes, in the place of the picture', async () => {
    const { page, seen, close } = await open()
    const chart = chartOf(page)
    await chart.scrollIntoViewIfNeeded()
    await chart.getByRole('button', { name: /^Explore this chart: Quality against cost/ }).focus()
    const before = await chart.locator('> svg').boundingBox()
    await page.keyboard.press('Enter')
    await chart.locator('.live svg').waitFor()
    const after = await chart.locator('.live svg').boundingBox()
    for (const side of ['x', 'y', 'width', 'height'] as const) expect(Math.abs(after![side] - before![side])).toBeLessThan(0.5)
    const whole = await ticks(page)
    expect(whole.length).toBeGreaterThan(4)

    await page.mouse.move(after!.x + after!.width * 0.6, after!.y + after!.height * 0.4)
    await page.mouse.wheel(0, -300)
    await expect.poll(() => ticks(page)).not.toEqual(whole)
    expect(await chart.locator('output').textContent()).toMatch(/^\d+\.\d times closer$/)
    const near = await ticks(page)
    await page.mouse.down()
    await page.mouse.move(after!.x + after!.width * 0.3, after!.y + after!.height * 0.2, { steps: 4 })
    await page.mouse.up()
    await expect.poll(() => ticks(page)).not.toEqual(near)
    await chart.getByRole('button', { name: 'Reset' }).click()
    await expect.poll(() => ticks(page)).toEqual(whole)
    await chart.locator('.live').focus()
    await page.keyboard.press('+')
    await expect.poll(() => ticks(page)).not.toEqual(whole)
    await page.keyboard.press('0')
    await expect.poll(() => ticks(page)).toEqual(whole)
    await page.keyboard.press('Escape')
    await expect.poll(() => chart.locator('.live').count()).toBe(0)
    expect(await chart.locator('> svg').isVisible()).toBe(true)
    expect(seen).toEqual([pathToFileURL(file).href])
    await close()
  })

  it.each(['light', 'dark'] as const)('says what is pointed at, a hostile name as text, and prints the picture (%s)', async (scheme) => {
    const { page, close } = await open({ scheme })
    const chart = chartOf(page)
    await chart.getByRole('button').click()
    const points = chart.locator('.live .mark-symbol path')
    await points.first().waitFor()
    const texts: string[] = []
    for (const point of await points.all()) {
      await point.hover({ force: true })
      texts.push((await page.locator('.tip').textContent()) ?? '')
    }
    expect(texts.join('\n')).toContain(HOSTILE)
    expect(texts.every((text) => /Accuracy, %: [\d.]+/.test(text))).toBe(true)
    expect(await page.evaluate('[document.images.length, window.pwned]')).toEqual([0, undefined])
    await page.emulateMedia({ media: 'print' })
    expect(await chart.locator('> svg').isVisible()).toBe(true)
    expect(await chart.locator('.live').isVisible()).toBe(false)
    expect(await chart.locator('.tools').isVisible()).toBe(false)
    await close()
  })

  it('shows the pictures and no button without script', async () => {
    const { page, seen, close } = await open({ script: false })
    expect(await chartOf(page).locator('> svg').isVisible()).toBe(true)
    expect(await page.locator('.tools').count()).toBe(0)
    expect(seen).toEqual([pathToFileURL(file).href])
    await close()
  })
})
