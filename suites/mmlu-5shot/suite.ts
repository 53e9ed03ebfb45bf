import { defineSuite } from '../../harness/index.ts'
import { data, served } from '../served.ts'

const SUBJECTS = 'abstract_algebra,anatomy,astronomy,business_ethics,clinical_knowledge,college_biology,college_chemistry,college_computer_science,college_mathematics,college_medicine,college_physics,computer_security,conceptual_physics,econometrics,electrical_engineering,elementary_mathematics,formal_logic,global_facts,high_school_biology,high_school_chemistry,high_school_computer_science,high_school_european_history,high_school_geography,high_school_government_and_politics,high_school_macroeconomics,high_school_mathematics,high_school_microeconomics,high_school_physics,high_school_psychology,high_school_statistics,high_school_us_history,high_school_world_history,human_aging,human_sexuality,international_law,jurisprudence,logical_fallacies,machine_learning,management,marketing,medical_genetics,miscellaneous,moral_disputes,moral_scenarios,nutrition,philosophy,prehistory,professional_accounting,professional_law,professional_medicine,professional_psychology,public_relations,security_studies,sociology,us_foreign_policy,virology,world_religions'.split(',') // prettier-ignore
/** As the original prompt writes them. */
const WORDS = Object.fromEntries(SUBJECTS.map((subject) => [subject, subject.replaceAll('_', ' ')]))

const PROMPT = '{{question}}\n{{choices}}\nAnswer:'
const EXAMPLES = {
  count: 5,
  split: 'dev',
  by: 'subject',
  order: 'first',
  intro: 'The following are multiple choice questions (with answers) about {{words}}.\n\n',
} as const

export default defineSuite({
  ...served,
  name: 'mmlu-5shot',
  title: 'MMLU after five examples of the subject',
  description:
    'The 14,042 test questions of MMLU (Hendrycks et al. 2021) in random order, asked as one text after the five questions of the development split of the subject, as in the paper: by log-likelihood of the letters where all models are behind completions endpoints that tell it, else the model writes the letter. The two are not comparable.',
  workloads: [
    {
      id: 'mmlu-5shot',
      title: 'MMLU, 5 examples',
      kind: 'hub',
      dataset: 'cais/mmlu',
      config: 'all',
      data,
      columns: { words: { from: 'subject', map: WORDS } },
      choices: { from: 'choices', answer: 'answer', is: 'index' },
      prompt: PROMPT,
      fewShot: EXAMPLES,
      likelihood: { prompt: PROMPT, texts: 'letters', fewShot: EXAMPLES },
      slice: '{{subject}}',
      sample: 14_042,
      grader: 'choice',
      maxTokens: 16,
    },
  ],
})
