import { defineSuite } from '../../harness/index.ts'
import { SUBJECTS } from '../kmmlu/subjects.ts'
import { data, served } from '../served.ts'

const PROMPT = '{{question}}\n{{choices}}\n정답：'
const EXAMPLES = { count: 5, split: 'dev', by: 'Category', order: 'first' } as const

export default defineSuite({
  ...served,
  name: 'kmmlu-5shot',
  title: 'KMMLU after five examples of the subject',
  description:
    '2,000 of the 35,030 test questions of KMMLU (Son et al. 2024), drawn by the seed, asked as one text after the five questions of the development split of the subject, as lm-evaluation-harness does: by log-likelihood of the letters where all models are behind completions endpoints that tell it, else the model writes the letter. The two are not comparable.',
  workloads: [
    {
      id: 'kmmlu-5shot',
      title: 'KMMLU, 5 examples',
      kind: 'hub',
      dataset: 'HAERAE-HUB/KMMLU',
      config: SUBJECTS,
      data,
      choices: { from: ['A', 'B', 'C', 'D'], answer: 'answer', is: 'number' },
      prompt: PROMPT,
      fewShot: EXAMPLES,
      likelihood: { prompt: PROMPT, texts: 'letters', fewShot: EXAMPLES },
      slice: '{{Category}}',
      sample: 2000,
      grader: 'choice',
      maxTokens: 16,
    },
  ],
})
