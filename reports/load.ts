/** Loads that ran for a time: what was offered, what came of it, and whether the client can be trusted. For all renderers. */
import type { StageSummary } from '../harness/types.ts'
import { formatValue } from './format.ts'
import type { Messages } from './messages/index.ts'
import { valueOf, type Contestant, type View } from './view.ts'

/** Columns and rows of text, a row for each stage; without rows where no load ran for a time. */
export function stageTable(view: View): { columns: readonly string[]; rows: readonly (readonly string[])[] } {
  const hasGoodput = view.analysis.rows.some(({ metric }) => metric === 'goodput')
  const { load: words } = view.words.tables
  const columns = [...words.columns, ...(hasGoodput ? [words.goodput] : []), words.client]
  const rows = view.analysis.stages.flatMap((stage) => {
    const contestant = contestantOf(view, stage)
    if (contestant === undefined) return []
    const text = (metric: string): string => {
      const value = valueOf(view.row(contestant, stage.workload, stage.load, metric))
      return value === undefined ? '–' : formatValue(value.value, value.unit, view.words.basics.units)
    }
    const answered = `${text('request-rate')}${stage.failed > 0 ? words.failed(stage.failed) : ''}`
    const shown = [answered, text('throughput'), text('ttft'), text('ttft-p99'), text('tpot'), ...(hasGoodput ? [text('goodput-share')] : [])]
    return [
      [contestant.label, `${stage.load}${words.ended[stage.stoppedBy ?? ''] ?? ''}`, ...shown, words.verdicts[stage.client.verdict] ?? stage.client.verdict],
    ]
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

/** What a calibration of the machine says about the client's times, one sentence for each run. */
export function clientTrust(view: View): string[] {
  const runs = [...new Set(view.analysis.stages.map(({ run }) => run))]
  return [
    ...new Set(
      runs.map((run) =>
        trustText(
          view.words.tables.load,
          view.analysis.stages.filter((stage) => stage.run === run).map(({ client }) => client),
        ),
      ),
    ),
  ]
}

export function contestantOf(view: View, { run, model }: Pick<StageSummary, 'run' | 'model'>): Contestant | undefined {
  return view.contestants.find((one) => one.run === run && one.model === model)
}

// --- internal ---

/** Stages of one run have one calibration, and a point of it each; those before a resume may have had none. */
function trustText(words: Messages['tables']['load'], clients: readonly StageSummary['client'][]): string {
  const trusted = (clients.find(({ trustedStreams }) => trustedStreams.state === 'ok') ?? clients[0])?.trustedStreams
  if (trusted?.state !== 'ok') return words.trustUnknown(trusted?.state === 'absent' ? trusted.why : words.calibrationFailed)
  const points = new Map(clients.flatMap(({ calibrated }) => (calibrated === undefined ? [] : [[calibrated.streams, calibrated] as const])))
  const errors = [...points.values()]
    .sort((a, b) => a.streams - b.streams)
    .map(({ streams, ttftErrorMs: ttft, tokenErrorMs: token }) => words.errors(streams, [ms(ttft.p50), ms(ttft.p99)], [ms(token.p50), ms(token.p99)]))
  const at = [...points.values()][0]?.at.slice(0, 10)
  const head = trusted.value > 0 ? words.trusted(trusted.value) : words.untrusted
  return `${head}${at === undefined ? '' : words.calibrated(at)}${errors.length === 0 ? '' : `: ${errors.join('; ')}`}.`
}

const ms = (value: number): string => formatValue(value, 'ms')
