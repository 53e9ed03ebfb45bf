import { defineSuite } from '../../harness/index.ts'
import { data, LETTER, served } from '../served.ts'

export default defineSuite({
  ...served,
  name: 'mmlu',
  title: 'MMLU: multiple choice over 57 subjects',
  description:
    'The 14,042 test questions of MMLU (Hendrycks et al. 2021) in random order, asked without examples: by log-likelihood of the letters where all models are behind completions endpoints that tell it, else in writing, and then the letter that an answer names is graded. The two are not comparable.',
  workloads: [
    {
      id: 'mmlu',
      title: 'MMLU',
      kind: 'hub',
      dataset: 'cais/mmlu',
      config: 'all',
      data,
      choices: { from: 'choices', answer: 'answer', is: 'index', line: '{{letter}}) {{choice}}' },
      prompt: [{ role: 'user', content: `${LETTER}{{question}}\n\n{{choices}}` }],
      likelihood: {
        prompt:
          'The following are multiple choice questions (with answers) about {{subject}}.\n\n{{question}}\nA. {{choiceA}}\nB. {{choiceB}}\nC. {{choiceC}}\nD. {{choiceD}}\nAnswer:',
        texts: 'letters',
      },
      slice: '{{subject}}',
      sample: 14_042,
      grader: 'choice',
      maxTokens: 4096,
    },
  ],
})
