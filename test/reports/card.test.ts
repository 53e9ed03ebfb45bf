/** The picture for a README: drawn by hand, so what it says and that it fits is tested in a real browser. */
import { existsSync } from 'node:fs'
import { chromium, type Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Analysis } from '../../harness/types.ts'
import { renderReport } from '../../reports/index.ts'
import { emptyAnalysis, measuredAnalysis } from '../fixtures/analyses/build.ts'
import { failedAnalysis, hostileAnalysis, manyModelsAnalysis, oneModelAnalysis } from '../fixtures/analyses/edges.ts'
import { publishedAnalysis } from '../fixtures/analyses/published.ts'

const executablePath = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium'
const CARDS: Record<string, () => Analysis> = {
  measured: measuredAnalysis,
  published: publishedAnalysis,
  empty: emptyAnalysis,
  failed: failedAnalysis,
  'of one model': oneModelAnalysis,
  'of 50 models': () => manyModelsAnalysis(),
  hostile: hostileAnalysis,
}

describe('the card', () => {
  it('has the verdict, its figures and where they come from', async () => {
    const card = await renderReport(measuredAnalysis(), 'card')
    for (const words of ['Student S, undecided', '74% cheaper', '−1.3 points', '−3.0 to +0.4', 'distillbench']) expect(card).toContain(words)
    expect(await renderReport(measuredAnalysis(), 'card')).toBe(card)
    expect(await renderReport(manyModelsAnalysis(), 'card')).toMatch(/; \d+ more in the report</)
  })

  it('says what there is where nothing was measured', async () => {
    expect(await renderReport(emptyAnalysis(), 'card')).toContain('There is no run to report')
  })

  describe.skipIf(!existsSync(executablePath))(`in ${executablePath}`, () => {
    let browser: Browser
    beforeAll(async () => {
      browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'] })
    })
    afterAll(() => browser?.close())

    it.each(Object.keys(CARDS))('%s: is a picture that holds all of its words, and runs nothing', async (name) => {
      const page = await browser.newPage({ viewport: { width: 1200, height: 630 } })
      const complaints: string[] = []
      page.on('dialog', (dialog) => complaints.push(dialog.message()))
      page.on('pageerror', (error) => complaints.push(error.message))
      const svg = await renderReport(CARDS[name]!(), 'card')
      await page.goto(`data:image/svg+xml;base64,${Buffer.from(svg, 'utf8').toString('base64')}`)
      const boxes = await page.evaluate<{ left: number; right: number; bottom: number; text: string }[]>(
        `[...document.querySelectorAll('text')].map((one) => ({ ...(({ left, right, bottom }) => ({ left, right, bottom }))(one.getBoundingClientRect()), text: one.textContent }))`,
      )
      expect(boxes.length).toBeGreaterThan(1)
      for (const { left, right, bottom, text } of boxes) expect({ text, inside: left >= 0 && right <= 1200 && bottom <= 630 }).toEqual({ text, inside: true })
      expect(await page.evaluate<number>(`document.querySelectorAll('script, image, foreignObject, a, [onload]').length`)).toBe(0)
      expect(complaints).toEqual([])
      await page.close()
    })
  })
})
