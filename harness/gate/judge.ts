/** Judges a run by the rules of a policy, against a baseline where the rules need one. Pure. */
import { holm, type Shares } from '../analysis/index.ts'
import type { GateFinding, GateOutcome, GatePolicy, GateReport, StoredRun, SuiteRecord } from '../types.ts'
import { draftsOf, openCourt, type Draft } from './drafts.ts'
import { percent } from './evidence.ts'
import { amount, changeInWords, pInWords } from './words.ts'

export interface GateInputs {
  policy: GatePolicy
  /** Where the rules come from, and their hash: for the report. */
  source: string
  hash: string
  candidate: StoredRun
  baseline?: { name: string; run: StoredRun }
  /** `together`: both ran side by side, block by block, in one job. */
  ran: GateReport['ran']
  look?: GateReport['look']
  /** Of `alpha`, that this look has; default all of it. */
  shares?: Shares
  /** In words, where two suites differ. */
  describe: (before: SuiteRecord, now: SuiteRecord) => string
  differences?: readonly string[]
}

/** Throws HarnessError `usage` where a rule names a model that the run lacks, or needs a baseline and there is none. */
export function judge(inputs: GateInputs): GateReport {
  const { policy, candidate, baseline, ran, look } = inputs
  const { alpha } = policy
  // 1. what each rule is about and what the runs say about it  2. all tests together  3. the outcome
  const court = openCourt(inputs)
  const drafts = policy.rules.flatMap((rule) => draftsOf(rule, court))
  const tested = drafts.filter((draft) => draft.p !== undefined && draft.settled === undefined)
  const adjusted = holm(tested.map(({ p }) => p!.fail))
  const findings = [completeness(candidate), ...drafts.map((draft) => conclude(draft, adjusted[tested.indexOf(draft)], alpha, policy.missed))]
  return {
    schema: 'gate/1',
    run: candidate.record.id,
    ...(baseline === undefined ? {} : { baseline: { name: baseline.name, run: baseline.run.record.id } }),
    ran,
    policy: { source: inputs.source, hash: inputs.hash, alpha, missed: policy.missed, rules: policy.rules.length },
    ...(look === undefined ? {} : { look }),
    outcome: outcomeOf(findings),
    findings,
    statement: statementOf(policy, tested.length, look),
    differences: inputs.differences ?? [],
    warnings: court.figures.flatMap(({ warnings }, side) => warnings.map(({ message }) => (side === 0 ? message : `baseline: ${message}`))),
  }
}

/** `fail` before `undecided` before `pass`; findings that only warn do not count. */
export function outcomeOf(findings: readonly GateFinding[]): GateReport['outcome'] {
  const counted = findings.filter(({ level }) => level === 'error').map(({ outcome }) => outcome)
  if (counted.includes('fail') || counted.includes('invalid')) return 'fail'
  return counted.includes('undecided') ? 'undecided' : 'pass'
}

// --- internal ---

/** Fail when a change beyond the tolerance is shown after Holm, pass when the limit is excluded, else undecided. */
function conclude(draft: Draft, adjusted: number | undefined, alpha: number, missed: number): GateFinding {
  const { p, advice, settled, note, metricSpec: _, ...facts } = draft
  const outcome = settled ?? (p === undefined || adjusted === undefined ? 'invalid' : adjusted <= alpha ? 'fail' : p.pass <= missed ? 'pass' : 'undecided')
  const tested = settled === undefined && p !== undefined && adjusted !== undefined
  const message = tested ? messageOf(draft, outcome, adjusted) : note
  const help = outcome === 'pass' || outcome === 'fail' ? undefined : (advice ?? adviceOf(draft))
  return { ...facts, outcome, message, ...(tested ? { p: { ...p, adjusted } } : {}), ...(help === undefined ? {} : { advice: help }) }
}

function messageOf({ note, metricSpec, change, candidate }: Draft, outcome: GateOutcome, adjusted: number): string {
  const what =
    change.state === 'ok' && metricSpec !== undefined
      ? changeInWords(change.value, metricSpec)
      : candidate.state === 'ok'
        ? amount(candidate.value.value, metricSpec)
        : ''
  const why = outcome === 'fail' ? pInWords(adjusted) : outcome === 'undecided' ? 'cannot be told from the limit' : ''
  return `${what} [${[note, why].filter((part) => part !== '').join('; ')}]`
}

function adviceOf({ detectable, pairs, metric }: Draft): string | undefined {
  if (detectable === undefined) return undefined
  const unit = metric === 'accuracy' ? 'items' : 'pairs of blocks'
  return detectable.pairsForLimit > pairs ? `about ${detectable.pairsForLimit} ${unit} would decide (there are ${pairs})` : `more ${unit} would decide`
}

/** A run that did not end well cannot pass, whatever its numbers. */
function completeness({ record }: StoredRun): GateFinding {
  const none = { state: 'absent' as const, why: 'not a figure' }
  const failed = record.cells.filter(({ state }) => state === 'failed')
  const first = failed.find((cell) => cell.state === 'failed')
  const ok = record.state === 'done'
  const what = ok
    ? 'the run is complete'
    : `the run is ${record.state}${failed.length === 0 ? '' : `: ${failed.length} of ${record.cells.length} cells failed${first?.state === 'failed' ? `, the first with "${first.error.message}"` : ''}`}`
  return {
    rule: 'complete',
    level: 'error',
    outcome: ok ? 'pass' : 'invalid',
    metric: 'complete',
    model: '',
    workload: '',
    load: '',
    slice: '',
    limit: 'every cell is done',
    baseline: none,
    candidate: none,
    change: none,
    pairs: 0,
    message: what,
    ...(ok ? {} : { advice: 'distillbench run SUITE --resume RUN goes on with what is left' }),
  }
}

function statementOf({ alpha, missed }: GatePolicy, tests: number, look: GateReport['look']): string {
  const looks = look === undefined || look.of === 1 ? '' : `, over ${look.of} looks`
  return (
    `If nothing changed, the whole gate fails in at most ${percent(alpha)} of the builds (${tests} ${tests === 1 ? 'test' : 'tests'}, Holm${looks}); ` +
    `a rule passes when a change by its limit is excluded at ${percent(1 - missed)} confidence.`
  )
}
