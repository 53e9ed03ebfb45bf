import { defineSuite } from '../../harness/index.ts'
import { data, KOREAN_LETTER, served } from '../served.ts'
import { SUBJECTS } from './subjects.ts'

export default defineSuite({
  ...served,
  name: 'kmmlu',
  title: 'KMMLU: Korean multiple choice over 45 subjects',
  description:
    '2,000 of the 35,030 test questions of KMMLU (Son et al. 2024), drawn by the seed, asked in Korean without examples: by log-likelihood of the letters where all models are behind completions endpoints that tell it, else in writing, and then the letter that an answer names is graded. The two are not comparable.',
  workloads: [
    {
      id: 'kmmlu',
      title: 'KMMLU',
      kind: 'hub',
      dataset: 'HAERAE-HUB/KMMLU',
      config: SUBJECTS,
      data,
      choices: { from: ['A', 'B', 'C', 'D'], answer: 'answer', is: 'number' },
      prompt: [{ role: 'user', content: `${KOREAN_LETTER}{{question}}\n\n{{choices}}` }],
      likelihood: { prompt: '{{question}}\nA. {{A}}\nB. {{B}}\nC. {{C}}\nD. {{D}}\n정답：', texts: 'letters', delimiter: '' },
      slice: '{{Category}}',
      sample: 2000,
      grader: 'choice',
      maxTokens: 4096,
    },
  ],
})
