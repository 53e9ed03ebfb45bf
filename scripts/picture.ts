/**
 * The pictures of the README, from a real run: `npm run picture [-- RUN]` runs the suite `arithmetic`, or takes the run that is named,
 * and writes docs/report.png (the first screen of its report in Chromium) and docs/card.svg.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { chromium } from 'playwright-core'
import { PACKAGE_ROOT } from '../harness/package.ts'

const BIN = join(PACKAGE_ROOT, 'dist/harness/cli/bin.js')
const SCREEN = { width: 1200, height: 1010 }

const folder = mkdtempSync(join(tmpdir(), 'distillbench-picture-'))
try {
  const run = process.argv[2] ?? newRun()
  const page = join(folder, 'report.html')
  distillbench('report', run, '--out', page)
  distillbench('report', run, '--format', 'card', '--out', join(PACKAGE_ROOT, 'docs/card.svg'))
  await photograph(page, join(PACKAGE_ROOT, 'docs/report.png'))
  console.log('docs/report.png and docs/card.svg are written')
} finally {
  rmSync(folder, { recursive: true, force: true })
}

// --- internal ---

function newRun(): string {
  distillbench('run', 'arithmetic', '--out', folder)
  const [run] = readdirSync(join(folder, 'runs')).filter((name) => name.endsWith('arithmetic'))
  if (run === undefined) throw new Error('the run left no record')
  return join(folder, 'runs', run)
}

function distillbench(...args: string[]): void {
  execFileSync(process.execPath, [BIN, ...args], { stdio: ['ignore', 'ignore', 'inherit'] })
}

async function photograph(page: string, file: string): Promise<void> {
  const executablePath = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium'
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'] })
  try {
    const view = await browser.newPage({ viewport: SCREEN, deviceScaleFactor: 1.5, colorScheme: 'light' })
    await view.goto(pathToFileURL(page).href)
    await view.screenshot({ path: `${file}.part`, type: 'png' })
    renameSync(`${file}.part`, file)
  } finally {
    await browser.close()
  }
}
