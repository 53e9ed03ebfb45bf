/** Accessibility of a page in a browser, by axe-core; it is evaluated through the debugger, which no policy of the page forbids. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Page } from 'playwright-core'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** What is serious or critical, with the elements that it is about. */
export async function seriousFlaws(page: Page, selector = ':root'): Promise<string[]> {
  await page.evaluate(AXE)
  return page.evaluate<string[]>(`axe.run('${selector}', { resultTypes: ['violations'] }).then(({ violations }) => violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, help, nodes }) => id + ': ' + help + ': ' + nodes.slice(0, 3).map(({ html }) => html.slice(0, 200)).join(' | ')))`)
}
