/** Whether two answers are the same mathematics. */
import { equal, multiply } from '../numbers/rational.ts'
import type { ReadAnswer } from './answer.ts'
import { exactValue } from './exact.ts'
import { far, isFinite, pointsFor, valueAt } from './sample.ts'
import { signs, variables, type Answer, type Expr } from './tree.ts'

/**
 * `no` is certain, and so is `yes`. `likely`: the two agree at every point that was tried, and `pairs` are the expressions of which a
 * proof is still wanted.
 */
export type Comparison = { readonly is: 'yes' | 'no' } | { readonly is: 'likely'; readonly pairs: readonly (readonly [Expr, Expr])[] }

/** Undefined where one of the two could not be read and their texts differ. */
export function compareAnswers(a: ReadAnswer, b: ReadAnswer): Comparison | undefined {
  if (a.text !== '' && a.text === b.text) return YES
  if (a.answer === undefined || b.answer === undefined) return undefined
  const plain = compare(a.answer, b.answer)
  if (plain.is !== 'no' || a.percent === b.percent) return plain
  const [x, y] = [valueOf(a.answer), valueOf(b.answer)]
  if (x === undefined || y === undefined) return plain
  const hundredth = { n: 1n, d: 100n }
  return equal(a.percent ? multiply(x, hundredth) : x, b.percent ? multiply(y, hundredth) : y) ? YES : NO
}

// --- internal ---

const YES: Comparison = { is: 'yes' }
const NO: Comparison = { is: 'no' }

const valueOf = (answer: Answer) => (answer.k === 'expr' ? exactValue(answer.e) : undefined)

function compare(a: Answer, b: Answer): Comparison {
  if (a.k === 'relation' && b.k !== 'relation') return named(a, b)
  if (b.k === 'relation' && a.k !== 'relation') return named(b, a)
  if (a.k === 'expr' && b.k === 'expr') return signed(a.e, b.e)
  if (a.k === 'items' || b.k === 'items') return compareItems(a, b)
  if (a.k === 'relation' && b.k === 'relation') return compareRelations(a, b)
  if (a.k === 'matrix' && b.k === 'matrix') {
    if (a.rows.length !== b.rows.length || a.rows.some((row, i) => row.length !== b.rows[i]!.length)) return NO
    return all(a.rows.flatMap((row, i) => row.map((cell, j) => compare(cell, b.rows[i]![j]!))))
  }
  if (a.k === 'text' && b.k === 'text') return a.text === b.text ? YES : NO
  // a letter may be written as text
  const [word, other] = a.k === 'text' ? [a, b] : [b, a]
  return word.k === 'text' && other.k === 'expr' && other.e.k === 'sym' && other.e.name.toLowerCase() === word.text ? YES : NO
}

/** `x = 5` names what 5 is. */
function named({ op, a, b }: Extract<Answer, { k: 'relation' }>, other: Answer): Comparison {
  return op === '=' && a.k === 'sym' ? compare({ k: 'expr', e: b }, other) : NO
}

/** With ± both values, in any order. */
function signed(a: Expr, b: Expr): Comparison {
  const [left, right] = [signs(a), signs(b)]
  return left.length === 1 && right.length === 1 ? compareExprs(a, b) : matching(left.map(expr), right.map(expr))
}

const expr = (e: Expr): Answer => ({ k: 'expr', e })

function compareItems(a: Answer, b: Answer): Comparison {
  const [x, y] = [itemsOf(a), itemsOf(b)]
  const ordered = '([' // tuples, intervals
  if (ordered.includes(x.brackets[0]!) !== ordered.includes(y.brackets[0]!) || (x.brackets === 'union') !== (y.brackets === 'union')) return NO
  if (!ordered.includes(x.brackets[0]!)) return matching(x.items, y.items)
  if (x.brackets !== y.brackets || x.items.length !== y.items.length) return NO
  return all(x.items.map((item, i) => compare(item, y.items[i]!)))
}

/** A single value is a list of one; ± makes two of it. A set may be written without its braces. */
function itemsOf(answer: Answer): { brackets: string; items: readonly Answer[] } {
  if (answer.k === 'items') {
    const items = answer.items.flatMap((item) => (item.k === 'expr' ? signs(item.e).map(expr) : item.k === 'relation' && item.op === '=' && item.a.k === 'sym' && answer.brackets === 'list' ? [expr(item.b)] : [item])) // prettier-ignore
    return { brackets: answer.brackets, items: '(['.includes(answer.brackets[0]!) ? answer.items : items }
  }
  return { brackets: 'list', items: answer.k === 'expr' ? signs(answer.e).map(expr) : [answer] }
}

/** Each has its partner, both ways: a part of the answers is not the answer. Repetitions do not count. */
function matching(a: readonly Answer[], b: readonly Answer[]): Comparison {
  const [x, y] = [distinct(a), distinct(b)]
  if (x.length !== y.length) return NO
  const left = [...y]
  const found: Comparison[] = []
  for (const one of x) {
    const results = left.map((other) => compare(one, other))
    const at = results.findIndex(({ is }) => is === 'yes') >= 0 ? results.findIndex(({ is }) => is === 'yes') : results.findIndex(({ is }) => is === 'likely')
    if (at < 0) return NO
    found.push(results[at]!)
    left.splice(at, 1)
  }
  return all(found)
}

function distinct(items: readonly Answer[]): Answer[] {
  const kept: Answer[] = []
  for (const item of items) if (kept.every((other) => compare(item, other).is === 'no')) kept.push(item)
  return kept
}

function all(results: readonly Comparison[]): Comparison {
  if (results.some(({ is }) => is === 'no')) return NO
  const pairs = results.flatMap((one) => (one.is === 'likely' ? one.pairs : []))
  return pairs.length === 0 ? YES : { is: 'likely', pairs }
}

const TURNED: Readonly<Record<string, string>> = { '<': '>', '>': '<', '\\le': '\\ge', '\\ge': '\\le' }

/** Equations may be multiplied by a number, and sides change places. */
function compareRelations(a: Extract<Answer, { k: 'relation' }>, b: Extract<Answer, { k: 'relation' }>): Comparison {
  const straight = a.op === b.op ? all([compareExprs(a.a, b.a), compareExprs(a.b, b.b)]) : NO
  if (straight.is !== 'no') return straight
  const turned = (TURNED[a.op] ?? a.op) === b.op ? all([compareExprs(a.a, b.b), compareExprs(a.b, b.a)]) : NO
  if (turned.is !== 'no' || a.op !== '=' || b.op !== '=') return turned
  const [x, y]: Expr[] = [difference(a.a, a.b), difference(b.a, b.b)]
  const names = [...new Set([...variables(x!), ...variables(y!)])].sort()
  if (names.length === 0) return NO
  const values = pointsFor(names).map((point) => [valueAt(x!, point), valueAt(y!, point)] as const).filter(([u, v]) => isFinite(u) && isFinite(v)) // prettier-ignore
  const [first] = values
  if (first === undefined || values.length < 3 || Math.hypot(first[1].re, first[1].im) < 1e-9 || Math.hypot(first[0].re, first[0].im) < 1e-9) return NO
  // u₀·v = u·v₀ at every point: the ratio is one number
  const cross = (p: { re: number; im: number }, q: { re: number; im: number }) => ({ re: p.re * q.re - p.im * q.im, im: p.re * q.im + p.im * q.re })
  return values.some(([u, v]) => far(cross(first[0], v), cross(u, first[1]), 1e-7)) ? NO : YES
}

const difference = (a: Expr, b: Expr): Expr => ({ k: 'op', op: '+', a, b: { k: 'neg', a: b } })

function compareExprs(a: Expr, b: Expr): Comparison {
  if (sameTree(a, b)) return YES
  const [x, y] = [exactValue(a), exactValue(b)]
  if (x !== undefined && y !== undefined) return equal(x, y) ? YES : NO
  const names = [...new Set([...variables(a), ...variables(b)])].sort()
  const points = names.length === 0 ? [new Map()] : pointsFor(names)
  let tried = 0
  for (const point of points) {
    const [u, v] = [valueAt(a, point), valueAt(b, point)]
    if (isFinite(u) !== isFinite(v) && names.length === 0) return NO
    if (!isFinite(u) || !isFinite(v)) continue
    if (far(u, v)) return NO
    tried += 1
  }
  return tried >= (names.length === 0 ? 1 : 3) ? { is: 'likely', pairs: [[a, b]] } : NO
}

function sameTree(a: Expr, b: Expr): boolean {
  if (a.k !== b.k) return false
  if (a.k === 'num' && b.k === 'num') return equal(a.v, b.v)
  if (a.k === 'sym' && b.k === 'sym') return a.name === b.name
  if (a.k === 'neg' && b.k === 'neg') return sameTree(a.a, b.a)
  if (a.k === 'op' && b.k === 'op') return a.op === b.op && sameTree(a.a, b.a) && sameTree(a.b, b.b)
  if (a.k === 'fn' && b.k === 'fn') return a.name === b.name && a.args.length === b.args.length && a.args.every((arg, i) => sameTree(arg, b.args[i]!))
  return false
}
