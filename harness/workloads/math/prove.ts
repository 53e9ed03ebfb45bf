/** Whether two expressions are the same: by their values to sixty digits at several points, else by algebra. Runs in a worker. */
import nerdamer from 'nerdamer-prime'
import { createRandom } from '../../random.ts'
import { textOf } from '../numbers/rational.ts'
import { agree, Precise, preciseAt, type PrecisePoint } from './precise.ts'
import { uses, variables, type Expr } from './tree.ts'

/** `unknown`: they have no values that could be compared, and algebra does not tell either. */
export type Proof = 'yes' | 'no' | 'unknown'

export function prove(a: Expr, b: Expr): Proof {
  return byValues(a, b) ?? byAlgebra(a, b)
}

// --- internal ---

/** Points at which both have a value, and the same one. */
const ENOUGH = 5

function byValues(a: Expr, b: Expr): Proof | undefined {
  const names = [...new Set([...variables(a), ...variables(b)])].sort()
  const needed = names.length === 0 ? 1 : ENOUGH
  const counted = COUNTED.some((name) => uses(a, name) || uses(b, name))
  let same = 0
  for (const point of names.length === 0 ? [NOWHERE] : points(names, counted)) {
    const [u, v] = [preciseAt(a, point), preciseAt(b, point)]
    if (u === undefined || v === undefined) continue
    if (!agree(u, v)) return 'no'
    same += 1
  }
  return same >= needed ? 'yes' : undefined
}

/** Functions of whole numbers. */
const COUNTED = ['factorial', 'binom'] as const

/** Sizes, and whether signs are mixed: |x + y| is |x| + |y| wherever both have one sign, and √(x − 10)² is 10 − x below ten. */
const PLACES: readonly (readonly [low: number, high: number, mixed: boolean])[] = [
  [0.3, 2.3, false],
  [0.3, 2.3, true],
  [0.3, 2.3, true],
  [0.3, 2.3, true],
  [0.05, 0.4, true],
  [0.05, 0.4, true],
  [2, 9, false],
  [2, 9, true],
  [2, 9, true],
  [20, 300, true],
  [20, 300, true],
]
const WHOLE = 9

/** The same for the same names. */
function points(names: readonly string[], counted: boolean): PrecisePoint[] {
  const random = createRandom('mathematics, precisely', ...names)
  const at = (value: (j: number) => number): PrecisePoint => new Map(names.map((name, j) => [name, new Precise(value(j))]))
  if (counted) return Array.from({ length: WHOLE }, () => at(() => 1 + random.int(40)))
  // two names have the same signs, and opposite ones, whatever is drawn
  return PLACES.map(([low, high, mixed], i) =>
    at((j) => (low + (high - low) * random.next()) * (mixed && (j < 2 ? (i >> j) & 1 : random.int(2)) === 1 ? -1 : 1)),
  )
}

function byAlgebra(a: Expr, b: Expr): Proof {
  const names = new Map([...new Set([...variables(a), ...variables(b)])].map((name, i) => [name, `v${i}`]))
  try {
    for (const e of [a, b]) refuseNoValue(e)
    const difference = `(${write(a, names)})-(${write(b, names)})`
    for (const form of [`expand(${difference})`, `simplify(${difference})`]) if (nerdamer(form).toString() === '0') return 'yes'
  } catch {
    // what the library cannot read or do is not proved
  }
  return 'unknown'
}

/** A part without variables that has no value would keep the library busy for hours, or make it round. */
function refuseNoValue(e: Expr): void {
  if (variables(e).size === 0) {
    if (preciseAt(e, NOWHERE) === undefined) throw new Error('no value')
  } else if (e.k === 'op' || e.k === 'pm') for (const part of [e.a, e.b]) refuseNoValue(part)
  else if (e.k === 'neg') refuseNoValue(e.a)
  else if (e.k === 'fn') e.args.forEach(refuseNoValue)
}

const NOWHERE: PrecisePoint = new Map()

function write(e: Expr, names: ReadonlyMap<string, string>): string {
  if (e.k === 'num') return e.v.d === 1n ? `(${e.v.n})` : `(${textOf(e.v).includes('.') ? `${e.v.n}/${e.v.d}` : textOf(e.v)})`
  if (e.k === 'sym') return names.get(e.name) ?? e.name
  if (e.k === 'neg') return `(-(${write(e.a, names)}))`
  if (e.k === 'op') return `((${write(e.a, names)})${e.op}(${write(e.b, names)}))`
  if (e.k === 'pm') throw new Error('both signs')
  if (e.name === 'floor' || e.name === 'ceil') throw new Error('rounded in double precision there, which proves nothing')
  const [a = '', b = ''] = e.args.map((arg) => write(arg, names))
  if (e.name === 'root') return `((${a})^(1/(${b})))`
  if (e.name === 'ln') return `log(${a})`
  if (e.name === 'log') return `(log(${a})/log(10))`
  if (e.name === 'binom') return `(factorial(${a})/(factorial(${b})*factorial((${a})-(${b}))))`
  return `${e.name}(${a})`
}
