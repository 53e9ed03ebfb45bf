/** A gate that runs candidate and baseline side by side in one job, and adds pairs of blocks until it can tell. */
import { describeDifference, describeEnvironment, describeSuite, planSuite, readRun, runSuite, type RunParts } from '../../run/index.ts'
import { HarnessError } from '../../errors.ts'
import type { GatePolicy, GateReport, LoadedSuite, RunEvent, RunRecord } from '../../types.ts'
import { checkSameQuestions } from '../comparable.ts'
import { refuse, refuseDeadRules } from '../dead.ts'
import { judge } from '../judge.ts'
import { modelsOf } from '../targets.ts'
import { FIRST_BLOCKS, lookAt, LOOKS, SHARES, stopAfter } from './looks.ts'
import { mergeSuites, splitRun, type Arms } from './merge.ts'
import { deadByNoise } from './noise.ts'

export { checkOut, type Checkout } from './checkout.ts'
export { parseBudget } from './looks.ts'
export { mergeSuites, splitRun, type Arms } from './merge.ts'

export interface RerunOptions extends Arms {
  policy: GatePolicy
  source: string
  hash: string
  /** What the baseline is called in the report: `git:main (1a2b3c)`, a suite. */
  name: string
  out: string
  /** No look is begun that would end later than this after the start, milliseconds. */
  budgetMs: number
  seed?: number
  quick?: boolean
  backend?: string
  /** Run although the last run says that a rule cannot be decided. */
  anyway?: boolean
  command: string
  signal: AbortSignal
}

export interface RerunEvents {
  onEvent: (event: RunEvent) => void
  /** After each look. */
  onLook: (report: GateReport, why: string | undefined) => void
}

/** Throws HarnessError `usage` where the two suites do not ask the same or have no model in common. */
export async function rerun(options: RerunOptions, { onEvent, onLook }: RerunEvents, parts: Partial<RunParts> = {}): Promise<GateReport> {
  // 1. whether the two can be compared  2. both as one run, with looks  3. the last look is the result
  const asked = await checkArms(options)
  const wanted = [...new Set(options.policy.rules.flatMap((rule) => modelsOf(rule, options.candidate.suite.models)))]
  const { loaded, pairs } = mergeSuites(options, wanted, { blocks: FIRST_BLOCKS, repeats: REPEATS })
  if (options.anyway !== true) {
    const environment = await describeEnvironment(options.signal)
    refuse(await deadByNoise({ ...options, suite: loaded.suite.name, asked, environment }), NOISY)
  }
  const started = performance.now()
  let last: GateReport | undefined
  const lookNow = async (dir: string, blocks: number, index: number): Promise<GateReport> => {
    const sides = splitRun(await readRun(dir), options)
    const { policy, source, hash, name } = options
    const look = { index, of: LOOKS.length, pairs: blocks }
    return judge({
      policy,
      source,
      hash,
      candidate: sides.candidate,
      baseline: { name, run: sides.baseline },
      ran: 'together',
      look,
      ...(SHARES[index] === undefined ? {} : { shares: SHARES[index] }),
      describe: describeDifference,
    })
  }
  const run = await runSuite(
    loaded,
    {
      out: options.out,
      sideBySide: pairs,
      ...(options.seed === undefined ? {} : { seed: options.seed }),
      ...(options.quick === undefined ? {} : { quick: options.quick }),
      ...(options.backend === undefined ? {} : { backend: options.backend }),
      command: options.command,
      signal: options.signal,
    },
    onEvent,
    {
      ...parts,
      afterBlock: async (dir, blocks) => {
        const index = lookAt(blocks)
        if (index === undefined) return undefined
        last = await lookNow(dir, blocks, index)
        const why = stopAfter(last, { pairs: blocks, elapsedMs: performance.now() - started, budgetMs: options.budgetMs })
        onLook(last, why)
        return why
      },
    },
  )
  if (run.record.state === 'interrupted') throw new HarnessError('aborted', 'interrupted; nothing was judged')
  // A run of fewer blocks than the first look wants is looked at once, at its end.
  return last ?? lookNow(run.dir, 0, 0)
}

// --- internal ---

/** Passes over the items, so that there are blocks enough for the last look. */
const REPEATS = Math.ceil(LOOKS.at(-1)! / FIRST_BLOCKS)

const NOISY = 'make blocks longer (more items), the machine quieter or the limit wider, or set level: warn; --anyway runs it all the same'

/** What the candidate asks. */
async function checkArms({ candidate, baseline, policy, seed, quick = false }: RerunOptions): Promise<Pick<RunRecord, 'suite' | 'quick' | 'seed'>> {
  const asked = async (loaded: LoadedSuite) => {
    const plan = await planSuite(loaded, { quick, seed: seed ?? candidate.suite.seed })
    return { suite: describeSuite(loaded, plan, loaded.suite.models), quick, seed: seed ?? candidate.suite.seed }
  }
  const now = await asked(candidate)
  checkSameQuestions(await asked(baseline), now)
  refuseDeadRules(policy, now, 'together')
  return now
}
