/** From run records to an analysis: pure, deterministic, and the only place where numbers are derived. */
import type { Analysis, CellRecord, Claim, Fact, Metric, MetricRow, ModelSummary, StoredRun, TableRun } from '../types.ts'
import { ratioRows } from './compare/index.ts'
import { cardOf } from './cards.ts'
import { dataOf, toRow, type Cell, type GroupData } from './data.ts'
import { powerSources } from './energy.ts'
import { fidelityRows } from './fidelity/index.ts'
import { gapRows } from './gap.ts'
import { gradingCosts, judgedRows } from './judged.ts'
import { whyEmpty } from './groups.ts'
import { accuracyCells, byLengthCells, shareCells } from './metrics/accuracy.ts'
import { attemptCells } from './metrics/attempts.ts'
import { energySplitCells } from './metrics/energy-split.ts'
import { distributionsOf, latencyCells, outputTokensCell } from './metrics/latency.ts'
import { memoryCells } from './metrics/memory.ts'
import { stepRatios, stepRows } from './metrics/steps.ts'
import { sumCells } from './metrics/sums.ts'
import { textCells } from './metrics/texts.ts'
import { METRICS } from './metrics/table.ts'
import { claimResults, conflictsOf, conflictWarnings, factRatios, factRows } from './published.ts'
import { lifecycleRows } from './lifecycle.ts'
import { rooflineRows } from './roofline/index.ts'
import { powerRows } from './power.ts'
import { stageSummaries } from './stages.ts'
import { routingRows } from './verdict/routing.ts'
import { verdictsOf } from './verdict/index.ts'
import { tabled } from './table/build.ts'
import { CUT_OFF, FAILED } from './table/codes.ts'
import { countRows, isAnswered, tells } from './table/rows.ts'
import { runWarnings, withCautions } from './warnings.ts'

/** The same runs give the same analysis, to the last bit: bootstraps are seeded by what they are about. */
export function analyse(runs: readonly (StoredRun | TableRun)[]): Analysis {
  // 1. each run by itself  2. what is quoted, over all runs  3. one document
  const parts = runs.map((run) => analyseRun(tabled(run)))
  const facts = unique(runs.flatMap(({ record }) => record.suite.facts))
  const claims = claimResults(unique(runs.flatMap(({ record }): readonly Claim[] => record.suite.claims)), facts)
  const conflicts = conflictsOf(facts)
  return {
    schema: 'analysis/1',
    runs: runs.map(summaryOf),
    models: parts.flatMap(({ models }) => models),
    metrics: declared(facts),
    rows: parts.flatMap(({ rows }) => rows),
    ratios: parts.flatMap(({ ratios }) => ratios),
    verdicts: parts.flatMap(({ verdicts }) => verdicts),
    routing: parts.flatMap(({ routing }) => routing),
    fidelity: parts.flatMap(({ fidelity }) => fidelity),
    judged: runs.flatMap(judgedRows),
    grading: parts.flatMap(({ grading }) => grading),
    gap: parts.flatMap(({ gap }) => gap),
    distributions: parts.flatMap(({ distributions }) => distributions),
    stages: runs.flatMap(({ record }) => stageSummaries(record)),
    roofline: parts.flatMap(({ roofline }) => roofline),
    power: parts.flatMap(({ power }) => power),
    lifecycle: parts.flatMap(({ lifecycle }) => lifecycle),
    facts,
    conflicts,
    claims: claims.claims,
    counts: parts.flatMap(({ counts }) => counts),
    failures: parts.flatMap(({ failures }) => failures),
    warnings: [...parts.flatMap(({ warnings }) => warnings), ...conflictWarnings(conflicts), ...claims.warnings],
  }
}

/** What the gate reads of a run: no comparison of models among one another unless verdicts are wanted. */
export type RunFigures = Pick<Analysis, 'rows' | 'stages' | 'verdicts' | 'warnings'>

export function figuresOf(stored: StoredRun | TableRun, { verdicts }: { verdicts: boolean }): RunFigures {
  const run = tabled(stored)
  const groups = dataOf(run, powerSources(run))
  const asked = groups.filter(({ group }) => group.samples.length > 0)
  return {
    rows: withCautions([...groups.flatMap(rowsOf), ...stepRows(run), ...factRows(run)], run),
    stages: stageSummaries(run.record),
    verdicts: verdicts ? verdictsOf(run, groups, modelsOf(run, asked), ratioRows(groups)) : [],
    warnings: runWarnings(run, groups),
  }
}

// --- internal ---

type DoneCell = Extract<CellRecord, { state: 'done' }>
type Part = Pick<
  Analysis,
  | 'models'
  | 'rows'
  | 'ratios'
  | 'verdicts'
  | 'routing'
  | 'fidelity'
  | 'gap'
  | 'grading'
  | 'distributions'
  | 'roofline'
  | 'power'
  | 'lifecycle'
  | 'counts'
  | 'failures'
  | 'warnings'
>

function analyseRun(run: TableRun): Part {
  const groups = dataOf(run, powerSources(run))
  const steps = stepRows(run)
  const facts = factRows(run)
  const asked = groups.filter(({ group }) => group.samples.length > 0)
  const models = modelsOf(run, asked)
  const ratios = ratioRows(groups)
  const rows = withCautions([...groups.flatMap(rowsOf), ...steps, ...facts], run)
  return {
    models,
    rows,
    ratios: [...ratios, ...stepRatios(steps), ...factRatios(facts)],
    verdicts: verdictsOf(run, groups, models, ratios),
    routing: routingRows(asked, run.record.id, run.record.suite.margin),
    fidelity: fidelityRows(
      run,
      asked.map(({ group }) => group),
    ),
    gap: gapRows(asked, run),
    grading: gradingCosts(run),
    distributions: asked.flatMap(distributionsOf),
    roofline: rooflineRows(groups),
    power: powerRows(run),
    lifecycle: lifecycleRows(models, rows, ratios),
    counts: groups.map((data) => countsOf(data, run.record)),
    failures: run.record.cells.flatMap((cell) => (cell.state === 'failed' ? [{ run: run.record.id, cell: cell.id, error: cell.error }] : [])),
    warnings: runWarnings(run, groups),
  }
}

/** All metrics of a group; where nothing was asked, each with the reason. */
function rowsOf(data: GroupData): MetricRow[] {
  const cells = [
    ...accuracyCells(data),
    ...byLengthCells(data),
    ...attemptCells(data),
    ...textCells(data),
    ...latencyCells(data),
    ...sumCells(data),
    ...energySplitCells(data),
    outputTokensCell(data),
    ...shareCells(data),
    ...memoryCells(data),
  ]
  const order = new Map<string, number>(METRICS.map(({ id }, index) => [id, index]))
  const reason = data.group.samples.length === 0 ? whyEmpty(data.group) : undefined
  return cells
    .map((cell): Cell => (reason === undefined ? cell : { ...cell, estimate: reason }))
    .sort((a, b) => (order.get(a.metric) ?? 0) - (order.get(b.metric) ?? 0))
    .map((cell) => toRow(data.group, cell))
}

function countsOf(
  { group: { run, model, workload, load, cells, planned, table, samples, promptsOnly } }: GroupData,
  record: StoredRun['record'],
): Analysis['counts'][number] {
  const finished = (code: number): number => countRows(samples, (row) => table.finish[row] === code)
  const untold = countRows(samples, (row) => isAnswered(table, row) && !tells(table, row, ['finish']))
  // An answer to a made-up prompt is as long as was asked for.
  const counts = {
    run,
    model: model.id,
    workload,
    load,
    planned,
    requests: samples.length,
    failed: finished(FAILED),
    truncated: promptsOnly ? 0 : finished(CUT_OFF),
  }
  const untilClear = record.sequential !== undefined || record.sequentialOf?.[model.id] !== undefined
  const spared = untilClear ? cells.reduce((sum, { state, items }) => sum + (state === 'skipped' ? items.length : 0), 0) : 0
  return { ...counts, ...(spared === 0 ? {} : { spared }), ...(untold === 0 ? {} : { untold }) }
}

function modelsOf({ record }: TableRun, asked: readonly GroupData[]): ModelSummary[] {
  return record.suite.models.map((spec): ModelSummary => {
    const { id, name, role, adapter, price } = spec
    const done = record.cells.find((cell): cell is DoneCell => cell.state === 'done' && cell.key.model === id)
    const card = cardOf(spec, done?.card)
    return {
      run: record.id,
      id,
      name,
      role,
      adapter,
      ...(card === undefined ? {} : { card }),
      ...(done === undefined ? {} : { runtime: done.runtime }),
      ...(price === undefined ? {} : { price }),
      measured: asked.some(({ group }) => group.model.id === id),
    }
  })
}

function summaryOf({ record }: Pick<StoredRun, 'record'>): Analysis['runs'][number] {
  const { id, createdAt, suite, command, seed, quick, state, environment } = record
  return {
    id,
    createdAt,
    suite: suite.name,
    title: suite.title,
    description: suite.description,
    command,
    seed,
    quick,
    state,
    suiteHash: suite.hash,
    environment,
  }
}

/** The table, and a bare declaration for each metric that only a fact names. */
function declared(facts: readonly Fact[]): Metric[] {
  const known = new Set(METRICS.map(({ id }) => id))
  const strange = new Map(facts.filter(({ metric }) => !known.has(metric)).map(({ metric, unit }) => [metric, unit]))
  return [
    ...METRICS,
    ...[...strange].map(([id, unit]): Metric => ({
      id,
      title: id,
      unit,
      better: 'neither',
      definition: 'Quoted; the suite that quotes it knows what it is.',
      misleads: 'Whether more of it is better is not known here.',
    })),
  ]
}

/** Two runs of one suite carry the same facts. */
function unique<T>(values: readonly T[]): T[] {
  return [...new Map(values.map((value) => [JSON.stringify(value), value])).values()]
}
