import { defineSuite } from '../../harness/index.ts'
import { BOXED, data, served } from '../served.ts'

export default defineSuite({
  ...served,
  name: 'aime',
  title: 'AIME 2024: thirty competition problems',
  description:
    'The 30 problems of the AIME of 2024, each asked eight times at temperature 0.6: with so few items one answer each says little, and even then small differences cannot be seen.',
  workloads: [
    {
      id: 'aime-2024',
      title: 'AIME 2024, no examples',
      kind: 'hub',
      dataset: 'HuggingFaceH4/aime_2024',
      split: 'train',
      data,
      prompt: [{ role: 'user', content: `{{problem}}${BOXED}` }],
      target: '{{answer}}',
      grader: 'math',
      maxTokens: 30_000,
      temperature: 0.6,
    },
  ],
  repeats: 8,
  blocks: 1,
  quick: { items: 10, blocks: 1 },
})
