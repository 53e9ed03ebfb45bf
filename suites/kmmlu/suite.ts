import { defineSuite } from '../../harness/index.ts'
import { data, KOREAN_LETTER, served } from '../served.ts'

/** The hub has a configuration for each of 45 subjects. */
const SUBJECTS = 'Accounting,Agricultural-Sciences,Aviation-Engineering-and-Maintenance,Biology,Chemical-Engineering,Chemistry,Civil-Engineering,Computer-Science,Construction,Criminal-Law,Ecology,Economics,Education,Electrical-Engineering,Electronics-Engineering,Energy-Management,Environmental-Science,Fashion,Food-Processing,Gas-Technology-and-Engineering,Geomatics,Health,Industrial-Engineer,Information-Technology,Interior-Architecture-and-Design,Korean-History,Law,Machine-Design-and-Manufacturing,Management,Maritime-Engineering,Marketing,Materials-Engineering,Math,Mechanical-Engineering,Nondestructive-Testing,Patent,Political-Science-and-Sociology,Psychology,Public-Safety,Railway-and-Automotive-Engineering,Real-Estate,Refrigerating-Machinery,Social-Welfare,Taxation,Telecommunications-and-Wireless-Technology'.split(',') // prettier-ignore

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
