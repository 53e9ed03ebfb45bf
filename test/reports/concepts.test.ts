import { describe, expect, it } from 'vitest'
import type { Analysis } from '../../harness/types.ts'
import { placeOf } from '../../reports/concepts.ts'
import { viewOf } from '../../reports/view.ts'
import { measuredAnalysis } from '../fixtures/analyses/build.ts'

describe('where the numbers of a question stand', () => {
  it('takes accuracy from the load that asked most items, as the verdict does, and speed from the first', () => {
    const view = viewOf(withMoreItems(measuredAnalysis(), 'other'))
    const [workload] = view.workloads
    const [first] = view.loadsOf(workload!)
    expect(placeOf(view, workload!, 'accuracy')?.load).toBe('other')
    expect(placeOf(view, workload!, 'speed')?.load).toBe(first)
  })
})

/** The same accuracies again, from ten times as many items under another load. */
function withMoreItems(analysis: Analysis, load: string): Analysis {
  const more = analysis.rows.flatMap((row) =>
    row.metric === 'accuracy' && row.slice === '' && row.estimate.state === 'ok'
      ? [{ ...row, load, estimate: { ...row.estimate, value: { ...row.estimate.value, n: (row.estimate.value.n ?? 0) * 10 } } }]
      : [],
  )
  return { ...analysis, rows: [...analysis.rows, ...more] }
}
