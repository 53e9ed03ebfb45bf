/** After all requests: the judge of the suite compares what each model answered with what its teacher answered, in both orders. */
import { toFailure } from '../../errors.ts'
import type { JudgeSaid, JudgeSpec, Judgement, Sample, Vote } from '../../types.ts'
import { pairMessages, readVerdict } from '../../workloads/judge/pair.ts'
import { fewAtATime, nameOf, NO_PASS, passOver, type AfterParts, type AfterPass } from '../after.ts'
import { redactFailure } from '../redact.ts'
import { openJudge, type Judge } from './ask.ts'

interface Parts extends AfterParts {
  readonly judgements: readonly Judgement[]
}

/** The judge is asked about what has no verdict yet. */
export function createJudging(parts: Parts): AfterPass {
  const { judge } = parts.loaded.suite
  const teacher = parts.journal.record.suite.models.find(({ role }) => role === 'teacher')?.id
  if (judge === undefined || teacher === undefined) return NO_PASS
  const items = new Map<string, Set<string>>()
  const isWanted = ({ key: { workload }, item }: Sample): boolean => {
    if (judge.workloads?.includes(workload) === false) return false
    const known = items.get(workload) ?? items.set(workload, new Set()).get(workload)!
    if (!known.has(item) && known.size >= (judge.items ?? Infinity)) return false
    known.add(item)
    return true
  }
  return passOver<Kept>(parts, {
    name: (one) => (one.likelihoods !== undefined || !isWanted(one) ? undefined : nameOf(one.key.model, one.key.workload, one.item, one.key.repeat)),
    keep: ({ key: { model, workload, repeat }, item, cluster, prompt, text }) => ({
      model,
      workload,
      item,
      repeat,
      ...(cluster === undefined ? {} : { cluster }),
      prompt,
      text,
    }),
    run: (answers) => judgeAll(parts, judge, teacher, answers),
  })
}

// --- internal ---

type Kept = Pick<Judgement, 'model' | 'workload' | 'item' | 'repeat' | 'cluster'> & { prompt: string; text: string }

async function judgeAll(parts: Parts, spec: JudgeSpec, teacher: string, answers: ReadonlyMap<string, Kept>): Promise<void> {
  const { journal, signal, onEvent } = parts
  // 1. what is left to judge
  const before = new Set(
    parts.judgements.flatMap(({ model, workload, item, repeat, votes }) => (votes === undefined ? [] : [nameOf(model, workload, item, repeat)])),
  )
  const pairs = [...answers].flatMap(([name, own]) => {
    const base = own.model === teacher || before.has(name) ? undefined : answers.get(nameOf(teacher, own.workload, own.item, own.repeat))
    return base === undefined ? [] : [{ own, base }]
  })
  if (pairs.length === 0 || signal.aborted) return
  // 2. one connection for all of them
  let judge: Judge
  try {
    judge = await openJudge(spec, signal)
  } catch (error) {
    if (signal.aborted) return
    return journal.warning({
      code: 'not-judged',
      message: `The judge could not be asked, and no answers were compared by it: ${redactFailure(toFailure(error)).message}`,
    })
  }
  onEvent({ type: 'judging', pairs: pairs.length })
  let done = 0
  let usd = spec.price?.kind === 'token' ? 0 : undefined
  try {
    await fewAtATime(pairs, signal, async ({ own, base }) => {
      const judgement = await judgeOne(judge, spec, own, base, signal)
      if (judgement === undefined) return
      journal.judgement(judgement)
      if (usd !== undefined) usd += judgement.usd ?? 0
      onEvent({ type: 'judged', model: own.model, done: ++done, of: pairs.length, ...(usd === undefined ? {} : { usd }) })
    })
  } finally {
    await judge.close().catch(() => {})
  }
}

/** Undefined where it was interrupted. */
async function judgeOne(judge: Judge, { criteria }: JudgeSpec, own: Kept, base: Kept, signal: AbortSignal): Promise<Judgement | undefined> {
  const { prompt: question, text, ...head } = own
  if (text.trim() === base.text.trim()) return { ...head, votes: { modelFirst: 'tie', teacherFirst: 'tie' }, ...NOTHING }
  try {
    const ask = (first: string, second: string): Promise<JudgeSaid> => judge.ask(pairMessages({ question, first, second, criteria }), signal)
    const orders = [await ask(text, base.text), await ask(base.text, text)] as const
    const spent = sumOf(orders)
    const [a, b] = orders.map(voteOf) as [ReturnType<typeof voteOf>, ReturnType<typeof voteOf>]
    if (typeof a === 'object' || typeof b === 'object') return { ...head, why: typeof a === 'object' ? a.why : (b as { why: string }).why, ...spent }
    return { ...head, votes: { modelFirst: NAMES[a].modelFirst, teacherFirst: NAMES[b].teacherFirst }, ...spent }
  } catch (error) {
    if (signal.aborted) return undefined
    return { ...head, why: redactFailure(toFailure(error)).message, ...NOTHING }
  }
}

const NOTHING = { requests: 0, promptTokens: 0, outputTokens: 0, ms: 0 }
const NAMES: Record<'first' | 'second' | 'tie', { modelFirst: Vote; teacherFirst: Vote }> = {
  first: { modelFirst: 'model', teacherFirst: 'teacher' },
  second: { modelFirst: 'teacher', teacherFirst: 'model' },
  tie: { modelFirst: 'tie', teacherFirst: 'tie' },
}

function voteOf({ text, error }: JudgeSaid): 'first' | 'second' | 'tie' | { why: string } {
  if (text === undefined) return { why: error?.message ?? 'the judge said nothing' }
  return readVerdict(text) ?? { why: 'the judge gave no verdict in the form that was asked for' }
}

function sumOf(orders: readonly JudgeSaid[]): Pick<Judgement, 'requests' | 'promptTokens' | 'outputTokens' | 'ms' | 'usd'> {
  const sum = (of: (said: JudgeSaid) => number): number => orders.reduce((total, said) => total + of(said), 0)
  const usd = orders.some((said) => said.usd === undefined) ? {} : { usd: sum((said) => said.usd ?? 0) }
  return {
    requests: sum(({ requests }) => requests),
    promptTokens: sum(({ promptTokens }) => promptTokens),
    outputTokens: sum(({ outputTokens }) => outputTokens),
    ms: sum(({ ms }) => ms),
    ...usd,
  }
}
