import { defineSuite } from '../../harness/index.ts'
import { data, served } from '../served.ts'
import { CHAIN_OF_THOUGHT } from './examples.ts'

export default defineSuite({
  ...served,
  name: 'gsm8k-cot',
  title: 'GSM8K after eight examples with their reasoning',
  description:
    'The 1,319 test questions of GSM8K (Cobbe et al. 2021), asked as one text after the eight examples of Wei et al. 2022, which is how models without instruction tuning are asked; the number that an answer gives is compared with the reference.',
  workloads: [
    {
      id: 'gsm8k-cot',
      title: 'GSM8K, 8 examples',
      kind: 'hub',
      dataset: 'openai/gsm8k',
      config: 'main',
      data,
      prompt: 'Q: {{question}}\nA:',
      columns: { final: { from: 'answer', after: '####' } },
      target: '{{final}}',
      fewShot: { count: 8, items: CHAIN_OF_THOUGHT, order: 'first', answer: '{{answer}}' },
      grader: 'numeric',
      maxTokens: 512,
      stop: ['\nQ:'],
    },
  ],
})
