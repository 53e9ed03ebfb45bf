/** Several tests at once. */

/**
 * Intersection-union (Berger, 1982): "every one of the claims holds" is shown at level α when each claim is, without any
 * correction; its p-value is the largest of theirs. Of no claim at all nothing is shown: 1.
 */
export function intersectionUnion(pValues: readonly number[]): number {
  return pValues.length === 0 ? 1 : Math.max(...pValues)
}
