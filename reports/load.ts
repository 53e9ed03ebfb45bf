/** Loads that ran for a time: what was offered, what came of it, and whether the client can be trusted. For all renderers. */
import type { StageSummary } from '../harness/types.ts'
import { formatValue } from './format.ts'
import { valueOf, type Contestant, type View } from './view.ts'

/** Columns and rows of text, a row for each stage; without rows where no load ran for a time. */
export function stageTable(view: View): { columns: readonly string[]; rows: readonly (readonly string[])[] } {
  const hasGoodput = view.analysis.rows.some(({ metric }) => metric === 'goodput')
  const columns = ['Model', 'Load', 'Answered', 'Output', 'First token', 'p99', 'Per token', ...(hasGoodput ? ['Good requests'] : []), 'Client']
  const rows = view.analysis.stages.flatMap((stage) => {
    const contestant = contestantOf(view, stage)
    if (contestant === undefined) return []
    const text = (metric: string): string => {
      const value = valueOf(view.row(contestant, stage.workload, stage.load, metric))
      return value === undefined ? '–' : formatValue(value.value, value.unit)
    }
    const answered = `${text('request-rate')}${stage.failed > 0 ? `, ${stage.failed} failed` : ''}`
    const shown = [answered, text('throughput'), text('ttft'), text('ttft-p99'), text('tpot'), ...(hasGoodput ? [text('goodput-share')] : [])]
    return [[contestant.label, `${stage.load}${ENDED[stage.stoppedBy ?? ''] ?? ''}`, ...shown, stage.client.verdict]]
  })
  return { columns, rows }
}

/** Findings about the client, one sentence for each load that they are about. */
export function clientFindings(view: View): string[] {
  return view.analysis.stages.flatMap((stage) => {
    const { reasons } = stage.client
    return reasons.length === 0 ? [] : [`${contestantOf(view, stage)?.label ?? stage.model}, ${stage.load}: ${reasons.join('; ')}`]
  })
}

export function contestantOf(view: View, { run, model }: Pick<StageSummary, 'run' | 'model'>): Contestant | undefined {
  return view.contestants.find((one) => one.run === run && one.model === model)
}

// --- internal ---

const ENDED: Readonly<Record<string, string>> = {
  errors: ' (stopped: too many errors)',
  saturated: ' (stopped: saturated)',
  cost: ' (stopped: cost limit)',
}
