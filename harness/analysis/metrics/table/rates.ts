/** How much comes in a time. */
import type { Metric } from '../../../types.ts'

export const RATES = [
  {
    id: 'output-tokens-per-second',
    title: 'Output speed of one stream',
    unit: 'token/s',
    better: 'higher',
    definition: 'Median over answered requests of output tokens ÷ (end − sent): what one reader sees, with the wait for the first token.',
    misleads:
      'Short answers are slow by this measure, because the prefill is spread over few tokens. Tokens of different tokenizers are not the same amount of text.',
  },
  {
    id: 'throughput',
    title: 'Output throughput',
    unit: 'token/s',
    better: 'higher',
    definition:
      'Output tokens of all requests ÷ measured window: what the machine delivers under this load, pauses between requests included. Tokens of failed requests count as far as they came.',
    misleads:
      'A wordy model has a high throughput: compare the cost and the energy per correct answer too. The ramp and the drain at both ends of the window lower it in short runs.',
  },
  {
    id: 'input-throughput',
    title: 'Input throughput',
    unit: 'token/s',
    better: 'higher',
    definition: 'Prompt tokens of the answered requests ÷ measured window.',
    misleads: 'Tokens that came out of a prefix cache count like computed ones.',
  },
  {
    id: 'cached-share',
    title: 'Share of cached prompt tokens',
    unit: 'ratio',
    better: 'neither',
    definition: 'Prompt tokens that the server took from its prefix cache ÷ prompt tokens, over the answered requests whose usage tells how many were cached.',
    misleads:
      'Follows from how alike the prompts are, which the workload decides (its prefix policy), as much as from the cache. A high share makes every first token quick and every prompt cheap.',
  },
  {
    id: 'text-throughput',
    title: 'Text throughput',
    unit: 'byte/s',
    better: 'higher',
    definition: 'UTF-8 bytes of answers and reasoning ÷ measured window: speed that does not depend on the tokenizer.',
    misleads: 'A language with longer characters has more bytes for the same words; compare models on the same items.',
  },
  {
    id: 'request-rate',
    title: 'Requests per second',
    unit: 'request/s',
    better: 'higher',
    definition: 'Answered requests ÷ measured window.',
    misleads: 'Counts a wrong or a cut-off answer like a right one.',
  },
  {
    id: 'goodput',
    title: 'Goodput',
    unit: 'request/s',
    better: 'higher',
    definition: 'Requests that were answered within every limit of the load’s objective (slo) ÷ measured window.',
    misleads: 'A request that misses by a hair counts like one that failed.',
  },
  {
    id: 'goodput-share',
    title: 'Share of good requests',
    unit: 'ratio',
    better: 'higher',
    definition: 'Requests that were answered within every limit of the load’s objective (slo) ÷ requests.',
    misleads: 'Easy to reach at a rate that nobody needs: read it beside the rate.',
  },
] as const satisfies readonly Metric[]
