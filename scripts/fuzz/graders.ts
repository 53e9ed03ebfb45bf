/** Every grader on texts that nobody would write, and what became of them. */
import { createRandom } from '../../harness/random.ts'
import type { Grade, Item } from '../../harness/types.ts'
import { getGrader, gradeFully, GRADER_IDS, splitReasoning, type GraderId } from '../../harness/workloads/index.ts'
import { HOSTILE, randomFormula, randomText } from './texts.ts'

export interface Seen {
  grader: GraderId
  strings: number
  right: number
  /** Scored at once, or after they had been settled. */
  wrong: number
  /** Could be told neither at once nor after. */
  undecided: number
  ungraded: number
  /** Were settled: they took their time. */
  settled: number
  /** Were to be settled, and were not. */
  left: number
  /** Answers that broke the contract; empty as it should be. */
  broken: { answer: string; target: string; grade: unknown }[]
  slowestMs: number
  slowest: string
  seconds: number
}

export interface FuzzOptions {
  readonly strings: number
  readonly seed: number
  /** Those of a megabyte too. */
  readonly hostile: boolean
  /** So many are settled at most. */
  readonly settle?: number
}

/** `strings` random ones, and those of a megabyte; nothing of the answers is run. */
export async function fuzzGrader(id: GraderId, { strings, seed, hostile, settle = Infinity }: FuzzOptions): Promise<Seen> {
  const grader = getGrader(id, OPTIONS[id])
  const random = createRandom('fuzz of graders', id, seed)
  const text = (): string => (id === 'math' && random.next() < 0.3 ? `\\boxed{${randomFormula(random)}}` : randomText(random))
  const targets = ['42', '\\frac{1}{2}', 'B', '[1,2]', '#### 1,234', '(1,2)', text(), text()]
  const seen: Seen = {
    grader: id,
    strings: 0,
    right: 0,
    wrong: 0,
    undecided: 0,
    ungraded: 0,
    settled: 0,
    left: 0,
    broken: [],
    slowestMs: 0,
    slowest: '',
    seconds: 0,
  }
  const from = performance.now()
  const one = async (answer: string, target: string): Promise<void> => {
    const item: Item = { id: '1', hash: 'h', prompt: 'p', target }
    const start = performance.now()
    let grade: Grade | undefined
    try {
      const first = grader.grade(item, answer)
      if (first.unsettled && seen.settled >= settle) seen.left += 1
      else grade = first.unsettled ? await gradeFully(grader, item, answer, NEVER) : first
      if (first.unsettled && grade !== undefined) seen.settled += 1
    } catch (error) {
      seen.broken.push({ answer: answer.slice(0, 200), target: target.slice(0, 200), grade: String(error) })
    }
    const ms = performance.now() - start
    if (ms > seen.slowestMs) [seen.slowestMs, seen.slowest] = [ms, answer.slice(0, 60)]
    seen.strings += 1
    if (grade !== undefined) count(seen, grade, answer, target)
  }
  for (let n = 0; n < strings; n++) {
    const answer = splitReasoning(text()).answer
    await one(answer, id === 'math' && n % 3 === 0 ? randomFormula(random) : targets[n % targets.length]!)
  }
  if (hostile)
    for (const answer of Object.values(HOSTILE)) {
      await one(answer, '42')
      await one(answer, answer)
    }
  seen.seconds = (performance.now() - from) / 1000
  return seen
}

export const FUZZED: readonly GraderId[] = GRADER_IDS

// --- internal ---

const NEVER = new AbortController().signal
/** The dearest ones. */
const OPTIONS: Partial<Record<GraderId, object>> = {
  exact: { extract: [{ pattern: '(a+)+b|\\d+', optional: true }], ignoreCase: true, ignorePunctuation: true },
  includes: { ignoreCase: true, ignorePunctuation: true },
  json: { schema: { type: 'array', items: { type: 'string', pattern: '(a+)+$' } } },
  code: { language: 'python' }, // without leave nothing is run
  judge: { endpoint: { url: 'http://judge.invalid/v1', model: 'm' } }, // nor is anybody asked
  'tool-calls': { tools: [{ name: 'f', parameters: { type: 'object', required: ['x'] } }] },
}

function count(seen: Seen, grade: Grade, answer: string, target: string): void {
  const { score, detail = '', unsettled, ungraded } = grade
  if (unsettled || !(score >= 0 && score <= 1) || detail.startsWith('the grader failed'))
    seen.broken.push({ answer: answer.slice(0, 200), target: target.slice(0, 200), grade })
  if (ungraded) seen.ungraded += 1
  else if (detail.startsWith('undecided')) seen.undecided += 1
  else if (score > 0) seen.right += 1
  else seen.wrong += 1
}
