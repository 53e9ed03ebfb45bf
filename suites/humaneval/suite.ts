import { defineSuite } from '../../harness/index.ts'
import { data, served } from '../served.ts'

/** What simple-evals asks with. */
const WRITE =
  'Read the following function signature and docstring, and fully implement the function described. Your response should only contain the code for this function.\n'

export default defineSuite({
  ...served,
  name: 'humaneval',
  title: 'HumanEval: functions in Python, graded by their tests',
  description:
    'The 164 problems of HumanEval (Chen et al. 2021), each answered once without sampling: pass@1. Answers are run with their tests in a sandbox, which needs --allow-code; without it they get no grade, until `grade --allow-code` gives them one.',
  workloads: [
    {
      id: 'humaneval',
      title: 'HumanEval, no examples',
      kind: 'hub',
      dataset: 'openai/openai_humaneval',
      data,
      prompt: [{ role: 'user', content: `${WRITE}{{prompt}}` }],
      target: '{{prompt}}#<answer>\n{{test}}\n\ncheck({{entry_point}})\n',
      itemId: '{{task_id}}',
      grader: { id: 'code', language: 'python' },
      maxTokens: 4096,
    },
  ],
})
