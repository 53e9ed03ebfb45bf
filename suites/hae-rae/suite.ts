import { defineSuite } from '../../harness/index.ts'
import { data, served } from '../served.ts'

export default defineSuite({
  ...served,
  name: 'hae-rae',
  title: 'HAE-RAE Bench: Korean language and culture',
  description:
    'Five tasks of HAE-RAE Bench 1.1 (Son et al. 2023): general knowledge, history, loan words, rare words, standard nomenclature: by log-likelihood of (A) to (E) where all models are behind completions endpoints that tell it, else in writing, and then the letter that an answer names is graded. The two are not comparable.',
  workloads: [
    {
      id: 'hae-rae',
      title: 'HAE-RAE Bench',
      kind: 'hub',
      dataset: 'HAERAE-HUB/HAE_RAE_BENCH_1.1',
      config: ['general_knowledge', 'history', 'loan_words', 'rare_words', 'standard_nomenclature'],
      data,
      prompt: [{ role: 'user', content: "{{query}}\n\n단계별로 생각한 뒤, 마지막 줄에 '정답: (알파벳)' 형식으로 답하세요." }],
      likelihood: { prompt: '{{query}}', texts: ['(A)', '(B)', '(C)', '(D)', '(E)'] },
      target: '{{answer}}',
      grader: 'choice',
      maxTokens: 4096,
    },
  ],
})
