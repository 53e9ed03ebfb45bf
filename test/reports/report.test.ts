import { inflateRawSync } from 'node:zlib'
import { beforeAll, describe, expect, it } from 'vitest'
import { analyse } from '../../harness/analysis/index.ts'
import { loadSuite } from '../../harness/suite/index.ts'
import type { Analysis } from '../../harness/types.ts'
import { chartsOf } from '../../reports/charts/index.ts'
import { FORMATS, renderReport, summaryTable } from '../../reports/index.ts'
import { renderSvg } from '../../reports/svg.ts'
import { displayWidth } from '../../reports/text.ts'
import { viewOf } from '../../reports/view.ts'
import { randomPair, scriptedRun } from '../analysis/scripted-run.ts'
import { publishedRun } from '../analysis/published-run.ts'
import { emptyAnalysis, measuredAnalysis } from '../fixtures/analyses/build.ts'
import { failedAnalysis, hostileAnalysis, manyModelsAnalysis, oneModelAnalysis, partialAnalysis, twoRunsAnalysis } from '../fixtures/analyses/edges.ts'
import { withItems } from '../fixtures/analyses/items.ts'
import { publishedAnalysis } from '../fixtures/analyses/published.ts'

const EDGES: Record<string, () => Analysis> = {
  measured: measuredAnalysis,
  published: publishedAnalysis,
  empty: emptyAnalysis,
  failed: failedAnalysis,
  partial: partialAnalysis,
  'one model': oneModelAnalysis,
  '50 models': () => manyModelsAnalysis(),
  'two runs': twoRunsAnalysis,
  hostile: hostileAnalysis,
  'with items and power': () => withItems(measuredAnalysis()),
  'from a scripted run': () => analyse([randomPair(7, 60)]),
  'from a run without requests': () => analyse([scriptedRun({ models: [], items: 0 })]),
}

/** What a reader sees, without the embedded data, style and script. */
function textOf(page: string): string {
  return page.replace(/<(script|style)[^>]*>[\s\S]*?<\/\1>/g, '').replace(/<[^>]*>/g, '\n')
}

/** Like toContain, without the whole page in the message. */
function expectWords(page: string, words: string): void {
  expect(page.includes(words), `the page should say: ${words}`).toBe(true)
}

describe.each(Object.entries(EDGES))('%s', (name, make) => {
  let analysis: Analysis
  let page: string
  beforeAll(async () => {
    analysis = make()
    page = await renderReport(analysis, 'html')
  })

  it('gives a page without NaN, undefined, null, Infinity or [object Object]', () => {
    expect(textOf(page)).not.toMatch(/\b(?:NaN|undefined|null|Infinity)\b|\[object/)
    expect(page.replace(/<script[\s\S]*?<\/script>/g, '')).not.toMatch(/="[^"]*\b(?:NaN|undefined|Infinity)\b/)
  })

  it('is the same, byte for byte, the second time', async () => {
    for (const format of FORMATS) expect(await renderReport(make(), format)).toBe(await renderReport(analysis, format))
  })

  it('has unique ids, and every link inside the page leads somewhere', () => {
    const ids = [...page.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id)
    expect(new Set(ids).size).toBe(ids.length)
    for (const [, target] of page.matchAll(/href="#([^"]*)"/g)) expect(ids).toContain(target)
    for (const [, list] of page.matchAll(/aria-(?:labelledby|describedby)="([^"]*)"/g)) for (const id of list!.split(' ')) expect(ids).toContain(id)
  })

  it('embeds the analysis', () => {
    const [, packing, embedded = ''] =
      /<script type="application\/(?:json|base64)"(?: data-encoding="(deflate-raw)")? id="analysis">([\s\S]*?)<\/script>/.exec(page) ?? []
    const json = packing === undefined ? embedded : inflateRawSync(Buffer.from(embedded, 'base64')).toString()
    const wanted: unknown = JSON.parse(JSON.stringify(analysis))
    if (packing === undefined) expect(JSON.parse(json)).toEqual(wanted)
    else expect(JSON.parse(json, unpacked)).toEqual(JSON.parse(JSON.stringify(wanted), unpacked))
  })

  it('gives Vega no reason to warn', async () => {
    const charts = chartsOf(viewOf(analysis))
    const warnings: string[] = []
    for (const chart of [...charts.routing, ...charts.quality, ...charts.latency, ...charts.slices, ...charts.power, ...charts.published]) {
      if (chart.state === 'missing') expect(chart.why.length).toBeGreaterThan(10)
      else await renderSvg(chart.chart.spec, { onWarning: (message) => warnings.push(`${chart.chart.id}: ${message}`) })
    }
    expect(warnings).toEqual([])
  })

  it.each([24, 40, 60, 80, 120, 200])('prints a summary no wider than %i columns, without colour when asked', (width) => {
    const summary = summaryTable(analysis, { width, color: false })
    expect(summary).not.toMatch(/\b(?:NaN|undefined|null|Infinity)\b/)
    // eslint-disable-next-line no-control-regex
    expect(summary).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f]| \n/)
    for (const line of summary.split('\n')) expect(displayWidth(line)).toBeLessThanOrEqual(width)
    if (name !== 'from a run without requests') expect(summary.length).toBeGreaterThan(10)
  })
})

describe('the verdict', () => {
  const WORDS = '400 items cannot decide (−1.3 points, −3.0 to +0.4): 412 more needed if the two are equally good.'

  it('is the first thing on the page, with its saving below and its grounds in the first section', async () => {
    const page = await renderReport(measuredAnalysis(), 'html')
    const text = textOf(page).replace(/\s+/g, ' ')
    const places = [
      `Student S, undecided: ${WORDS}`,
      'Accuracy −1.3 points −3.0 to +0.4 margin −2.0 Cost 74% cheaper',
      'Its distillation ($0.00710, estimated) is paid for after 7,720 correct answers',
      'Comparison',
    ].map((words) => text.indexOf(words))
    expect(places.every((at) => at > 0)).toBe(true)
    expect(places).toEqual([...places].sort((a, b) => a - b))
    expect(page.indexOf('id="verdict"')).toBeLessThan(page.indexOf('id="comparison"'))
    expectWords(page, 'Failed requests count as wrong: 2 of the student, 0 of the teacher.')
    expect(page).toContain('id="routing-0"')
  })

  it('is the first thing in Markdown and in the terminal, and whole in JSON', async () => {
    const markdown = (await renderReport(measuredAnalysis(), 'md')).replaceAll('\\', '')
    expect(markdown.split('\n').filter((line) => line !== '')[1]).toBe(`- **Student S, undecided:** ${WORDS}`)
    expect(summaryTable(measuredAnalysis(), { width: 200, color: false }).split('\n')[0]).toBe(`Student S, undecided: ${WORDS}`)
    expect(JSON.parse(await renderReport(measuredAnalysis(), 'json')).verdicts[0]).toMatchObject({ decision: 'undecided', margin: 0.02 })
  })

  it('says who is meant where the teacher is kept, and nothing of paying off', async () => {
    const markdown = (await renderReport(measuredAnalysis(), 'md')).replaceAll('\\', '')
    expect(markdown).toContain('- **Keep Teacher 3.2M, not Student XS:** worse by more than 2 points on arithmetic')
    expect(markdown.match(/is paid for after/g)).toHaveLength(1)
  })

  it('of published figures is one line that says that they cannot decide', async () => {
    const analysis = analyse([publishedRun((await loadSuite('o1-vs-r1')).suite)])
    const markdown = (await renderReport(analysis, 'md')).replaceAll('\\', '')
    expect(markdown.match(/No verdict on/g)).toHaveLength(1)
    expectWords(markdown, 'they are not paired item by item, so they cannot decide')
  })
})

describe('the words of the page', () => {
  it('opens with one sentence per student, computed from the paired ratios', async () => {
    const markdown = (await renderReport(measuredAnalysis(), 'md')).replaceAll('\\', '')
    const sentence =
      "Student S: 97.1% against the teacher's 98.4% (−1.3 points, −3.0 to +0.4), 4.2 times faster, 74% cheaper per correct answer, 74% less energy."
    expectWords(markdown, sentence)
    // On the page the verdicts have large figures, and say it once.
    expect(textOf(await renderReport(measuredAnalysis(), 'html'))).not.toContain('97.1% against')
    expectWords(textOf(await renderReport({ ...measuredAnalysis(), verdicts: [] }, 'html')).replace(/\s+/g, ' '), sentence.replace("'", '&#39;'))
  })

  it('marks what was estimated', async () => {
    const page = await renderReport(measuredAnalysis(), 'html')
    expect(page).toMatch(/820 ?<span class="unit">mJ per answer<\/span>\s*<span class="badge estimated">estimated<\/span>/)
  })

  it('explains a number that is missing, and says what spoils one', async () => {
    const page = await renderReport(partialAnalysis(), 'html')
    for (const words of [
      'no answered request tells when its first token came',
      'The client was busy: times are too long.',
      'was interrupted',
      'quick one',
      'the control was not run',
      'No cost: the suite sets no price',
    ])
      expectWords(page, words)
    expectWords(page, '400 planned requests')
    expectWords(page, 'Of 1,200 requests, 28 requests failed and 12 answers were cut off')
  })

  it('says what failed instead of drawing empty axes', async () => {
    const page = await renderReport(failedAnalysis(), 'html')
    expectWords(page, '3 cells, the first teacher/arithmetic/sequential/r0/b0')
    expectWords(page, 'weights of teacher are corrupt: checksum differs')
    expectWords(page, 'Only 12 items were planned.')
    expect(page).not.toContain('<figure')
  })

  it('tells two runs of one model apart', async () => {
    const page = await renderReport(twoRunsAnalysis(), 'html')
    expectWords(page, 'Student S (20260501-before)')
    expectWords(page, 'Student S (20260502-after)')
  })

  it('stays small: the page of four models under 200 kB, of fifty under 3 MB', async () => {
    expect((await renderReport(withItems(measuredAnalysis()), 'html')).length).toBeLessThan(200_000)
    expect((await renderReport(manyModelsAnalysis(), 'html')).length).toBeLessThan(3_000_000)
  })

  it('refuses an unknown format by name', async () => {
    await expect(renderReport(emptyAnalysis(), 'htlm')).rejects.toMatchObject({ code: 'usage', hint: 'Did you mean html?' })
  })
})

describe('o1 and R1', () => {
  let analysis: Analysis
  beforeAll(async () => {
    analysis = analyse([publishedRun((await loadSuite('o1-vs-r1')).suite)])
  })

  it.each(['html', 'md'] as const)('states the prices and the training costs, their ratios and what they do not say (%s)', async (format) => {
    const text = (await renderReport(analysis, format)).replaceAll('\\', '')
    for (const claim of [
      '$26.25 against $3.00 per million tokens: 8.75 times, or 11.4%',
      '$26.25 against $0.96 per million tokens: 27.3 times',
      '$100 million against $5.57 million: 17.95 times',
    ])
      expectWords(text, claim)
    expectWords(text, 'R1’s weights are open and other companies host it')
    expectWords(text, 'The two figures do not measure the same thing')
  })

  it('shows conflicting sources side by side, and nothing as measured', async () => {
    const page = await renderReport(analysis, 'html')
    expectWords(page, 'Sources that do not agree')
    expect(page).toMatch(/32\.9%[\s\S]{0,1200}34\.2%/)
    expect(page).not.toContain('id="comparison"')
    expect(page).not.toContain('id="latency"')
    expectWords(page, '57.2% (87%)') // R1-Distill-Qwen-32B on LiveCodeBench
  })

  it('fits a terminal', () => {
    const summary = summaryTable(analysis, { width: 80, color: false })
    expect(summary).toContain('$26.25 against $3.00 per million tokens: 8.75 times, or 11.4%')
  })
})

/** Quantiles are packed as steps of their last decimal, other fractions with seven digits. */
function unpacked(key: string, value: unknown): unknown {
  if (typeof value === 'number' && !Number.isInteger(value)) return Number(value.toPrecision(7))
  if (key !== 'quantiles' || !(value instanceof Object) || !('steps' in value) || !('decimals' in value)) return value
  let sum = 0
  return (value.steps as number[]).map((step) => Number(((sum += step) / 10 ** Number(value.decimals)).toPrecision(7)))
}
