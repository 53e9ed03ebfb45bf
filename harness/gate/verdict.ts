/** Rules about the verdict: may the student still replace its teacher? */
import type { RunFigures } from '../analysis/index.ts'
import type { Decision, GateFinding, GateOutcome, GateRule } from '../types.ts'
import { limitInWords } from './words.ts'

const RANK: Record<Decision, number> = { 'keep-teacher': 0, undecided: 1, replace: 2 }

/** `settled` is the outcome: a verdict has its tests behind it already. */
export function verdictFinding(
  rule: GateRule,
  model: string,
  figures: readonly RunFigures[],
): Omit<GateFinding, 'outcome' | 'message' | 'p'> & { settled: GateOutcome; note: string } {
  const [now, before] = figures.map(({ verdicts }) => verdicts.find(({ student }) => student === model))
  const none = { state: 'absent' as const, why: 'a verdict is no figure' }
  const head = {
    rule: rule.id,
    level: rule.level,
    metric: 'verdict',
    model,
    workload: '',
    load: '',
    slice: '',
    limit: limitInWords(rule.limit, undefined),
    baseline: none,
    candidate: none,
    change: none,
    pairs: 0,
  }
  if (rule.limit.kind !== 'verdict') return { ...head, settled: 'invalid', note: 'the rule has no limit for a verdict' }
  // Runs of one model alone have no verdicts; nothing got worse, and nobody asked for one.
  const neverHad = rule.byDefault === true && figures.length > 1 && before === undefined
  if (now === undefined)
    return {
      ...head,
      settled: rule.required && !neverHad ? 'invalid' : 'skipped',
      note: 'not judged: the run has no verdict on it',
      advice: 'verdicts need a teacher and a student with graded answers to the same items',
    }
  const verdicts = { candidate: now.decision, ...(before === undefined ? {} : { baseline: before.decision }) }
  const needed = rule.limit.atLeast === 'stay' ? before?.decision : rule.limit.atLeast
  if (needed === undefined) return { ...head, verdicts, settled: 'skipped', note: 'the baseline has no verdict to compare with' }
  const was = before === undefined ? '' : before.decision === now.decision ? ', as before' : `; it was ${before.decision}`
  const note = `${now.decision}${was}: ${now.sentence}`
  if (RANK[now.decision] >= RANK[needed]) return { ...head, verdicts, settled: 'pass', note }
  // Not shown to be good enough is not shown to be bad.
  return { ...head, verdicts, settled: now.decision === 'undecided' ? 'undecided' : 'fail', note }
}
