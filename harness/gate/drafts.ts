/** One rule at a time: what it is about, and what the two runs say about it. */
import { changeOf, figuresOf, METRICS, ONE_LOOK, type ModelChange, type RunFigures } from '../analysis/index.ts'
import { HarnessError } from '../errors.ts'
import type { GateFinding, GateOutcome, GateRule, Metric, Observed } from '../types.ts'
import { apartEvidence, blockEvidence, boundEvidence, scoreEvidence, shareEvidence, type Evidence, type Question } from './evidence.ts'
import type { GateInputs } from './judge.ts'
import { dependsOnMachine } from './machine.ts'
import { modelsOf, rowOf, targetsOf, type Target } from './targets.ts'
import { verdictFinding } from './verdict.ts'
import { limitInWords } from './words.ts'

export interface Court extends GateInputs {
  /** Of the candidate, then of the baseline. */
  figures: readonly RunFigures[]
  /** What a look has of it on average: for how much more would be needed. */
  alpha: number
  change(model: string): ModelChange | string
}

/** A finding before all are looked at together: it has p-values, or it is settled without. */
export interface Draft extends Omit<GateFinding, 'outcome' | 'message' | 'p'> {
  p?: { fail: number; pass: number }
  settled?: GateOutcome
  note: string
  metricSpec: Metric | undefined
}

export function openCourt(inputs: GateInputs): Court {
  const { candidate, baseline, describe, policy, look } = inputs
  const changes = new Map<string, ModelChange | string>()
  const verdicts = policy.rules.some(({ metric }) => metric === 'verdict')
  return {
    ...inputs,
    alpha: policy.alpha / (look?.of ?? 1),
    figures: [candidate, ...(baseline === undefined ? [] : [baseline.run])].map((run) => figuresOf(run, { verdicts })),
    change(model) {
      const known = changes.get(model) ?? attempt(() => changeOf(baseline!.run, candidate, model, { by: 'hash', describe }))
      changes.set(model, known)
      return known
    },
  }
}

export function draftsOf(rule: GateRule, court: Court): Draft[] {
  const needsBaseline = rule.limit.kind === 'regression' || (rule.limit.kind === 'verdict' && rule.limit.atLeast === 'stay')
  if (needsBaseline && court.baseline === undefined) {
    if (rule.byDefault === true) return []
    throw new HarnessError('usage', `the gate's rule ${rule.id} compares with a baseline, and none was given`, {
      hint: '--baseline NAME, a run, or --rerun-baseline',
    })
  }
  const models = modelsOf(rule, court.candidate.record.suite.models)
  if (rule.metric === 'verdict') return models.map((model) => ({ ...verdictFinding(rule, model, court.figures), metricSpec: undefined }))
  const targets = targetsOf(rule, models, court.figures)
  if (targets.length === 0) return [unmeasured(rule, { model: '', workload: '', load: '', slice: rule.slice ?? '' }, 'nothing of it is in the run', court)]
  return targets.map((target) => draftOf(rule, target, court))
}

// --- internal ---

function attempt<T>(make: () => T): T | string {
  try {
    return make()
  } catch (error) {
    if (error instanceof HarnessError) return error.message
    throw error
  }
}

function draftOf(rule: GateRule, target: Target, court: Court): Draft {
  const [now, before] = court.figures
  const row = rowOf(now!, rule.metric, target)
  const metric = METRICS.find(({ id }) => id === rule.metric)!
  if (row === undefined || row.estimate.state !== 'ok') {
    return unmeasured(rule, target, whyMissing(row?.estimate), court)
  }
  const { origin } = row.estimate.value
  if (!rule.judges.includes(origin))
    return unmeasured(
      rule,
      target,
      `it is ${origin}, and the rule judges only what is ${rule.judges.join(' or ')}`,
      court,
      `add judges: [${[...rule.judges, origin].join(', ')}] to judge it`,
    )
  const spoilt = now!.stages.find(
    ({ model, workload, load, client }) => client.verdict === 'invalid' && model === target.model && workload === target.workload && load === target.load,
  )
  if (spoilt !== undefined && dependsOnMachine(rule.metric, undefined))
    return {
      ...blank(rule, target, court),
      candidate: row.estimate,
      settled: 'invalid',
      note: `the client was the limit: ${spoilt.client.reasons.join('; ')}`,
      advice: 'run the load with more client processes or at a lower rate',
    }
  const base = before === undefined ? undefined : rowOf(before, rule.metric, target)
  const head = {
    ...blank(rule, target, court),
    candidate: row.estimate,
    baseline: base?.estimate ?? NO_BASELINE,
  }
  if (rule.limit.kind !== 'regression') {
    if (rule.limit.kind === 'verdict') return head
    return { ...head, ...shared(boundEvidence(row.estimate.value, rule.limit), court), baseline: base?.estimate ?? NO_BASELINE }
  }
  return regressionDraft(rule, target, court, metric, head)
}

function regressionDraft(rule: GateRule, target: Target, court: Court, metric: Metric, head: Draft): Draft {
  const change = court.change(target.model)
  if (typeof change === 'string') return { ...unmeasured(rule, target, change, court), candidate: head.candidate }
  const { limit } = rule
  if (limit.kind !== 'regression') return head
  const question = { rule, limit, metric, target, alpha: court.alpha, shares: court.shares ?? ONE_LOOK }
  const price = court.candidate.record.suite.models.find(({ id }) => id === target.model)?.price
  const bound = dependsOnMachine(rule.metric, price)
  const evidence = evidenceOf(change, question, court, bound ? court.policy.sessionNoise : 0)
  const level = bound && court.ran === 'apart' && rule.level === 'error' ? rule.levelApart : rule.level
  if (level === 'off') return { ...head, settled: 'skipped', note: 'left out: the baseline ran in another session' }
  if (evidence.p === undefined)
    return { ...unmeasured(rule, target, evidence.note, court, evidence.advice), baseline: head.baseline, candidate: head.candidate, pairs: evidence.pairs }
  return { ...head, ...evidence, level }
}

function evidenceOf(change: ModelChange, question: Question, court: Court, sessionNoise: number): Evidence {
  const { metric } = question.rule
  if (metric === 'accuracy') return shared(scoreEvidence(change, question), court)
  if (metric === 'failed' || metric === 'truncated') return shared(shareEvidence(change, metric, question), court)
  return court.ran === 'together' ? blockEvidence(change, question) : apartEvidence(change, question, sessionNoise)
}

/** With the p-value divided by what the look has of alpha. */
function shared(evidence: Evidence, { shares }: Court): Evidence {
  if (shares === undefined || evidence.p === undefined) return evidence
  return { ...evidence, p: { ...evidence.p, fail: Math.min(1, evidence.p.fail / (shares.plain + shares.trimmed)) } }
}

function blank(rule: GateRule, target: Target, { baseline }: Court): Draft {
  const metricSpec = METRICS.find(({ id }) => id === rule.metric)
  const none = { state: 'absent' as const, why: baseline === undefined ? 'no baseline was given' : 'not compared' }
  return {
    rule: rule.id,
    level: rule.level,
    metric: rule.metric,
    ...target,
    limit: limitInWords(rule.limit, metricSpec),
    baseline: none,
    candidate: none,
    change: none,
    pairs: 0,
    note: '',
    metricSpec,
  }
}

/** A figure that is not there fails the rule, unless the rule says that it may be missing. */
function unmeasured(rule: GateRule, target: Target, why: string, court: Court, advice?: string): Draft {
  const absent = { state: 'absent' as const, why }
  return {
    ...blank(rule, target, court),
    candidate: absent,
    change: absent,
    settled: rule.required ? 'invalid' : 'skipped',
    note: `not judged: ${why}`,
    ...(rule.required ? { advice: advice ?? 'measure it, or set required: false in the rule' } : {}),
  }
}

const NO_BASELINE = { state: 'absent', why: 'there is no such figure in the baseline' } as const

function whyMissing(value: Observed<unknown> | undefined): string {
  if (value === undefined || value.state === 'ok') return 'the run has no such figure'
  return value.state === 'absent' ? value.why : value.error.message
}
