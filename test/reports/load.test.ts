import { describe, expect, it } from 'vitest'
import { analyse } from '../../harness/analysis/index.ts'
import { renderHtml } from '../../reports/html/index.ts'
import { summaryTable } from '../../reports/index.ts'
import { renderMarkdown } from '../../reports/markdown.ts'
import { sweepRun } from '../analysis/sweep-run.ts'

describe('a report about loads that ran for a time', () => {
  const pace = (model: string): number => (model === 'teacher' ? 1 : 0.5)
  const fine = analyse([sweepRun(pace)])
  const busy = analyse([sweepRun(pace, undefined, { verdict: 'degraded', reasons: ['sent 41 ms late <b>at</b> the 99th percentile'] })])

  it('draws latency against throughput, has a row for each stage, and says that the client kept up', async () => {
    const page = await renderHtml(fine)
    expect(page).toContain('Latency against throughput')
    expect(page).toContain('Stages of the loads')
    expect(page).toContain('The client kept up in every stage')
    expect(renderMarkdown(fine)).toMatch(/### Under load[\s\S]*sweep: 10 requests\/s[\s\S]*sweep: 20 requests\/s/)
  })

  it('says where the client did not keep up, and escapes what it says', async () => {
    const page = await renderHtml(busy)
    expect(page).toContain('The client did not keep up everywhere')
    expect(page).toContain('20 requests/s: sent 41 ms late &lt;b&gt;at&lt;/b&gt;')
    expect(page).not.toContain('<b>at</b>')
    expect(renderMarkdown(busy)).toContain('requests/s: sent 41 ms late &lt;b&gt;at')
  })

  it('says what the calibration of the machine found, or how to make one', async () => {
    expect(await renderHtml(fine)).toContain('How true the client&#39;s times are is not known: not calibrated.')
    const found = { at: '2026-01-02T03:04:05.000Z', streams: 64, ttftErrorMs: { p50: 0.4, p99: 2.5 }, tokenErrorMs: { p50: 0.2, p99: 1.5 } }
    const known = analyse([sweepRun(pace, undefined, { trustedStreams: { state: 'ok', value: 200 }, calibrated: found })])
    const sentence = /trustworthy up to 200 streams on this machine \(calibrated 2026-01-02\): up to 64 streams TTFT error p50 400\sµs, p99 2\.5/
    expect(await renderHtml(known)).toMatch(sentence)
    expect(renderMarkdown(known)).toContain('trustworthy up to 200 streams')
    const bad = analyse([sweepRun(pace, undefined, { trustedStreams: { state: 'ok', value: 0 }, calibrated: found })])
    expect(renderMarkdown(bad)).toContain('was not on time on this machine')
  })

  it('has no such section where no load ran for a time', async () => {
    const { stages: _stages, ...rest } = fine
    expect(await renderHtml({ ...rest, stages: [] })).not.toContain('Stages of the loads')
  })

  it('reads well in 80 columns', () => {
    for (const line of summaryTable(fine, { width: 80, color: false }).split('\n')) expect(line.length).toBeLessThanOrEqual(80)
  })
})
