import { defineSuite } from '../../harness/index.ts'
import { BOXED, data, served } from '../served.ts'

export default defineSuite({
  ...served,
  name: 'gsm8k',
  title: 'GSM8K: grade-school mathematics in words',
  description:
    'The 1,319 test questions of GSM8K (Cobbe et al. 2021), asked without examples, with reasoning; the number that an answer gives is compared with the reference.',
  workloads: [
    {
      id: 'gsm8k',
      title: 'GSM8K, no examples',
      kind: 'hub',
      dataset: 'openai/gsm8k',
      config: 'main',
      data,
      prompt: [{ role: 'user', content: `{{question}}${BOXED}` }],
      columns: { final: { from: 'answer', after: '####' } },
      target: '{{final}}',
      grader: 'numeric',
      maxTokens: 4096,
    },
  ],
})
