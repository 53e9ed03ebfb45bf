/** Runs a suite, cell by cell. Emits events; knows no terminal and no file format. */
import { HarnessError } from '../errors.ts'
import { probeMeters } from '../meters/index.ts'
import type { Leave, LoadedSuite, Plan, RunEvent, Sample, StoredRun } from '../types.ts'
import { startClock, type Clock } from './clock.ts'
import { readCalibration } from './load/calibration.ts'
import { describeEnvironment } from './environment.ts'
import { describeSuite } from './hash.ts'
import { createJournal, type Journal } from './journal.ts'
import { chooseModels, planSuite, type SideBySide } from './plan.ts'
import { noGrades } from './readiness.ts'
import { finalState, mergeMeters, newRecord, smallBatches, type ProbedMeter } from './record.ts'
import { checkSameSuite, choicesOf, latestTime, restOf, resumeWarnings, withoutGradings, type Choices, type Rest } from './resume.ts'
import { createJudges } from './judging/ask.ts'
import { createJudging } from './judging/pass.ts'
import { createScoring } from './scoring/pass.ts'
import { readRun } from './store/read.ts'
import { unpackRun } from './store/unpack.ts'
import { createRun, openRun } from './store/write.ts'
import { createReferee, ruleOf, type UntilDecidedWish } from './until-decided.ts'
import { runPlanned, type SharedContext } from './tasks.ts'

export interface RunOptions {
  /** Folder that runs are written to, such as `.distillbench`. */
  readonly out: string
  readonly seed?: number
  readonly quick?: boolean
  /** Ids of the models that take part; default: all. */
  readonly models?: readonly string[]
  readonly backend?: string
  /** Id or folder of a run to go on with. */
  readonly resume?: string
  /** Ask until every student is decided; limits take the place of the suite's. Default: as the suite says. */
  readonly untilDecided?: UntilDecidedWish
  /** Let graders run code that models wrote, in a sandbox; default: no. */
  readonly allowCode?: boolean
  /** Pairs of models that run one after the other in each block. */
  readonly sideBySide?: SideBySide
  /** The command line, for the record. */
  readonly command: string
  readonly signal: AbortSignal
  /** What is being fetched before the run starts. */
  readonly onProgress?: (message: string) => void
}

/** What tests and embedding programs may set. */
export interface RunParts {
  /** In place of those that the suite names. */
  readonly meters: readonly ProbedMeter[]
  readonly meterIntervalMs: number
  /** Length of each idle phase, before and after, where a power meter measures. */
  readonly idleMs: number
  /** How long a process may take to end when it is asked to. */
  readonly graceMs: number
  /**
   * Called when all models have had their turn with a block, with the folder of the run and how many blocks that makes; a
   * reason that it gives ends the run there, with what is left skipped.
   */
  readonly afterBlock: (dir: string, blocks: number) => Promise<string | undefined>
}

/**
 * Runs all cells, or those that a run to go on with has left. Cells that fail are in the record, and the others go on; a run
 * that is interrupted by the signal is given back with the state `interrupted`. Throws HarnessError `usage` before anything
 * has started, and `storage` when the folder cannot be written to; finished requests are kept then.
 */
export async function runSuite(
  loaded: LoadedSuite,
  options: RunOptions,
  onEvent: (event: RunEvent) => void,
  parts: Partial<RunParts> = {},
): Promise<StoredRun> {
  // 1. What is run: the suite, or what an earlier run has left of it; and on what machine.
  const prepared = await prepare(loaded, options, parts)
  const { earlier, choices, rule, plan, environment, meters, startedAt } = prepared
  // 2. The folder, which is ours alone from here on.
  if (earlier !== undefined) await unpackRun(earlier.dir)
  const store = earlier === undefined ? createRun(options.out, loaded.suite.name, startedAt) : openRun(earlier.dir, earlier.record.id)
  const judges = createJudges(options.signal)
  try {
    // 3. The record as it starts, and what is left to do.
    const start = (earlier && withoutGradings(earlier.record)) ?? newRecord({ ...prepared, id: store.id, command: options.command })
    const rest = restOf(plan, earlier ?? { record: start, samples: [] })
    const done = countDone(plan, rest)
    const journal = createJournal(store, { ...start, state: 'running', meters: mergeMeters(start.meters, meters) }, done, onEvent)
    onEvent({ type: 'run-start', id: store.id, dir: store.dir, ...countAll(plan), cellsDone: done.cells, requestsDone: done.requests })
    const news = earlier === undefined ? smallBatches(loaded.suite, plan) : rest.size === 0 ? [] : resumeWarnings(earlier, environment, startedAt)
    if (earlier === undefined) plan.warnings?.forEach((warning) => journal.warning(warning))
    news.forEach((warning) => journal.warning(warning))
    const leave: Leave = { code: options.allowCode === true, ask: (...asked) => judges.ask(...asked) }
    if (rest.size > 0) (await noGrades(loaded.suite, leave)).forEach((warning) => journal.warning(warning))
    store.writeRecord(journal.record)
    // 4. The cells, one after the other, on one clock.
    const clock = startClock(earlier === undefined ? 0 : latestTime(earlier) + 1)
    const shared = shareContext(loaded, options, parts, choices, meters, clock)
    const samples = earlier?.samples ?? []
    const referee = rule === undefined ? undefined : createReferee({ rule, plan, suite: loaded.suite, journal, samples, now: () => clock.now(), onEvent })
    const { graceMs } = shared
    const scoring = createScoring({
      loaded,
      plan,
      journal,
      samples,
      scores: earlier?.scores ?? [],
      backend: choices.backend,
      graceMs,
      signal: options.signal,
      onEvent,
    })
    const judging = createJudging({ loaded, journal, samples, judgements: earlier?.judgements ?? [], signal: options.signal, onEvent })
    const watched = watch(journal, (sample) => {
      referee?.sample(sample)
      scoring.sample(sample)
      judging.sample(sample)
    })
    let [blocks, stopped]: [number, string | undefined] = [0, undefined]
    for (const [i, cell] of plan.cells.entries()) {
      const left = rest.get(cell.id)
      if (left === undefined || options.signal.aborted) continue
      const why = stopped ?? referee?.before(cell)
      if (why !== undefined) {
        journal.cell({ id: cell.id, key: cell.key, items: cell.items.map((item) => item.id), state: 'skipped', why }, left.items.length)
        continue
      }
      const from = clock.now()
      const ended = await runPlanned(cell, left, { loaded, plan, journal: watched, shared, leave, onEvent })
      referee?.after(ended, clock.now() - from)
      journal.cell(ended)
      if (sameBlock(cell, plan.cells[i + 1])) continue
      blocks += 1
      if (!options.signal.aborted) stopped = await parts.afterBlock?.(store.dir, blocks)
    }
    if (!options.signal.aborted && rest.size > 0) referee?.end()
    // 5. Token by token, and as the judge sees it, outside of all that is timed. Two sides of a gate are compared by their answers only.
    let cutShort = false
    if (!options.signal.aborted && options.sideBySide === undefined && finalState(journal.record) !== 'interrupted') {
      await scoring.run()
      if (!options.signal.aborted) await judging.run()
      cutShort = options.signal.aborted
    }
    // 6. The end.
    journal.end(cutShort ? 'interrupted' : finalState(journal.record))
  } finally {
    await judges.close()
    store.close()
  }
  return readRun(store.dir)
}

// --- internal ---

/** The sensors of GPUs move about ten times a second; reading oftener tells nothing new and disturbs. */
const METER_INTERVAL_MS = 100
/** Before and after each cell; the cells of a model together make well over ten seconds. */
const IDLE_MS = 3000
const QUICK_IDLE_MS = 500
const GRACE_MS = 2000

async function prepare(loaded: LoadedSuite, options: RunOptions, parts: Partial<RunParts>) {
  const { suite, seed, quick, backend, models } = { suite: loaded.suite, ...options }
  const earlier = options.resume === undefined ? undefined : await readRun(options.resume, { out: options.out, lateGrades: false })
  const choices: Choices =
    earlier === undefined ? { seed: seed ?? suite.seed, quick: quick ?? false, backend: backend ?? 'auto', models } : choicesOf(earlier.record, options)
  const rule = ruleOf(suite, options.untilDecided ?? {}, earlier?.record)
  const plan = await planSuite(loaded, {
    seed: choices.seed,
    quick: choices.quick,
    signal: options.signal,
    ...(options.onProgress === undefined ? {} : { onProgress: options.onProgress }),
    ...(choices.models === undefined ? {} : { models: choices.models }),
    ...(rule === undefined ? {} : { untilDecided: rule }),
    ...(options.sideBySide === undefined ? {} : { sideBySide: options.sideBySide }),
  })
  const described = describeSuite(loaded, plan, chooseModels(suite, choices.models))
  if (earlier !== undefined) checkSameSuite(earlier.record, described, plan)
  const [environment, meters] = await Promise.all([
    describeEnvironment(options.signal),
    parts.meters ?? (plan.cells.length === 0 ? [] : probeMeters(suite.meters, options.signal)),
  ])
  if (options.signal.aborted) throw new HarnessError('aborted', 'interrupted before anything was asked')
  return { earlier, choices, rule, plan, suite: described, environment, meters, startedAt: new Date() }
}

function shareContext(
  { suite, dir }: LoadedSuite,
  { signal, out }: RunOptions,
  parts: Partial<RunParts>,
  { backend, seed, quick }: Choices,
  meters: readonly ProbedMeter[],
  clock: Clock,
): SharedContext {
  return {
    dir,
    backend,
    seed,
    clock,
    signal,
    meters: meters.filter(({ probe }) => probe.state === 'ok').map(({ meter }) => meter),
    meterIntervalMs: parts.meterIntervalMs ?? METER_INTERVAL_MS,
    idleMs: parts.idleMs ?? (quick ? QUICK_IDLE_MS : IDLE_MS),
    graceMs: parts.graceMs ?? GRACE_MS,
    calibration: readCalibration(out),
    warmupRequests: suite.warmup.requests,
    timeoutMs: suite.timeoutMs,
  }
}

function sameBlock(a: Plan['cells'][number], b: Plan['cells'][number] | undefined): boolean {
  return b !== undefined && a.key.repeat === b.key.repeat && a.key.block === b.key.block
}

/** The journal, with every sample told to others too. */
function watch(journal: Journal, onSample: (sample: Sample) => void): Journal {
  return {
    get record() {
      return journal.record
    },
    sample(sample) {
      journal.sample(sample)
      onSample(sample)
    },
    series: (series) => journal.series(series),
    warning: (warning) => journal.warning(warning),
    cell: (cell, notAsked) => journal.cell(cell, notAsked),
    sequential: (state) => journal.sequential(state),
    score: (score) => journal.score(score),
    judgement: (judgement) => journal.judgement(judgement),
    notScored: (models) => journal.notScored(models),
    end: (state) => journal.end(state),
  }
}

function countAll({ cells, requests }: Plan): { cells: number; requests: number } {
  return { cells: cells.length, requests }
}

function countDone(plan: Plan, rest: ReadonlyMap<string, Rest>): { cells: number; requests: number } {
  const asked = plan.cells.filter(({ skip }) => skip === undefined)
  return {
    cells: plan.cells.filter(({ id }) => !rest.has(id)).length,
    requests: asked.reduce((sum, { id, items }) => sum + items.length - (rest.get(id)?.items.length ?? 0), 0),
  }
}
