import { defineSuite } from '../../harness/index.ts'
import { data, LETTER, served } from '../served.ts'

export default defineSuite({
  ...served,
  name: 'mmlu',
  title: 'MMLU: multiple choice over 57 subjects, written answers',
  description:
    'The 14,042 test questions of MMLU (Hendrycks et al. 2021) in random order, asked without examples; the letter that an answer names is graded. Written answers are not comparable with multiple choice by log-likelihood.',
  workloads: [
    {
      id: 'mmlu',
      title: 'MMLU, written answers',
      kind: 'hub',
      dataset: 'cais/mmlu',
      config: 'all',
      data,
      choices: { from: 'choices', answer: 'answer', is: 'index', line: '{{letter}}) {{choice}}' },
      prompt: [{ role: 'user', content: `${LETTER}{{question}}\n\n{{choices}}` }],
      slice: '{{subject}}',
      sample: 14_042,
      grader: 'choice',
      maxTokens: 4096,
    },
  ],
})
