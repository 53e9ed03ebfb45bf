import { defineSuite } from '../../harness/index.ts'

/** An endpoint of your own; the key only where there is a variable that holds one. README.md names the variables. */
const endpoint = (who: 'TEACHER' | 'STUDENT') => ({
  url: `\${${who}_URL}`,
  model: `\${${who}_MODEL}`,
  ...(process.env[`${who}_API_KEY`] === undefined ? {} : { apiKeyEnv: `${who}_API_KEY` }),
})

export default defineSuite({
  name: 'serving',
  title: 'A served teacher and its student, on their own endpoints',
  description:
    'Teacher and student behind OpenAI-compatible servers answer the same sums: accuracy from all of them, times one at a time and with 4 and 16 requests in flight. Addresses come from the environment.',
  seed: 3,
  models: {
    teacher: { name: 'Teacher', role: 'teacher', adapter: 'openai', options: endpoint('TEACHER') },
    student: { name: 'Student', role: 'student', adapter: 'openai', options: endpoint('STUDENT') },
  },
  workloads: [
    {
      id: 'sums',
      title: 'Sums, differences and products',
      kind: 'list',
      items: sums,
      grader: 'numeric',
      maxTokens: 256,
    },
  ],
  loads: [
    { kind: 'sequential', items: 60 },
    { kind: 'concurrency', streams: 4 },
    { kind: 'concurrency', streams: 16 },
    { kind: 'sweep', points: 8, seconds: 30 },
  ],
  blocks: 2,
  quick: { items: 16, blocks: 1 },
})

// --- internal ---

const ITEMS = 240

/** Different questions for every seed; a linear congruential generator (Numerical Recipes) is enough for digits. */
function* sums(seed: number) {
  let state = (seed * 2654435761) >>> 0
  const draw = (below: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
  const seen = new Set<string>()
  while (seen.size < ITEMS) {
    const [slice, a, b] = [(['sum', 'difference', 'product'] as const)[seen.size % 3]!, 100 + draw(900), 10 + draw(90)]
    const sign = { sum: '+', difference: '-', product: '*' }[slice]
    const question = `${a} ${sign} ${b}`
    if (seen.has(question)) continue
    seen.add(question)
    const target = slice === 'sum' ? a + b : slice === 'difference' ? a - b : a * b
    yield { id: question.replaceAll(' ', ''), prompt: `What is ${question}? Think briefly and end with the number alone.`, target, slice }
  }
}
