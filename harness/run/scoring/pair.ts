/** Two models' distributions over the same tokens, compared. */
import { HarnessError } from '../../errors.ts'
import type { Distributions, TokenScore } from '../../types.ts'

export type Compared = Pick<TokenScore, 'tokens' | 'nll' | 'bytes' | 'same'>

/**
 * Reads one answer with the model's distributions, and where the teacher's are over the same vocabulary compares both: Σ over
 * tokens of KL(p‖q) = Σ p·(ln p − ln q), p the teacher's, and of argmax p = argmax q (Stanton et al. 2021, eq. 2 and 3). `bytes`
 * are those of the answer in UTF-8. Throws HarnessError `model` where a figure is not finite.
 */
export function comparePair(teacher: Distributions | undefined, model: Distributions, bytes: number): Compared {
  const { ids, marks, logProbs } = model
  const size = ids.length === 0 ? 0 : logProbs.length / ids.length
  let nll = 0
  for (let place = 0; place < ids.length - marks; place++) nll -= logProbs[place * size + ids[place]!]!
  const same = teacher !== undefined && teacher.vocabulary === model.vocabulary ? divergence(teacher, model, size) : undefined
  const figures = { tokens: ids.length, nll: notBelowZero(nll), bytes, ...(same === undefined ? {} : { same }) }
  if (!Number.isFinite(nll) || (same !== undefined && !Number.isFinite(same.kl)))
    throw new HarnessError('model', 'the model gives a token of the answer, or one that the teacher thinks possible, no probability at all')
  return figures
}

// --- internal ---

function divergence(teacher: Distributions, model: Distributions, size: number): NonNullable<Compared['same']> {
  const [p, q] = [teacher.logProbs, model.logProbs]
  if (p.length !== q.length) throw new HarnessError('model', 'teacher and model name the same vocabulary, but their distributions have different sizes')
  let [kl, agreed] = [0, 0]
  for (let from = 0; from < p.length; from += size) {
    let [bestP, bestQ] = [from, from]
    for (let i = from; i < from + size; i++) {
      if (p[i]! > p[bestP]!) bestP = i
      if (q[i]! > q[bestQ]!) bestQ = i
      if (p[i]! > -Infinity) kl += Math.exp(p[i]!) * (p[i]! - q[i]!)
    }
    if (bestP === bestQ) agreed += 1
  }
  return { kl: notBelowZero(kl), agreed }
}

/** Neither can be below 0; rounding of single-precision logarithms may put them a little there. */
function notBelowZero(value: number): number {
  return value > 0 ? value : value === value ? 0 : value
}
