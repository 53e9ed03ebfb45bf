/** Whether two answers are the same mathematics. */
import { equal, multiply } from '../numbers/rational.ts'
import type { ReadAnswer } from './answer.ts'
import { exactValue } from './exact.ts'
import { far, isFinite, pointsFor, valueAt, type Complex, type Point } from './sample.ts'
import { num, op as join, signs, substitute, variables, type Answer, type Expr } from './tree.ts'

/**
 * `no` is certain, and so is `yes`. `open`: the two are the same if the expressions of each of the `pairs` are. `apart`: somewhere
 * they differ as far as fifteen digits can tell, which may be rounding.
 */
export type Comparison = { readonly is: 'yes' | 'no' } | { readonly is: 'open'; readonly pairs: readonly (readonly [Expr, Expr])[]; readonly apart: boolean }

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
  if (x.kept.length !== y.kept.length) return NO
  const left = [...y.kept]
  const found: Comparison[] = [...x.dropped, ...y.dropped]
  for (const one of x.kept) {
    const results = left.map((other) => compare(one, other))
    const at = LIKELIEST.map((fits) => results.findIndex(fits)).find((i) => i >= 0)
    if (at === undefined) return NO
    found.push(results[at]!)
    left.splice(at, 1)
  }
  return all(found)
}

const LIKELIEST: readonly ((one: Comparison) => boolean)[] = [({ is }) => is === 'yes', (one) => one.is === 'open' && !one.apart, ({ is }) => is === 'open']

/** `dropped`: what must hold for the others to be repetitions. */
function distinct(items: readonly Answer[]): { kept: Answer[]; dropped: Comparison[] } {
  const [kept, dropped]: [Answer[], Comparison[]] = [[], []]
  for (const item of items) {
    const same = kept.map((other) => compare(item, other)).find((one) => one.is === 'yes' || (one.is === 'open' && !one.apart))
    if (same === undefined) kept.push(item)
    else dropped.push(same)
  }
  return { kept, dropped }
}

function all(results: readonly Comparison[]): Comparison {
  if (results.some(({ is }) => is === 'no')) return NO
  const open = results.flatMap((one) => (one.is === 'open' ? [one] : []))
  return open.length === 0 ? YES : { is: 'open', pairs: open.flatMap(({ pairs }) => pairs), apart: open.some(({ apart }) => apart) }
}

const TURNED: Readonly<Record<string, string>> = { '<': '>', '>': '<', '\\le': '\\ge', '\\ge': '\\le' }

/** Equations may be multiplied by a number, and sides change places. */
function compareRelations(a: Extract<Answer, { k: 'relation' }>, b: Extract<Answer, { k: 'relation' }>): Comparison {
  const straight = a.op === b.op ? all([compareExprs(a.a, b.a), compareExprs(a.b, b.b)]) : NO
  if (straight.is !== 'no') return straight
  const turned = (TURNED[a.op] ?? a.op) === b.op ? all([compareExprs(a.a, b.b), compareExprs(a.b, b.a)]) : NO
  if (turned.is !== 'no' || a.op !== '=' || b.op !== '=') return turned
  return proportional(difference(a.a, a.b), difference(b.a, b.b))
}

const difference = (a: Expr, b: Expr): Expr => join('+', a, { k: 'neg', a: b })

/** The one is the other times a number: that of their ratio at one point. */
function proportional(x: Expr, y: Expr): Comparison {
  const names = namesOf(x, y)
  if (names.length === 0) return NO
  for (let turn = 0; turn < 4; turn++) {
    const place = new Map(names.map((name, i) => [name, num(BigInt(3 + 4 * i + 7 * turn), BigInt(5 + 2 * turn))]))
    const [u, v] = [substitute(x, place), substitute(y, place)]
    const [atU, atV] = [valueAt(u, NOWHERE), valueAt(v, NOWHERE)]
    if ([atU, atV].every((value) => isFinite(value) && Math.hypot(value.re, value.im) > 1e-9)) return compareExprs(join('*', x, v), join('*', y, u))
  }
  return NO
}

const NOWHERE: Point = new Map()

/** Values in double precision tell at once what is clearly not the same; what they cannot tell is left open. */
function compareExprs(a: Expr, b: Expr): Comparison {
  if (sameTree(a, b)) return YES
  const [x, y] = [exactValue(a), exactValue(b)]
  if (x !== undefined && y !== undefined) return equal(x, y) ? YES : NO
  if (infinite(a) !== infinite(b)) return NO
  const names = namesOf(a, b)
  const values = (names.length === 0 ? [NOWHERE] : pointsFor(names)).map((point) => [valueAt(a, point), valueAt(b, point)] as const)
  const both = values.filter(([u, v]) => isFinite(u) && isFinite(v))
  const apart = both.filter(([u, v]) => far(u, v))
  if (names.length === 0 ? apart.some(([u, v]) => wide(u, v)) : both.length >= 3 && apart.length === both.length) return NO
  return { is: 'open', pairs: [[a, b]], apart: apart.length > 0 }
}

const namesOf = (a: Expr, b: Expr): string[] => [...new Set([...variables(a), ...variables(b)])].sort()

/** By more than what is lost when large numbers cancel. */
const wide = (u: Complex, v: Complex): boolean => Math.hypot(u.re - v.re, u.im - v.im) > 1e-6 * Math.max(1, Math.hypot(u.re, u.im), Math.hypot(v.re, v.im))

function infinite(e: Expr): number {
  if (e.k === 'sym') return e.name === 'oo' ? 1 : 0
  return e.k === 'neg' ? -infinite(e.a) || 0 : 0
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
