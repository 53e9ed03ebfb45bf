import { defineSuite } from '../../harness/index.ts'

/** Five small transformers trained with the recipes beside this file; README.md says how and why. */
export default defineSuite({
  name: 'arithmetic',
  title: 'Arithmetic with working: a teacher and its distilled students',
  description:
    'Sums, differences, products and expressions, answered digit by digit with the working shown. The teacher learned from unlimited labelled questions; the students had 2,000 labelled ones and the teacher’s answers to 16,000 others; the control had the 2,000 alone.',
  seed: 7,
  models: {
    teacher: { name: 'Teacher 335k', role: 'teacher', adapter: 'tfjs', options: { weights: './models/teacher' } },
    'student-large': { name: 'Student 80k, distributions', role: 'student', adapter: 'tfjs', options: { weights: './models/student-large' } },
    'student-logits': { name: 'Student 39k, distributions', role: 'student', adapter: 'tfjs', options: { weights: './models/student-logits' } },
    'student-sequence': { name: 'Student 39k, answers', role: 'student', adapter: 'tfjs', options: { weights: './models/student-sequence' } },
    control: { name: 'Control 39k, labels only', role: 'control', adapter: 'tfjs', options: { weights: './models/control' } },
  },
  price: { kind: 'hourly', usdPerHour: 0.1, source: 'set by this suite: a two-core virtual machine, rounded', date: '2026-11-24' },
  workloads: [{ id: 'arithmetic', title: 'Arithmetic with working', kind: 'arithmetic', perSlice: 60, maxTokens: 60 }],
  loads: [
    { kind: 'sequential', items: 120 },
    { kind: 'batch', size: 32 },
  ],
  blocks: 2,
  warmup: { requests: 2 },
  quick: { items: 32, blocks: 1 },
})
