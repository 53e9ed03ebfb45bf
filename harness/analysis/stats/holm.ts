/** Holm's step-down adjustment of p-values (1979): rejecting those at most α keeps the family-wise error at α. Order is kept. */
export function holm(pValues: readonly number[]): number[] {
  const order = pValues.map((_, index) => index).sort((i, j) => pValues[i]! - pValues[j]!)
  const adjusted = Array.from({ length: pValues.length }, () => 1)
  let largest = 0
  order.forEach((index, rank) => {
    largest = Math.max(largest, Math.min(1, pValues[index]! * (pValues.length - rank)))
    adjusted[index] = largest
  })
  return adjusted
}
