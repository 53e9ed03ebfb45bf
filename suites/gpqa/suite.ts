import { defineSuite } from '../../harness/index.ts'
import { data, LETTER, served } from '../served.ts'

export default defineSuite({
  ...served,
  name: 'gpqa',
  title: 'GPQA Diamond: questions of experts, written answers',
  description:
    'The 198 questions of GPQA Diamond (Rein et al. 2023), each asked four times; the order of the four answers is drawn once for each question. The dataset is gated: agree to its terms, and set HF_TOKEN.',
  workloads: [
    {
      id: 'gpqa-diamond',
      title: 'GPQA Diamond, written answers',
      kind: 'hub',
      dataset: 'Idavidrein/gpqa',
      config: 'gpqa_diamond',
      split: 'train',
      data,
      choices: {
        from: ['Correct Answer', 'Incorrect Answer 1', 'Incorrect Answer 2', 'Incorrect Answer 3'],
        is: 'first',
        shuffle: true,
        line: '{{letter}}) {{choice}}',
      },
      prompt: [{ role: 'user', content: `${LETTER}{{Question}}\n\n{{choices}}` }],
      slice: '{{High-level domain}}',
      grader: 'choice',
      maxTokens: 16_384,
      temperature: 0.6,
    },
  ],
  repeats: 4,
})
