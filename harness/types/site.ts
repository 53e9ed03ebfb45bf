/** Where a suite's models run: what a kilowatt-hour means there. */
export interface Site {
  /** Grams of CO2 per kilowatt-hour of the grid. */
  gramsPerKwh: number
  /** Power of the whole site ÷ power of its computers. */
  pue: number
  source: string
  date: string
}
