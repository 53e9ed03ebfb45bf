/** Token by token: how a model would have gone on where the teacher wrote its answers. */
import { createRandom } from '../../random.ts'
import type { Estimate, Observed, RunRecord, StoredRun, TokenFidelity, TokenScore } from '../../types.ts'
import { bootstrap, foldSums, groupClusters, percentileInterval, REPLICATES, weightedRatio } from '../stats/bootstrap.ts'

/** Of one model on one workload. */
export function tokenFidelity({ record, scores }: Pick<StoredRun, 'record' | 'scores'>, model: string, workload: string): Observed<TokenFidelity> {
  const own = (scores ?? []).filter((score) => score.model === model && score.workload === workload)
  if (own.length === 0) return { state: 'absent', why: whyNot(record, model) }
  const items = [...new Map(own.map((score) => [score.item, score])).values()]
  const same = items.filter((score) => score.same !== undefined)
  const unlike = same.length === 0 ? 'their vocabularies differ, or the teacher could not be opened: token by token there is nothing to compare' : undefined
  const rate = (what: string, unit: Estimate['unit'], of: readonly TokenScore[], top: Part, bottom: Part): Observed<Estimate> =>
    rateOf(of, top, bottom, unit, [what, record.id, model, workload])
  return {
    state: 'ok',
    value: {
      items: items.length,
      tokens: items.reduce((sum, { tokens }) => sum + tokens, 0),
      kl: unlike === undefined ? rate('kl', 'nat', same, (one) => one.same!.kl, tokensOf) : { state: 'absent', why: unlike },
      top1: unlike === undefined ? rate('top1', 'ratio', same, (one) => one.same!.agreed, tokensOf) : { state: 'absent', why: unlike },
      nllPerByte: rate(
        'nll',
        'nat',
        items,
        ({ nll }) => nll,
        ({ bytes }) => bytes,
      ),
    },
  }
}

// --- internal ---

type Part = (score: TokenScore) => number
const tokensOf: Part = ({ tokens }) => tokens

function whyNot({ notScored, suite }: RunRecord, model: string): string {
  const told = notScored?.find((one) => one.model === model)?.why
  if (told !== undefined) return told
  const adapter = suite.models.find(({ id }) => id === model)?.adapter
  return adapter === 'recorded' ? 'the answers were recorded elsewhere, and there is no model to ask' : 'the run did not compare token by token'
}

/** Σ top ÷ Σ bottom; items of one cluster are drawn together. */
function rateOf(scores: readonly TokenScore[], topOf: Part, bottomOf: Part, unit: Estimate['unit'], seed: readonly string[]): Observed<Estimate> {
  const index = new Map<string, number>()
  for (const { cluster, item } of scores) if (!index.has(cluster ?? item)) index.set(cluster ?? item, index.size)
  let [top, bottom]: [Float64Array, Float64Array] = [new Float64Array(index.size), new Float64Array(index.size)]
  for (const score of scores) {
    const at = index.get(score.cluster ?? score.item)!
    top[at]! += topOf(score)
    bottom[at]! += bottomOf(score)
  }
  const random = createRandom('tokens', ...seed)
  const groups = groupClusters(index.size, random)
  const clusters = index.size
  if (groups !== undefined) [top, bottom] = [foldSums(top, groups), foldSums(bottom, groups)]
  const value = weightedRatio(new Int32Array(top.length).fill(1), top, bottom)
  if (!Number.isFinite(value)) return { state: 'absent', why: 'the teacher’s answers are empty' }
  const [replicates] = bootstrap(top.length, REPLICATES, random, [(weights) => weightedRatio(weights, top, bottom)])
  const interval = percentileInterval(value, replicates!, top.length)
  if (interval === undefined) return { state: 'absent', why: 'too few items or clusters for an interval' }
  return { state: 'ok', value: { ...interval, n: clusters, unit, origin: 'measured', method: 'sum ÷ sum; percentile bootstrap of items or clusters' } }
}
