import { defineSuite } from '../../harness/index.ts'

const answerText = 'The question is {expression}. I look at it step by step, from the last digit to the first, and the answer is >{answer}'
const slow = { prefillMs: 40, prefillMsPerToken: 0.5, decodeMs: 12, decodeMsPerStream: 0.6, maxBatch: 16, jitter: 0.1, answerText }
const quick = { prefillMs: 8, prefillMsPerToken: 0.1, decodeMs: 3, decodeMsPerStream: 0.1, maxBatch: 16, jitter: 0.1, answerText }
const madeUp = { kind: 'token', source: 'made up for this demonstration', date: '2026-11-25' } as const

/** Made-up models behind mock servers: what a suite of served models looks like, without a GPU. README.md says more. */
export default defineSuite({
  name: 'serving-demo',
  title: 'Served models, a demonstration: mock servers, not models',
  description:
    'A teacher, its student and a control that are made up: mock servers answer sums with a set accuracy and at a set speed, over HTTP and token by token. The figures show how served models are measured; they say nothing about any model.',
  seed: 11,
  models: {
    teacher: {
      name: 'Teacher (made up)',
      role: 'teacher',
      adapter: 'mock',
      options: { profile: { ...slow, accuracy: 0.96 } },
      price: { ...madeUp, inputPerMtoken: 2, outputPerMtoken: 8 },
    },
    student: {
      name: 'Student (made up)',
      role: 'student',
      adapter: 'mock',
      options: { profile: { ...quick, accuracy: 0.95 } },
      price: { ...madeUp, inputPerMtoken: 0.2, outputPerMtoken: 0.8 },
    },
    control: {
      name: 'Control (made up)',
      role: 'control',
      adapter: 'mock',
      options: { profile: { ...quick, accuracy: 0.7 } },
      price: { ...madeUp, inputPerMtoken: 0.2, outputPerMtoken: 0.8 },
    },
  },
  workloads: [{ id: 'sums', title: 'Sums in one line', kind: 'arithmetic', perSlice: 60, maxTokens: 100 }],
  loads: [
    { kind: 'sequential', items: 40 },
    { kind: 'concurrency', streams: 8 },
    { kind: 'sweep', points: 6, seconds: 6 },
  ],
  blocks: 2,
  warmup: { requests: 2 },
  quick: { items: 24, blocks: 1 },
})
