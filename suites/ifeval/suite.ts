import { defineSuite } from '../../harness/index.ts'
import { data, served } from '../served.ts'

export default defineSuite({
  ...served,
  name: 'ifeval',
  title: 'IFEval: instructions that a program can check',
  description:
    'The 541 prompts of IFEval (Zhou et al. 2023), graded strictly by prompt: every instruction must be followed. Checks are our own and differ in places from the original; response language is checked by its script only.',
  workloads: [
    {
      id: 'ifeval',
      title: 'IFEval, strict by prompt',
      kind: 'hub',
      dataset: 'google/IFEval',
      split: 'train',
      data,
      prompt: [{ role: 'user', content: '{{prompt}}' }],
      target: '{"ids":{{instruction_id_list}},"kwargs":{{kwargs}}}',
      itemId: '{{key}}',
      grader: 'instructions',
      maxTokens: 4096,
    },
  ],
})
