import { EXIT, HarnessError, toFailure, type Failure } from '../../errors.ts'
import type { LoadedSuite, Observed, Plan, StoredRun, UntilDecided } from '../../types.ts'
import type { Unready } from '../../run/index.ts'
import { command } from '../command.ts'
import { forecast, type Forecast } from '../forecast.ts'
import { formatCount, formatNumber, formatValue } from '../../../reports/format.ts'
import { wrap } from '../../../reports/text.ts'
import { duration, textTable } from '../format.ts'
import { memoryOf, memoryText, memoryWarnings, refuseTooLarge, type ModelMemory } from '../memory.ts'
import { itemsExpected, untilDecidedOf, untilDecidedText } from '../until-decided.ts'
import { jsonText, paint, type Io } from '../io.ts'
import { checkData, setData } from '../variables.ts'

/** More runs than this tell nothing new about the pace. */
const RUNS_READ = 5

export default command('plan', async (args, { io, signal }) => {
  setData(args.data)
  const { loadSuite } = await import('../../suite/index.ts')
  const { planSuite, ruleOf, unready } = await import('../../run/index.ts')
  const loaded = await loadSuite(args.suite)
  checkData(args.data, loaded.suite)
  const rule = ruleOf(loaded.suite, untilDecidedOf(args))
  const planned = await planOrWhyNot(planSuite, loaded, {
    signal,
    ...(args.json ? {} : { onProgress: (message: string) => io.note(`${message}\n`) }),
    ...(rule === undefined ? {} : { untilDecided: rule }),
    quick: args.quick,
    ...(args.seed === undefined ? {} : { seed: args.seed }),
    ...(args.models === undefined ? {} : { models: args.models.split(',').map((model) => model.trim()) }),
  })
  const gaps = await unready(loaded.suite, {})
  if ('missing' in planned) {
    await io.result(
      args.json
        ? jsonText({ suite: loaded.suite.name, state: 'data-missing', ...planned.missing, ...noGrades(gaps) })
        : missingText(loaded.suite, planned.missing, gaps, io),
    )
    return EXIT.ok
  }
  const { plan } = planned
  const memory = await memoryOf(plan, loaded.suite)
  refuseTooLarge(memory, args.backend)
  const earlier = await earlierRuns(args.out, loaded.suite.name)
  const expected = forecast(plan, loaded.suite, earlier)
  if (args.json)
    await io.result(
      jsonText({
        suite: loaded.suite.name,
        state: 'planned',
        requests: plan.requests,
        maxOutputTokens: plan.maxOutputTokens,
        ...expected,
        memory,
        speedOnly: isSpeedOnly(loaded.suite, plan),
        ...(plan.warnings === undefined ? {} : { warnings: plan.warnings }),
        ...(rule === undefined ? {} : { untilDecided: { rule, workloads: itemsExpected(plan, loaded.suite) } }),
        prefixPolicies: prefixPolicies(loaded.suite),
        ...noGrades(gaps),
        basedOn: earlier.map((run) => run.record.id),
      }),
    )
  else await io.result(planText({ suite: loaded.suite, plan, expected, earlier, memory, gaps, io, rule }))
  return EXIT.ok
})

// --- internal ---

type PlanSuite = typeof import('../../run/index.ts').planSuite

/** Questions that are not here are no mistake of the suite: what is known is told, and what to do. */
async function planOrWhyNot(planSuite: PlanSuite, ...args: Parameters<PlanSuite>): Promise<{ plan: Plan } | { missing: Failure }> {
  try {
    return { plan: await planSuite(...args) }
  } catch (error) {
    if (!(error instanceof HarnessError) || error.kind !== 'data-missing') throw error
    return { missing: toFailure(error) }
  }
}

function missingText(suite: LoadedSuite['suite'], { message, hint }: Failure, gaps: readonly Unready[], io: Io): string {
  const { width } = io.stdout
  const workloads = suite.workloads.map(({ id, title, maxTokens, grader }) => [id, title, grader.id, String(maxTokens)])
  return [
    paint(io.stdout, 'bold', suite.title),
    ...wrap(`The cells cannot be laid out: ${message}.`, width),
    ...(hint === undefined ? [] : wrap(`To go on: ${hint}.`, width)),
    '',
    textTable(['workload', 'title', 'grader', 'most tokens'], workloads, width),
    ...gapLines(gaps, width),
    ...wrap(`Models: ${suite.models.map(({ id }) => id).join(', ')}; loads: ${suite.loads.map(({ id }) => id).join(', ')}. Nothing was run.`, width),
    '',
  ].join('\n')
}

async function earlierRuns(out: string, suite: string): Promise<readonly StoredRun[]> {
  const { listRuns, readRun } = await import('../../run/index.ts')
  const found = (await listRuns(out)).filter((run) => run.suite === suite && run.state !== 'running')
  const newest = [...found].sort((a, b) => b.createdAt.localeCompare(a.createdAt)).slice(0, RUNS_READ)
  const read = await Promise.allSettled(newest.map(({ dir }) => readRun(dir, { texts: false })))
  return read.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : [])) // a damaged record only makes the forecast poorer
}

/** Nothing that is asked has a right answer, nor is it read for its likelihood. */
function isSpeedOnly({ workloads }: LoadedSuite['suite'], plan: Plan): boolean {
  const reads = plan.workloads.some(({ items }) => items.some(({ given }) => given !== undefined))
  return !reads && workloads.length > 0 && workloads.every(({ grader }) => grader.id === 'none')
}

interface PlanParts {
  readonly suite: LoadedSuite['suite']
  readonly plan: Plan
  readonly expected: Forecast
  readonly earlier: readonly StoredRun[]
  readonly memory: readonly ModelMemory[]
  readonly gaps: readonly Unready[]
  readonly io: Io
  readonly rule: UntilDecided | undefined
}

function planText({ suite, plan, expected, earlier, memory, gaps, io, rule }: PlanParts): string {
  const { width } = io.stdout
  const title = paint(io.stdout, 'bold', suite.title)
  if (plan.cells.length === 0) return `${title}\n${wrap('Nothing is asked: this suite compares published figures only.', width).join('\n')}\n`
  const cells = expected.cells.map(({ key, items, ms }, i) => [
    String(i + 1),
    key.model,
    key.workload,
    key.load,
    String(key.repeat),
    String(key.block),
    String(items),
    show(ms, duration),
  ])
  const models = expected.models.map(({ model, ms, promptTokens, outputTokens, usd }) => [
    model,
    show(ms, duration),
    show(promptTokens, formatNumber),
    show(outputTokens, formatNumber),
    show(usd, dollars),
  ])
  return [
    title,
    `${formatCount(plan.cells.length, 'cell')}, ${formatCount(plan.requests, 'request')}, at most ${formatCount(plan.maxOutputTokens, 'output token')}`,
    '',
    textTable(['#', 'model', 'workload', 'load', 'repeat', 'block', 'items', 'expected'], cells, width),
    textTable(['model', 'expected', 'prompt tokens', 'output tokens', 'cost'], models, width),
    ...memoryText(memory, width),
    ...(memory.some(({ tooLarge }) => tooLarge.length > 0) ? [...memoryWarnings(memory).flatMap((one) => wrap(one, width)), ''] : []),
    ...(isSpeedOnly(suite, plan)
      ? [...wrap('No accuracy is measured: the prompts are made up and no answer is graded, so there will be no verdict.', width), '']
      : []),
    ...(rule === undefined ? [] : [...wrap(untilDecidedText(rule, plan, suite), width), '']),
    ...(plan.warnings ?? []).flatMap(({ message }) => wrap(`Warning: ${message}.`, width)),
    ...policyLines(suite, width),
    ...gapLines(gaps, width),
    ...wrap(conclusion(expected, earlier), width),
    '',
  ].join('\n')
}

const noGrades = (gaps: readonly Unready[]): { noGrades?: readonly Unready[] } => (gaps.length === 0 ? {} : { noGrades: gaps })

/** What answers need to get a grade, before anything is paid for them. */
function gapLines(gaps: readonly Unready[], width: number): string[] {
  const lines = gaps.flatMap(
    ({ workload, why, evenWithLeave }) =>
    wrap(`Answers of ${workload} get no grade as it is: ${why}. ${evenWithLeave === undefined ? 'With it they can be graded on this machine.' : `Nor can they be graded on this machine with it: ${evenWithLeave}.`}`, width), // prettier-ignore
  )
  return lines.length === 0 ? [] : [...lines, '']
}

/** What made-up prompts have in common, which decides what a prefix cache can know. */
function prefixPolicies({ workloads }: LoadedSuite['suite']): { workload: string; policy: string }[] {
  return workloads.flatMap(({ id, prefix }) => (prefix === undefined ? [] : [{ workload: id, policy: prefix }]))
}

function policyLines(suite: LoadedSuite['suite'], width: number): string[] {
  const lines = prefixPolicies(suite).flatMap(({ workload, policy }) => wrap(`Prefix policy of ${workload}: ${policy}.`, width))
  return lines.length === 0 ? [] : [...lines, '']
}

/** How long and how dear, and where that is known from. */
function conclusion({ ms, usd }: Forecast, earlier: readonly StoredRun[]): string {
  const time = ms.state === 'ok' ? duration(ms.value) : `an unknown time (${reason(ms)})`
  const cost = usd.state === 'ok' ? dollars(usd.value) : `an unknown cost (${reason(usd)})`
  const basis = earlier[0]
    ? `Times and tokens are those of earlier runs, the newest of them ${earlier[0].record.id}.`
    : 'No earlier run of this suite is in this folder.'
  return `Expected in all: ${time}, ${cost}. ${basis} Nothing was run.`
}

function reason(value: Observed<number>): string {
  return value.state === 'absent' ? value.why : value.state === 'failed' ? value.error.message : ''
}

/** Dollars of the plan; a few cents for small models. */
function dollars(value: number): string {
  return formatValue(value, 'USD')
}

function show(value: Observed<number>, format: (value: number) => string): string {
  return value.state === 'ok' ? format(value.value) : '—'
}
