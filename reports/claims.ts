/** Published comparisons: two quoted figures, their ratio and their share, with the sources of both. */
import type { ClaimResult } from '../harness/types.ts'
import { nameOfModel } from './charts/published.ts'
import { formatFactor, formatPublished } from './format.ts'
import type { View } from './view.ts'

/** "$26.25 against $3.00 per million tokens: 8.75 times as much, 11.4% the other way round." */
export function claimFigure(claim: ClaimResult): string {
  const [much, little] = [claim.numerator, claim.denominator].map((fact) => formatPublished(fact.value, fact.unit)) as [string, string]
  const tail = sharedTail(much, little)
  return `${tail === '' ? much : much.slice(0, -tail.length)} against ${little}: ${formatFactor(claim.ratio)} times, or ${percent(claim.share)}`
}

/** One sentence that can stand alone. */
export function claimSentence(view: View, claim: ClaimResult): string {
  return `${claim.title}: ${nameOfModel(view, claim.numerator.model)} ${claimFigure(claim).replace(' against ', ` against ${nameOfModel(view, claim.denominator.model)} `)} (published).`
}

export function percent(share: number): string {
  return `${Number((share * 100).toFixed(1))}%`
}

// --- internal ---

/** " per million tokens" need not be said twice. */
function sharedTail(a: string, b: string): string {
  const tail = / per .*$/.exec(a)?.[0] ?? ''
  return tail !== '' && b.endsWith(tail) ? tail : ''
}
