/** The process that compares models token by token: the teacher stays open, the others come one after the other. */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { HarnessError } from '../../errors.ts'
import { getAdapter } from '../../models/registry.ts'
import type { Distributions, ForcedText, Model } from '../../types.ts'
import { modelFailure } from '../serve.ts'
import { runSide, type Side } from '../side.ts'
import { comparePair, type Compared } from './pair.ts'
import { ToScorerSchema, type FromScorer, type ScoringJob, type ToScorer } from './protocol.ts'

await runSide<ToScorer, FromScorer>((message) => ToScorerSchema.parse(message), { type: 'closed' }, serve)

// --- internal ---

type Spec = ScoringJob['models'][number]['spec']

async function serve(side: Side<ToScorer, FromScorer>): Promise<void> {
  const { job } = await side.receive()
  const open = async ({ ...spec }: Spec): Promise<Model> => (await getAdapter(spec.adapter, job.dir)).open(spec, { backend: job.backend, signal: side.signal })
  let teacher: Model | undefined
  try {
    teacher = job.teacher === undefined ? undefined : await open(job.teacher)
  } catch (error) {
    side.signal.throwIfAborted()
    return side.send({ type: 'failed', error: modelFailure(error) })
  }
  for (const { spec, numbers } of job.models) {
    let model: Model | undefined
    try {
      model = await open(spec)
      for (const number of numbers) {
        await nextTurn() // a model that never waits would keep signals from being seen
        side.signal.throwIfAborted()
        side.send({ type: 'scored', model: spec.id, number, figures: await read(teacher, model, job.answers[number]!, side.signal) })
      }
    } catch (error) {
      side.signal.throwIfAborted()
      side.send({ type: 'unable', model: spec.id, error: modelFailure(error) })
    } finally {
      await model?.close().catch(() => {})
    }
  }
  await teacher?.close().catch(() => {})
}

async function read(teacher: Model | undefined, model: Model, { prompt, answer, ended }: ForcedText, signal: AbortSignal): Promise<Compared> {
  const text = { prompt, answer, ended }
  const bytes = Buffer.byteLength(answer)
  if (model.distributions !== undefined) {
    const own = await model.distributions(text, signal)
    const theirs: Distributions | undefined = await teacher?.distributions?.(text, signal)
    return comparePair(theirs, own, bytes)
  }
  if (model.score === undefined) throw new HarnessError('model', 'its adapter says that it can score texts, but the model cannot')
  if (typeof prompt !== 'string') throw new HarnessError('model', 'it scores texts, and the prompts are chats')
  const [score] = await model.score(prompt, [answer], signal)
  if (score === undefined || !Number.isFinite(score.logProb)) throw new HarnessError('model', 'it gave no log-probability of an answer')
  return { tokens: score.tokens, nll: Math.max(0, -score.logProb), bytes }
}
