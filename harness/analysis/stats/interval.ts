/** A point with the ends of its interval; `level` 0 means that the ends are no confidence interval. */
export interface Interval {
  value: number
  low: number
  high: number
  level: number
}

/** The confidence level of every interval of an analysis. */
export const LEVEL = 0.95
