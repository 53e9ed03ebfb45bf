/** Prices of tokens. */

export interface TokenPrices {
  /** US dollars per million input tokens. */
  input: number
  /** US dollars per million output tokens. */
  output: number
}

/**
 * The price of a million tokens of which `weights.input` parts are input and `weights.output` parts output; by default the
 * usual blend of three parts input to one part output: (3·input + output) ÷ 4.
 */
export function blendedPrice({ input, output }: TokenPrices, weights: { input: number; output: number } = { input: 3, output: 1 }): number {
  return (weights.input * input + weights.output * output) / (weights.input + weights.output)
}
