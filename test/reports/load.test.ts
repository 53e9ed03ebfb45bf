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

  it('has no such section where no load ran for a time', async () => {
    const { stages: _stages, ...rest } = fine
    expect(await renderHtml({ ...rest, stages: [] })).not.toContain('Stages of the loads')
  })

  it('reads well in 80 columns', () => {
    for (const line of summaryTable(fine, { width: 80, color: false }).split('\n')) expect(line.length).toBeLessThanOrEqual(80)
  })
})
