import { defineSuite } from '../../harness/index.ts'
import { facts } from './facts.ts'

const published = { adapter: 'published' } as const

/** Nothing is run here: every figure is quoted, with its source and its date. */
export default defineSuite({
  name: 'o1-vs-r1',
  title: 'OpenAI o1 and DeepSeek R1: published figures',
  description:
    'Quoted figures only; nothing is measured. DeepSeek-R1 is the teacher of its six distilled students. o1 and the others are controls, which here means that they are there to compare with: none of them was distilled into R1 or is its teacher, and they are not the same size as any student.',
  models: {
    'deepseek-r1': { name: 'DeepSeek-R1', role: 'teacher', ...published },
    'r1-distill-qwen-1.5b': { name: 'R1-Distill-Qwen-1.5B', role: 'student', ...published },
    'r1-distill-qwen-7b': { name: 'R1-Distill-Qwen-7B', role: 'student', ...published },
    'r1-distill-llama-8b': { name: 'R1-Distill-Llama-8B', role: 'student', ...published },
    'r1-distill-qwen-14b': { name: 'R1-Distill-Qwen-14B', role: 'student', ...published },
    'r1-distill-qwen-32b': { name: 'R1-Distill-Qwen-32B', role: 'student', ...published },
    'r1-distill-llama-70b': { name: 'R1-Distill-Llama-70B', role: 'student', ...published },
    o1: { name: 'OpenAI o1 (1217)', role: 'control', ...published },
    'o1-mini': { name: 'OpenAI o1-mini', role: 'control', ...published },
    'deepseek-v3': { name: 'DeepSeek-V3', role: 'control', ...published },
    'gpt-4o': { name: 'GPT-4o (0513)', role: 'control', ...published },
    'claude-3.5-sonnet': { name: 'Claude 3.5 Sonnet (1022)', role: 'control', ...published },
    'qwq-32b-preview': { name: 'QwQ-32B-Preview', role: 'control', ...published },
    'gpt-4': { name: 'GPT-4', role: 'control', ...published },
  },
  facts,
  claims: [
    {
      id: 'price-press',
      title: 'Price per million tokens, as the press had it',
      numerator: 'o1-blended-press',
      denominator: 'r1-blended-press',
      says: '$26.25 for o1 against $3.00 for R1 per million tokens',
      explanation:
        'For o1 the figure is the blend of three parts input and one part output of OpenAI’s list prices, (3 × $15 + $60) ÷ 4. For R1 the same rule on DeepSeek’s own list prices gives $0.96, not $3.00. R1’s weights are open and other companies host it at their own, higher prices; a 3:1 blend of those, or their median, is the likely source of $3.00. That could not be checked: neither the article nor the page of Artificial Analysis, whose rule the 3:1 blend is, was available when this suite was written.',
    },
    {
      id: 'price-list',
      title: 'Price per million tokens, list prices of the makers',
      numerator: 'o1-blended',
      denominator: 'deepseek-r1-blended',
      explanation:
        'The same 3:1 blend for both, from the list prices of OpenAI and DeepSeek in January and February 2025. It is three times the ratio of the press because R1’s price is its maker’s own. Neither ratio says what an answer costs: both models write long reasoning that is billed as output, in different amounts, and seldom three input tokens for each output token.',
    },
    {
      id: 'price-output',
      title: 'List price of a million output tokens',
      numerator: 'o1-output',
      denominator: 'deepseek-r1-output',
      explanation: 'Reasoning tokens are billed as output, so for these models this price weighs most. It does not depend on any blend.',
    },
    {
      id: 'training',
      title: 'Training cost, as the press had it',
      numerator: 'gpt-4-training-cost-press',
      denominator: 'v3-training-cost-press',
      says: '1/18',
      explanation:
        'The two figures do not measure the same thing. $5.57 million (exactly $5.576 million) is the rent of the GPUs for the final run of DeepSeek-V3, the base of R1, not the cost of R1; DeepSeek says itself that research and trials are not in it. R1 came on top, for about $0.29 million. $100 million is a lower bound that OpenAI’s chief executive agreed to for GPT-4, a model of 2023, and nobody said what it includes. o1 has no published training cost.',
    },
    {
      id: 'training-paper',
      title: 'Training cost, with the figure of DeepSeek’s own paper',
      numerator: 'gpt-4-training-cost',
      denominator: 'v3-training-cost',
      explanation: 'The same comparison with $5.576 million as the paper has it. What is said above of the two figures holds here too.',
    },
  ],
})
