/**
 * Arithmetic questions with working, generated from a seed. The working is a chain of single steps parted by `;`. In a
 * step every number is written from its last digit and filled to three places, as columns are set under each other on
 * paper; the answer stands behind `>`:
 *
 *     347+85=      743+580=234>432
 *     347*8=       743*8=6772>2776
 *     (14+8)*3-9=  410+800=220;220*3=660;660-900=750>57
 *
 * Training and test questions are disjoint by construction: a question belongs to the test split exactly when the hash
 * of its text falls in one class of ten, whatever the seed.
 */
import { createHash } from 'node:crypto'
import { createRandom, fnv1a, type Random } from '../random.ts'
import type { Grade, Grader, Item } from '../types.ts'

export const ARITHMETIC_SLICES = ['addition', 'subtraction', 'multiplication', 'expressions'] as const
export type ArithmeticSlice = (typeof ARITHMETIC_SLICES)[number]
export type ArithmeticSplit = 'train' | 'test'

/** Every character that a question or an answer can hold. */
export const ARITHMETIC_ALPHABET = '0123456789+-*()=;>'

export interface ArithmeticQuestion {
  slice: ArithmeticSlice
  prompt: string
  working: string
  target: string
}
export interface ArithmeticOptions {
  perSlice: number
  split?: ArithmeticSplit | undefined
  slices?: readonly ArithmeticSlice[] | undefined
}

/** Which split a question belongs to; decided by its text alone. */
export function arithmeticSplit(prompt: string): ArithmeticSplit {
  const h = fnv1a(prompt)
  return Math.imul(h ^ (h >>> 15), 0x2c1b3c6d) >>> 0 < 0x1_0000_0000 / 10 ? 'test' : 'train'
}

/** One question of a slice and split. The same generator state gives the same question. */
export function arithmeticQuestion(random: Random, slice: ArithmeticSlice, split: ArithmeticSplit): ArithmeticQuestion {
  for (;;) {
    const question = GENERATORS[slice](random)
    if (arithmeticSplit(question.prompt) === split) return { slice, ...question }
  }
}

/** Items of a workload: `perSlice` different questions of each slice, slices taking turns, so that any prefix is balanced. */
export function* arithmeticItems(seed: number, options: ArithmeticOptions): Generator<Item> {
  const split = options.split ?? 'test'
  const slices = options.slices ?? ARITHMETIC_SLICES
  const random = createRandom('arithmetic', split, seed)
  const seen = new Set<string>()
  for (let i = 0; i < options.perSlice; i++) {
    for (const slice of slices) {
      let question = arithmeticQuestion(random, slice, split)
      while (seen.has(question.prompt)) question = arithmeticQuestion(random, slice, split)
      seen.add(question.prompt)
      yield toItem(question, i)
    }
  }
}

/** Right when the integer behind the last `>` is the target. A missing `>` is a wrong answer. */
export const arithmeticGrader: Grader = {
  id: 'arithmetic',
  version: '1',
  grade(item: Item, text: string): Grade {
    const cut = text.lastIndexOf('>')
    if (cut < 0) return { score: 0, grader: 'arithmetic', detail: 'no answer: the text has no ">"' }
    const answer = text
      .slice(cut + 1)
      .trim()
      .slice(0, 32)
    return { score: answer === item.target ? 1 : 0, grader: 'arithmetic', answer }
  },
}

/** The workload of the built-in suite; plugs into the registry as kind `arithmetic`. */
export function arithmeticWorkload(options: ArithmeticOptions): { items: (seed: number) => Iterable<Item>; grader: Grader } {
  return { items: (seed) => arithmeticItems(seed, options), grader: arithmeticGrader }
}

// --- internal ---

type Made = Omit<ArithmeticQuestion, 'slice'>

const GENERATORS: Record<ArithmeticSlice, (random: Random) => Made> = {
  addition(random) {
    const [a, b] = [random.int(1000), random.int(1000)]
    return made(`${a}+${b}=`, [[a, '+', b]])
  },
  subtraction(random) {
    const [x, y] = [random.int(1000), random.int(1000)]
    const [a, b] = x >= y ? [x, y] : [y, x]
    return made(`${a}-${b}=`, [[a, '-', b]])
  },
  multiplication(random) {
    const [a, b] = [between(random, 10, 999), between(random, 2, 9)]
    return made(`${a}*${b}=`, [[a, '*', b]])
  },
  expressions(random) {
    return EXPRESSIONS[random.int(EXPRESSIONS.length)]!(random)
  },
}

/** Expressions of two or three operators; every intermediate result is a natural number below 1,000. */
const EXPRESSIONS: readonly ((random: Random) => Made)[] = [
  (r) => {
    const [a, b, c] = [between(r, 2, 99), between(r, 2, 99), between(r, 2, 9)]
    return made(`${a}+${b}*${c}=`, [
      [b, '*', c],
      [a, '+', b * c],
    ])
  },
  (r) => {
    const [a, b, c] = [between(r, 2, 49), between(r, 2, 49), between(r, 2, 9)]
    return made(`(${a}+${b})*${c}=`, [
      [a, '+', b],
      [a + b, '*', c],
    ])
  },
  (r) => {
    const [a, b] = [between(r, 2, 99), between(r, 2, 9)]
    const c = between(r, 1, Math.min(99, a * b))
    return made(`${a}*${b}-${c}=`, [
      [a, '*', b],
      [a * b, '-', c],
    ])
  },
  (r) => {
    const [a, b, c] = [between(r, 2, 49), between(r, 2, 49), between(r, 2, 9)]
    const d = between(r, 1, Math.min(99, (a + b) * c))
    return made(`(${a}+${b})*${c}-${d}=`, [
      [a, '+', b],
      [a + b, '*', c],
      [(a + b) * c, '-', d],
    ])
  },
  (r) => {
    const a = between(r, 3, 99)
    const [b, c, d] = [between(r, 1, a - 1), between(r, 2, 9), between(r, 2, 99)]
    return made(`(${a}-${b})*${c}+${d}=`, [
      [a, '-', b],
      [a - b, '*', c],
      [(a - b) * c, '+', d],
    ])
  },
]

type Step = readonly [number, '+' | '-' | '*', number]

function made(prompt: string, steps: readonly Step[]): Made {
  const results = steps.map(resultOf)
  const target = String(results.at(-1))
  const lines = steps.map(([a, operator, b], i) => `${column(a)}${operator}${operator === '*' ? b : column(b)}=${column(results[i]!)}`)
  return { prompt, target, working: `${lines.join(';')}>${target}` }
}

function resultOf([a, operator, b]: Step): number {
  return operator === '+' ? a + b : operator === '-' ? a - b : a * b
}

/** Last digit first, at least three places. */
function column(n: number): string {
  return Array.from(String(n).padStart(3, '0')).toReversed().join('')
}

function between(random: Random, low: number, high: number): number {
  return low + random.int(high - low + 1)
}

function toItem(question: ArithmeticQuestion, index: number): Item {
  const hash = createHash('sha256')
    .update(JSON.stringify([question.prompt, question.target]))
    .digest('hex')
    .slice(0, 16)
  return { id: `${question.slice}-${index + 1}`, hash, prompt: question.prompt, target: question.target, slice: question.slice }
}
