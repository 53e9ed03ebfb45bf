import { EXIT } from '../../errors.ts'
import type { LoadedSuite, Observed, Plan, StoredRun } from '../../types.ts'
import { command } from '../command.ts'
import { forecast, type Forecast } from '../forecast.ts'
import { formatCount, formatNumber, formatValue } from '../../../reports/format.ts'
import { duration, textTable, wrap } from '../format.ts'
import { jsonText, paint, type Io } from '../io.ts'

/** More runs than this tell nothing new about the pace. */
const RUNS_READ = 5

export default command('plan', async (args, { io }) => {
  const { loadSuite } = await import('../../suite/index.ts')
  const { planSuite } = await import('../../run/index.ts')
  const loaded = await loadSuite(args.suite)
  const plan = await planSuite(loaded, {
    quick: args.quick,
    ...(args.seed === undefined ? {} : { seed: args.seed }),
    ...(args.models === undefined ? {} : { models: args.models.split(',').map((model) => model.trim()) }),
  })
  const earlier = await earlierRuns(args.out, loaded.suite.name)
  const expected = forecast(plan, loaded.suite, earlier)
  if (args.json)
    await io.result(
      jsonText({
        suite: loaded.suite.name,
        requests: plan.requests,
        maxOutputTokens: plan.maxOutputTokens,
        ...expected,
        basedOn: earlier.map((run) => run.record.id),
      }),
    )
  else await io.result(planText(loaded.suite, plan, expected, earlier, io))
  return EXIT.ok
})

// --- internal ---

async function earlierRuns(out: string, suite: string): Promise<readonly StoredRun[]> {
  const { listRuns, readRun } = await import('../../run/index.ts')
  const found = (await listRuns(out)).filter((run) => run.suite === suite && run.state !== 'running')
  const newest = [...found].sort((a, b) => b.createdAt.localeCompare(a.createdAt)).slice(0, RUNS_READ)
  const read = await Promise.allSettled(newest.map(({ dir }) => readRun(dir)))
  return read.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : [])) // a damaged record only makes the forecast poorer
}

function planText(suite: LoadedSuite['suite'], plan: Plan, expected: Forecast, earlier: readonly StoredRun[], io: Io): string {
  const { width } = io.stdout
  const bold = (text: string): string => paint(io.stdout, 'bold', text)
  const cells = expected.cells.map(({ key, items, ms }, i) => [
    String(i + 1),
    key.model,
    key.workload,
    key.load,
    String(key.repeat),
    String(key.block),
    String(items),
    time(ms),
  ])
  const models = expected.models.map(({ model, ms, promptTokens, outputTokens, usd }) => [
    model,
    time(ms),
    show(promptTokens, formatNumber),
    show(outputTokens, formatNumber),
    show(usd, dollars),
  ])
  const basis =
    earlier.length > 0
      ? `Expected times and tokens come from earlier runs (newest: ${earlier[0]?.record.id ?? ''}).`
      : 'There is no earlier run of this suite in this folder, so times are unknown.'
  return [
    `${bold(suite.title)}: ${formatCount(plan.cells.length, 'cell')}, ${formatCount(plan.requests, 'request')}, at most ${formatCount(plan.maxOutputTokens, 'output token')}`,
    '',
    textTable(['#', 'model', 'workload', 'load', 'repeat', 'block', 'items', 'expected'], cells, width),
    textTable(['model', 'expected', 'prompt tokens', 'output tokens', 'cost'], models, width),
    ...wrap(`Expected in all: ${time(expected.ms)}, ${show(expected.usd, dollars)}. ${basis} Warm-up requests are not counted; nothing was run.`, width),
    '',
  ].join('\n')
}

/** Dollars of the plan; a few cents for small models. */
function dollars(value: number): string {
  return formatValue(value, 'USD')
}

function time(ms: Observed<number>): string {
  return show(ms, duration)
}

function show(value: Observed<number>, format: (value: number) => string): string {
  return value.state === 'ok' ? format(value.value) : '—'
}
