/** After all requests: every model that can reads some of the teacher's answers, and says how it would have gone on at each token. */
import { HarnessError, toFailure } from '../../errors.ts'
import { adapterScores } from '../../models/registry.ts'
import type { LoadedSuite, ModelSpec, Plan, Sample, TokenScore } from '../../types.ts'
import { linkProcess } from '../child-link.ts'
import { nameOf, NO_PASS, passOver, type AfterParts, type AfterPass } from '../after.ts'
import { redactFailure } from '../redact.ts'
import { FromScorerSchema, type FromScorer, type Reading, type ScoringJob, type ToScorer } from './protocol.ts'

/** Items of each workload where the suite does not say. */
export const SCORED_ITEMS = 100
const QUICK_SHARE = 1 / 5

interface Parts extends AfterParts {
  readonly plan: Plan
  readonly scores: readonly TokenScore[]
  readonly backend: string
  readonly graceMs: number
}

/** Some answers of the teacher, read by everyone who can. */
export function createScoring(parts: Parts): AfterPass {
  const { suite } = parts.loaded
  const taking = parts.journal.record.suite.models
  const teacher = taking.find(({ role, adapter }) => role === 'teacher' && adapter !== 'published')
  if (teacher === undefined || suite.fidelity?.off === true) return NO_PASS
  const others = taking.filter(({ id, adapter }) => id !== teacher.id && adapter !== 'published')
  const most = Math.ceil((suite.fidelity?.items ?? SCORED_ITEMS) * (parts.journal.record.quick ? QUICK_SHARE : 1))
  const chosen = chooseItems(parts.plan, teacher.id, most, parts.journal.record.sequential !== undefined)
  return passOver<Sample>(parts, {
    name: ({ key, item }) => (key.model === teacher.id && chosen.get(key.workload)?.has(item) === true ? nameOf(key.workload, item) : undefined),
    keep: (one) => ({ ...one, tokenMs: [] }),
    run: async (answers) => {
      if (answers.size > 0) await score(parts, teacher, others, [...answers.values()])
    },
  })
}

// --- internal ---

/** Spread over the items of each workload, which may be sorted by kind; the first ones where their order is random. */
function chooseItems({ cells }: Plan, teacher: string, most: number, random: boolean): Map<string, ReadonlySet<string>> {
  const all = new Map<string, Set<string>>()
  for (const { key, items, skip } of cells) {
    if (key.model !== teacher || skip !== undefined) continue
    const known = all.get(key.workload) ?? new Set()
    for (const { id } of items) known.add(id)
    all.set(key.workload, known)
  }
  const pick = (ids: readonly string[]): Set<string> => {
    const step = random ? 1 : Math.max(1, ids.length / most)
    return new Set(Array.from({ length: Math.min(most, ids.length) }, (_, i) => ids[Math.floor(i * step)]!))
  }
  return new Map([...all].map(([workload, ids]) => [workload, pick([...ids])]))
}

async function score(parts: Parts, teacher: ModelSpec, others: readonly ModelSpec[], samples: readonly Sample[]): Promise<void> {
  const { loaded, plan, journal, backend, graceMs, signal } = parts
  // 1. who can be scored, and what is left to score
  const skipped: { model: string; why: string }[] = []
  const before = new Set(parts.scores.map(({ model, workload, item }) => nameOf(model, workload, item)))
  const models: ScoringJob['models'][number][] = []
  for (const spec of others) {
    if (!(await adapterScores(spec.adapter, loaded.dir)))
      skipped.push({ model: spec.id, why: `the adapter ${spec.adapter} cannot say how likely a given text is` })
    else {
      const numbers = samples.flatMap(({ key, item }, number) => (before.has(nameOf(spec.id, key.workload, item)) ? [] : [number]))
      if (numbers.length > 0) models.push({ spec: plainSpec(spec), numbers })
    }
  }
  if (models.length > 0 && !signal.aborted) {
    // 2. one process for all of them
    parts.onEvent({ type: 'scoring', models: models.map(({ spec }) => spec.id), answers: samples.length })
    const job: ScoringJob = {
      dir: loaded.dir,
      backend,
      ...((await adapterScores(teacher.adapter, loaded.dir)) ? { teacher: plainSpec(teacher) } : {}),
      answers: samples.map((sample, number) => readingOf(sample, number, plan, loaded)),
      models,
    }
    const of = models.reduce((sum, { numbers }) => sum + numbers.length, 0)
    let done = 0
    const failed = await converse(job, { timeoutMs: loaded.suite.timeoutMs, graceMs, signal }, (model, number, figures) => {
      const { key, item, cluster } = samples[number]!
      journal.score({ model, workload: key.workload, item, ...(cluster === undefined ? {} : { cluster }), ...figures })
      parts.onEvent({ type: 'scored', model, done: ++done, of })
    })
    if (signal.aborted) return
    for (const [model, why] of failed) {
      skipped.push({ model, why })
      journal.warning({ code: 'not-scored', message: `${model} was not compared with the teacher token by token to the end: ${why}`, model })
    }
  }
  journal.notScored(skipped)
}

/** Gives why models could not be scored to the end. */
async function converse(
  job: ScoringJob,
  limits: { timeoutMs: number; graceMs: number; signal: AbortSignal },
  onScore: (model: string, number: number, figures: Extract<FromScorer, { type: 'scored' }>['figures']) => void,
): Promise<Map<string, string>> {
  const failed = new Map<string, string>()
  const open = new Map(job.models.map(({ spec, numbers }) => [spec.id, numbers.length]))
  const link = linkProcess<FromScorer, ToScorer>(
    { model: 'the token-level comparison', ...limits },
    { script: 'scoring/child.js', serialization: 'json', parse: (message) => FromScorerSchema.safeParse(message).data },
  )
  try {
    link.send({ type: 'job', job })
    for (;;) {
      const message = await receive(link)
      if (message instanceof Error) {
        for (const [model, left] of open) if (left > 0 && !failed.has(model)) failed.set(model, redactFailure(toFailure(message)).message)
        return failed
      }
      if (message.type === 'closed') return failed
      if (message.type === 'unable') failed.set(message.model, redactFailure(message.error).message)
      else if (job.answers[message.number] !== undefined && open.has(message.model)) {
        onScore(message.model, message.number, message.figures)
        open.set(message.model, open.get(message.model)! - 1)
      }
    }
  } finally {
    await link.dispose()
  }
}

/** What is thrown by the link is about the models; what is thrown elsewhere is about the record. */
async function receive(link: ReturnType<typeof linkProcess<FromScorer, ToScorer>>): Promise<Exclude<FromScorer, { type: 'failed' }> | HarnessError> {
  try {
    return await link.receive()
  } catch (error) {
    if (error instanceof HarnessError) return error
    throw error
  }
}

function readingOf({ key, item, text, finish }: Sample, number: number, { workloads }: Plan, { suite }: LoadedSuite): Reading {
  const prompt = workloads.find(({ id }) => id === key.workload)!.items.find(({ id }) => id === item)!.prompt
  // A stop text is cut off the answer: the end mark did not follow then.
  const ended = finish === 'stop' && suite.workloads.find(({ id }) => id === key.workload)?.stop.length === 0
  return { number, prompt, answer: text, ended }
}

function plainSpec({ id, name, role, adapter, options }: ModelSpec): Omit<ModelSpec, 'price'> {
  return { id, name, role, adapter, options }
}
