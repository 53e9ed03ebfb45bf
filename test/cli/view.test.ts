/** The pages of `view` from a real server, in a real browser where there is one. */
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { request, type IncomingMessage } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium, type Browser, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { analyse } from '../../harness/analysis/index.ts'
import { startView, type View } from '../../harness/cli/view/server.ts'
import type { StoredRun } from '../../harness/types.ts'
import { renderReport } from '../../reports/index.ts'
import { smallRun } from '../analysis/small-run.ts'
import { HOSTILE } from '../fixtures/analyses/edges.ts'
import { seriousFlaws } from '../reports/axe.ts'
import { distillbench } from './process.ts'

const executablePath = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium'
const home = mkdtempSync(join(tmpdir(), 'distillbench-view-'))
const folder = join(home, 'runs of mine')
let view: View
beforeAll(async () => {
  await store('20260501-100000-one', '2026-05-01T10:00:00.000Z', 'one')
  await store('20260502-100000-one', '2026-05-02T10:00:00.000Z', 'one')
  await store('20260503-100000-bad', '2026-05-03T10:00:00.000Z', `bad${HOSTILE.replace('\ud800', '')}`)
  view = await startView({ out: folder, port: 0 })
})
afterAll(async () => {
  await view?.close()
  rmSync(home, { recursive: true, force: true })
})

/** A run on disk with its reports, as `run` leaves it. */
async function store(id: string, createdAt: string, suite: string): Promise<void> {
  const dir = join(folder, 'runs', id)
  const run = smallRun()
  const own: StoredRun = { ...run, dir, record: { ...run.record, id, createdAt, suite: { ...run.record.suite, name: suite, title: suite } } }
  mkdirSync(dir, { recursive: true })
  writeFileSync(join(dir, 'run.json'), JSON.stringify(own.record))
  writeFileSync(join(dir, 'samples.jsonl'), own.samples.map((sample) => `${JSON.stringify(sample)}\n`).join(''))
  writeFileSync(join(dir, 'series.jsonl'), own.series.map((series) => `${JSON.stringify(series)}\n`).join(''))
  if (id === '20260502-100000-one') return
  for (const [file, format] of [['analysis.json', 'json'], ['metrics.csv', 'csv']] as const) writeFileSync(join(dir, file), await renderReport(analyse([own]), format)) // prettier-ignore
}

/** A request as no browser of this machine would make it. */
function ask(
  path: string,
  { method = 'GET', headers = {} }: { method?: string; headers?: Record<string, string> } = {},
): Promise<{ status: number; body: string; headers: IncomingMessage['headers'] }> {
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port: view.port, path, method, headers }, (response) => {
      let body = ''
      response.setEncoding('utf8').on('data', (text: string) => (body += text))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body, headers: response.headers }))
    })
    asked.on('error', reject).end()
  })
}

describe('the server', () => {
  test('answers only to its own address, and to no page from elsewhere', async () => {
    expect((await ask('/')).status).toBe(200)
    expect((await ask('/', { headers: { host: `localhost:${view.port}` } })).status).toBe(200)
    for (const host of ['evil.example', `evil.example:${view.port}`, '127.0.0.1', `127.0.0.1:${view.port + 1}`, `127.0.0.1.evil.example:${view.port}`])
      expect({ host, status: (await ask('/', { headers: { host } })).status }).toEqual({ host, status: 421 })
    const elsewhere = [{ 'sec-fetch-site': 'cross-site' }, { 'sec-fetch-site': 'same-site' }, { origin: 'https://evil.example' }, { origin: 'null' }]
    for (const headers of elsewhere) expect((await ask('/', { headers: headers as Record<string, string> })).status).toBe(403)
  })

  test('only reads, lets nobody frame it, and gives what it does not have a page that says so', async () => {
    expect((await ask('/', { method: 'POST' })).status).toBe(405)
    const { headers } = await ask('/')
    expect(headers).toMatchObject({
      'content-security-policy': "frame-ancestors 'none'",
      'x-content-type-options': 'nosniff',
      'cross-origin-resource-policy': 'same-origin',
    })
    for (const [path, words] of [
      ['/nothing', 'There is no such page.'],
      ['/run?run=../../etc/passwd', 'There is no run'],
      ['/run?run=20260501-100000-on', 'There is no run'],
      ['/run', 'No run was chosen.'],
      ['/compare?run=20260501-100000-one', 'A comparison needs two runs or more.'],
      ['/trend?metric=%3Cscript%3E', 'There is no metric'],
    ] as const) {
      const { status, body } = await ask(path)
      expect({ path, status, says: body.includes(words), script: body.includes('<script') }).toEqual({ path, status: 404, says: true, script: false })
    }
  })

  test('says so where its port is taken', async () => {
    await expect(startView({ out: folder, port: view.port })).rejects.toMatchObject({ code: 'usage', message: `port ${view.port} cannot be used: it is taken` })
  })

  test('lists a folder without runs, and one that is missing', async () => {
    const empty = await startView({ out: join(folder, 'none'), port: 0 })
    expect(await (await fetch(empty.url)).text()).toContain('There are no runs in this folder yet.')
    await empty.close()
  })

  test('ends with Ctrl-C, and with 0', async () => {
    let signals = 0
    const { code, stdout, signal } = await distillbench(['view', folder], {
      onStderr: (said, child) => {
        if (said.includes('Ctrl-C ends it') && signals++ === 0) child.kill('SIGINT')
      },
    })
    expect({ code, signal }).toEqual({ code: 0, signal: null })
    expect(stdout).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/\n$/)
  })
})

describe.skipIf(!existsSync(executablePath))(`in ${executablePath}`, () => {
  let browser: Browser
  let page: Page
  const requests: string[] = []
  const complaints: string[] = []
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'] })
    page = await browser.newPage({ viewport: { width: 360, height: 800 } })
    page.on('request', (asked) => requests.push(asked.url()))
    page.on('console', (message) => complaints.push(message.text()))
    page.on('pageerror', (error) => complaints.push(error.message))
  })
  afterAll(async () => browser?.close())

  const rows = (): Promise<string[]> => page.locator('tbody tr td:nth-child(3)').allTextContents()

  test('lists runs, the newest first, filters them by keyboard, and is accessible on a phone', async () => {
    await page.goto(view.url)
    expect(await rows()).toEqual(['20260503-100000-bad', '20260502-100000-one', '20260501-100000-one'])
    expect(await page.locator('tbody tr').nth(1).textContent()).toContain('not analysed yet')
    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true)
    expect(await page.evaluate('document.images.length + document.scripts.length')).toBe(0) // names are hostile
    expect(await seriousFlaws(page)).toEqual([])
    await page.locator('select[name=suite]').focus()
    await page.keyboard.press('End')
    await page.keyboard.press('Tab')
    await page.getByRole('button', { name: 'Show' }).press('Enter')
    await page.waitForURL(/suite=one/)
    expect(await rows()).toEqual(['20260502-100000-one', '20260501-100000-one'])
    await page.locator('input[name=to]').fill('2026-05-01')
    await page.getByRole('button', { name: 'Show' }).press('Enter')
    await page.waitForURL(/to=2026-05-01/)
    expect(await rows()).toEqual(['20260501-100000-one'])
    await page.goto(`${view.url}?verdict=replace&model=nobody`)
    expect(await page.textContent('main')).toContain('No run is like that.')
  })

  test('opens a report that is made from the record, and leads back', async () => {
    await page.goto(view.url)
    await page.getByRole('link', { name: '20260502-100000-one' }).press('Enter')
    await page.waitForURL(/\/run\?run=/)
    expect(await page.locator('h1').textContent()).toBe('one')
    expect(await page.locator('#save-analysis').isVisible()).toBe(true) // its script runs
    await page.getByRole('link', { name: 'All runs' }).press('Enter')
    await page.waitForURL(view.url)
  })

  test('compares runs that were chosen by keyboard, and draws a trend', async () => {
    await page.goto(`${view.url}?suite=one`)
    for (const id of ['20260501-100000-one', '20260502-100000-one']) await page.getByLabel(`Choose ${id}`).press(' ')
    await page.getByRole('button', { name: 'Compare' }).press('Enter')
    await page.waitForURL(/\/compare\?run=/)
    expect(await page.locator('#comparison table').count()).toBeGreaterThan(0)
    await page.goto(`${view.url}trend?metric=accuracy`)
    expect(await page.locator('h1').textContent()).toBe('History of accuracy')
    await page.locator('select[name=metric]').selectOption('throughput')
    await page.getByRole('button', { name: 'Draw the trend' }).press('Enter')
    await page.waitForURL(/metric=throughput/)
    expect(await page.locator('h1').textContent()).toBe('History of throughput')
  })

  test('asks nothing of anybody else, and complains of nothing', () => {
    expect(requests.filter((url) => !url.startsWith(view.url) && !url.startsWith('data:'))).toEqual([])
    expect(complaints).toEqual([])
  })
})
