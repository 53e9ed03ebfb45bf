/** What the answers were worth, and what became of them. */
import type { Metric } from '../../../types.ts'

export const QUALITY = [
  {
    id: 'accuracy',
    title: 'Accuracy',
    unit: 'ratio',
    better: 'higher',
    definition:
      'Mean score of the items: repeats of an item are averaged first, then the items. A failed request scores 0. Interval: Wilson, with the number of items that the spread of the item means is worth.',
    misleads: 'One average hides where the points are lost: read the slices. Items that were never asked are left out, not counted as wrong.',
  },
  {
    id: 'accuracy-raw',
    title: 'Accuracy by log-likelihood, as it is',
    unit: 'ratio',
    better: 'higher',
    definition:
      'Share of items whose right text has the largest Σ ln p of its tokens (`acc` of lm-evaluation-harness). The three stand beside each other; the accuracy is the one that the suite names with `by`, and the method of each row says whether it is that one. Only of workloads with `likelihood`, over the answers that were scored so.',
    misleads: 'Favours short texts. Choosing the one of the three that looks best, after the run, flatters the model.',
  },
  {
    id: 'accuracy-per-byte',
    title: 'Accuracy by log-likelihood per byte',
    unit: 'ratio',
    better: 'higher',
    definition: 'The same with Σ ln p ÷ UTF-8 bytes of the text (`acc_bytes`).',
    misleads: 'Favours texts whose end follows from their beginning, such as names and idioms.',
  },
  {
    id: 'accuracy-per-character',
    title: 'Accuracy by log-likelihood per character',
    unit: 'ratio',
    better: 'higher',
    definition: 'The same with Σ ln p ÷ characters of the text (`acc_norm`).',
    misleads: 'As per byte; in scripts of several bytes to a character the two part.',
  },
  {
    id: 'consensus',
    title: 'Accuracy by majority',
    unit: 'ratio',
    better: 'higher',
    definition:
      'Share of items whose most frequent answer over k attempts is right (maj@k, cons@k): quoted, or measured where items were asked several times, with k the fewest answers that an item has. Averaged over all choices of k answers; a tie goes to each with equal chance.',
    misleads: 'Costs as many answers as it has attempts, so it must not be set against the price of one answer.',
  },
  {
    id: 'any-of-k',
    title: 'Right at least once in k answers',
    unit: 'ratio',
    better: 'higher',
    definition:
      'pass@k: 1 − C(n − c, k) ÷ C(n, k) for c right of n answers to an item, mean over the items; k is the fewest answers that an item has, smaller ones are in the slices `k = 2`, `k = 5` and so on. Only where items were asked several times.',
    misleads: 'Nobody tells the user which of the k answers is right, unless answers can be checked by running them.',
  },
  {
    id: 'all-of-k',
    title: 'Right every time in k answers',
    unit: 'ratio',
    better: 'higher',
    definition: 'pass^k: C(c, k) ÷ C(n, k), mean over the items; k is the fewest answers that an item has. Only where items were asked several times.',
    misleads: 'At temperature 0 all answers to an item are the same, and it is the accuracy once more.',
  },
  {
    id: 'bits-per-byte',
    title: 'Bits per byte',
    unit: 'bit/byte',
    better: 'lower',
    definition:
      'Of texts that were given: −Σ log₂ of the probability of each token after what stands before it ÷ Σ UTF-8 bytes of those tokens. All texts together, so that a long one weighs as it is long. Only of workloads with `perplexity`.',
    misleads:
      'A model that has seen the texts in training finds them likely without understanding more. A token that nothing stands before is left out, bytes and all.',
  },
  {
    id: 'perplexity',
    title: 'Perplexity per token',
    unit: 'perplexity',
    better: 'lower',
    definition: 'exp(−Σ ln of the probability of each token ÷ number of tokens) over the same texts.',
    misleads: 'Depends on how the tokenizer cuts texts: between models with different tokenizers only bits per byte compare.',
  },
  {
    id: 'rating',
    title: 'Rating',
    unit: 'rating',
    better: 'higher',
    definition: 'Elo-like rating in simulated contests (Codeforces). Quoted only.',
    misleads: 'Depends on which contests and which human field were used; ratings from two protocols do not compare.',
  },
  {
    id: 'percentile',
    title: 'Percentile',
    unit: 'percentile',
    better: 'higher',
    definition: 'Share of human participants that the model does better than, 0 to 100 (Codeforces). Quoted only.',
    misleads: 'Near the top a point is worth far more than in the middle; the human field differs between sources.',
  },
  {
    id: 'output-tokens',
    title: 'Output tokens per answer',
    unit: 'token',
    better: 'neither',
    definition: 'Mean number of output tokens of the answered requests.',
    misleads: 'Answers that were cut off at the limit count with the limit, which hides how long they would have become.',
  },
  {
    id: 'truncated',
    title: 'Truncated answers',
    unit: 'ratio',
    better: 'lower',
    definition: 'Requests whose answer was cut off at the token limit ÷ requests. Interval: Wilson.',
    misleads: 'Tells of the limit as much as of the model. They are billed and graded like every other answer.',
  },
  {
    id: 'failed',
    title: 'Failed requests',
    unit: 'ratio',
    better: 'lower',
    definition: 'Requests that ended in an error ÷ requests. Interval: Wilson. Requests that the user interrupted are not counted.',
    misleads: 'A cell that failed as a whole asked nothing and does not show here, but among the failures.',
  },
] as const satisfies readonly Metric[]
