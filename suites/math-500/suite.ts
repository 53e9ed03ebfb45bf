import { defineSuite } from '../../harness/index.ts'
import { BOXED, data, served } from '../served.ts'

export default defineSuite({
  ...served,
  name: 'math-500',
  title: 'MATH-500: competition mathematics',
  description:
    'The 500 problems of MATH that Lightman et al. 2023 held out, asked without examples; the boxed answer must be the same mathematics as the reference.',
  workloads: [
    {
      id: 'math-500',
      title: 'MATH-500, no examples',
      kind: 'hub',
      dataset: 'HuggingFaceH4/MATH-500',
      data,
      prompt: [{ role: 'user', content: `{{problem}}${BOXED}` }],
      target: '{{answer}}',
      slice: '{{subject}}',
      itemId: '{{unique_id}}',
      grader: 'math',
      maxTokens: 16_384,
    },
  ],
})
