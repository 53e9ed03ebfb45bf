/** What the suites of random weights share: shapes, workloads of exact lengths, and what they say of themselves. */

/** In the shape of Llama: heads of 64, SwiGLU of 8/3 of the width (rounded to 64), which makes 12 × width² numbers a layer. */
export function shape(layers: number, width: number, steps: { batches: readonly number[]; tokens: readonly number[] }, vocabulary = 32_000) {
  return { vocabulary, width, layers, heads: width / 64, hidden: Math.round((width * 8) / 3 / 64) * 64, maxLength: 2048, steps }
}

/** Prompts that are read and answered with one token: prefill. Then short answers behind short and long prompts: decoding. */
export function workloads(count: number, prefill: readonly number[], decode: readonly (readonly [input: number, output: number])[]) {
  return [
    ...prefill.map((input) => ({ id: `prefill-${input}`, title: `Reading ${input} tokens`, kind: 'synthetic' as const, count, input, output: 1 })),
    ...decode.map(([input, output]) => ({
      id: `decode-${input}-${output}`,
      title: `Writing ${output} tokens behind ${input}`,
      kind: 'synthetic' as const,
      count,
      input,
      output,
    })),
  ]
}

export const SPEED_ONLY =
  'The weights are seeded random numbers, made when a model is opened: nothing was learned, no answer means anything, and no accuracy is measured or claimed. Speed, energy and cost are those of trained models of these shapes on TensorFlow.js in float32.'
