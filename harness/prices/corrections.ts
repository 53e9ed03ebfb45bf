/**
 * Dated list prices of models that studies of distillation are about. The library of prices knows for most of them one price without a date;
 * for January and February 2025 that is wrong for o1-mini, deepseek-reasoner and deepseek-chat.
 */
import type { ListPrice, QuotedBlend } from '../types.ts'

const HISTORY = { source: 'simonw/llm-prices, dated by its history', url: 'https://github.com/simonw/llm-prices' }
const DEEPSEEK = { source: 'DeepSeek, Models & Pricing (USD)', url: 'https://api-docs.deepseek.com/quick_start/pricing-details-usd' }

/** In the order of model and time. A period without `until` is known up to `seen`. */
export const CORRECTIONS: readonly ListPrice[] = [
  {
    model: 'o1',
    provider: 'openai',
    input: 15,
    cachedInput: { value: 7.5, origin: 'published' },
    output: 60,
    from: '2024-12-17',
    seen: '2025-02-28',
    ...HISTORY,
  },
  {
    model: 'o1-mini',
    provider: 'openai',
    input: 3,
    cachedInput: { value: 1.5, origin: 'estimated', how: 'half of the input price, OpenAI’s rule for cached tokens' },
    output: 12,
    from: '2024-12-31',
    firstSeen: true,
    until: '2025-01-31',
    ...HISTORY,
  },
  {
    model: 'o1-mini',
    provider: 'openai',
    input: 1.1,
    cachedInput: { value: 0.55, origin: 'published' },
    output: 4.4,
    from: '2025-01-31',
    seen: '2025-02-28',
    ...HISTORY,
    notes: ['cut to the price of o3-mini on 2025-01-31'],
  },
  {
    model: 'gpt-4o',
    provider: 'openai',
    input: 2.5,
    cachedInput: { value: 1.25, origin: 'published' },
    output: 10,
    from: '2024-12-31',
    firstSeen: true,
    seen: '2025-02-28',
    ...HISTORY,
  },
  {
    model: 'deepseek-reasoner',
    provider: 'deepseek',
    input: 0.55,
    cachedInput: { value: 0.14, origin: 'published' },
    output: 2.19,
    from: '2025-01-20',
    seen: '2025-02-28',
    ...DEEPSEEK,
    notes: ['DeepSeek’s own price of R1; the weights are open, and other companies host it at other prices'],
  },
  {
    model: 'deepseek-chat',
    provider: 'deepseek',
    input: 0.14,
    cachedInput: { value: 0.014, origin: 'estimated', how: 'from ¥0.1 in a third party’s list' },
    output: 0.28,
    from: '2024-12-26',
    until: '2025-02-08T16:00Z',
    ...HISTORY,
    notes: ['promotion at the launch of V3'],
  },
  {
    model: 'deepseek-chat',
    provider: 'deepseek',
    input: 0.27,
    cachedInput: { value: 0.07, origin: 'published' },
    output: 1.1,
    from: '2025-02-08T16:00Z',
    seen: '2025-02-28',
    ...DEEPSEEK,
  },
]

/** Other names of the same thing, as their makers write them. */
export const ALIASES: Readonly<Record<string, string>> = {
  'o1-2024-12-17': 'o1',
  'o1-mini-2024-09-12': 'o1-mini',
  'gpt-4o-2024-08-06': 'gpt-4o',
  'gpt-4o-2024-11-20': 'gpt-4o',
  'deepseek-r1': 'deepseek-reasoner',
  'deepseek-v3': 'deepseek-chat',
}

const PRESS = { input: 3, output: 1, source: 'press reports of 6 February 2025 (second-hand, not checked)', date: '2025-02-06' }

export const QUOTED_BLENDS: readonly QuotedBlend[] = [
  { model: 'o1', provider: 'openai', blended: 26.25, ...PRESS, note: 'equal to the 3:1 blend of the list prices' },
  {
    model: 'deepseek-reasoner',
    provider: 'deepseek',
    blended: 3,
    ...PRESS,
    note: 'not the blend of DeepSeek’s own list prices; prices of other companies that host R1 are the likely source',
  },
]
