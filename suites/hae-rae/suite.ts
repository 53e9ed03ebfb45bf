import { defineSuite } from '../../harness/index.ts'
import { data, served } from '../served.ts'

export default defineSuite({
  ...served,
  name: 'hae-rae',
  title: 'HAE-RAE Bench: Korean language and culture, written answers',
  description:
    'Five tasks of HAE-RAE Bench 1.1 (Son et al. 2023): general knowledge, history, loan words, rare words, standard nomenclature; the letter that an answer names is graded.',
  workloads: [
    {
      id: 'hae-rae',
      title: 'HAE-RAE Bench, written answers',
      kind: 'hub',
      dataset: 'HAERAE-HUB/HAE_RAE_BENCH_1.1',
      config: ['general_knowledge', 'history', 'loan_words', 'rare_words', 'standard_nomenclature'],
      data,
      prompt: [{ role: 'user', content: "{{query}}\n\n단계별로 생각한 뒤, 마지막 줄에 '정답: (알파벳)' 형식으로 답하세요." }],
      target: '{{answer}}',
      grader: 'choice',
      maxTokens: 4096,
    },
  ],
})
