/** Published comparisons: two quoted figures, their ratio and their share, with the sources of both. */
import type { ClaimResult } from '../harness/types.ts'
import { nameOfModel } from './charts/published.ts'
import { formatFactor, formatPublished } from './format.ts'
import type { View } from './view.ts'

/** "$26.25 against $3.00 per million tokens: 8.75 times as much, 11.4% the other way round." */
export function claimFigure(view: View, claim: ClaimResult, names?: readonly [string, string]): string {
  const { words } = view
  const [much, little] = [claim.numerator, claim.denominator].map((fact) => formatPublished(fact.value, fact.unit, 0, words.basics.units)) as [string, string]
  return words.verdict.claim({ much, little, factor: formatFactor(claim.ratio), share: percent(claim.share), ...(names === undefined ? {} : { names }) })
}

/** One sentence that can stand alone. */
export function claimSentence(view: View, claim: ClaimResult): string {
  const names = [nameOfModel(view, claim.numerator.model), nameOfModel(view, claim.denominator.model)] as const
  return view.words.verdict.claimSentence(claim.title, claimFigure(view, claim, names))
}

export function percent(share: number): string {
  return `${Number((share * 100).toFixed(1))}%`
}
