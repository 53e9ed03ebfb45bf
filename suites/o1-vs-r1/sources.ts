/** Where the figures of this suite come from: each is quoted with its source and the date at which it held. */

export interface Source {
  source: string
  date: string
  url?: string
  protocol?: string
}

const R1_PROTOCOL = 'up to 32,768 tokens; temperature 0.6, top-p 0.95; pass@1 from 64 answers per question'

export const R1_README: Source = {
  source: 'DeepSeek-R1 README, section 4, main table (commit 00f3296a)',
  url: 'https://github.com/deepseek-ai/DeepSeek-R1',
  date: '2025-01-20',
  protocol: R1_PROTOCOL,
}
export const R1_README_DISTILLED: Source = {
  ...R1_README,
  source: 'DeepSeek-R1 README, section 4, table of distilled models (commit 00f3296a)',
}
export const R1_README_SIZES: Source = {
  source: 'DeepSeek-R1 README, section 3 (commit 00f3296a)',
  url: 'https://github.com/deepseek-ai/DeepSeek-R1',
  date: '2025-01-20',
}
export const R1_PAPER: Source = {
  source: 'DeepSeek-R1, arXiv 2501.12948, table 4 (read in copies, not in the original)',
  url: 'https://arxiv.org/abs/2501.12948',
  date: '2025-01-22',
  protocol: R1_PROTOCOL,
}
export const R1_NATURE: Source = {
  source: 'DeepSeek-R1 in Nature, supplementary information (read in reports about it, not in the original)',
  url: 'https://www.nature.com/articles/s41586-025-09422-z',
  date: '2025-09-17',
}
export const V3_README: Source = {
  source: 'DeepSeek-V3 README (commit 06dbd30b)',
  url: 'https://github.com/deepseek-ai/DeepSeek-V3',
  date: '2024-12-26',
  protocol: 'up to 8K output tokens',
}
export const V3_PAPER: Source = {
  source: 'DeepSeek-V3, arXiv 2412.19437, table 1 (read in a copy)',
  url: 'https://arxiv.org/abs/2412.19437',
  date: '2024-12-27',
}
export const SIMPLE_EVALS: Source = {
  source: 'OpenAI simple-evals README (commit 0f2cf333, not older than this date)',
  url: 'https://github.com/openai/simple-evals',
  date: '2025-04-16',
  protocol: 'zero-shot, chain of thought',
}
export const OPENAI_PRICES: Source = {
  source: 'OpenAI list prices, as kept with dates in simonw/llm-prices',
  url: 'https://github.com/simonw/llm-prices',
  date: '2024-12-31',
}
export const DEEPSEEK_PRICES: Source = {
  source: 'DeepSeek, Models & Pricing (USD)',
  url: 'https://api-docs.deepseek.com/quick_start/pricing-details-usd',
  date: '2025-01-20',
}
export const DEEPSEEK_PROMOTION: Source = {
  source: 'DeepSeek promotional prices, as kept with dates in simonw/llm-prices',
  url: 'https://github.com/simonw/llm-prices',
  date: '2024-12-26',
}
export const PRESS: Source = {
  source: 'press reports of 6 February 2025 (second-hand, not checked)',
  date: '2025-02-06',
}
export const WIRED: Source = {
  source: 'WIRED on Sam Altman’s talk at MIT: asked whether GPT-4 cost $100 million to train, he said “It’s more than that” (read in a copy)',
  date: '2023-04-17',
}
