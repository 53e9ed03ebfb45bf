/** Mathematics as a tree: what the parser makes, and what is compared. Plain data, so that it can be handed to a worker. */
import type { Rational } from '../numbers/rational.ts'

export type Expr =
  | { readonly k: 'num'; readonly v: Rational }
  /** A variable, or a constant: `pi`, `e`, `i`, `oo`. */
  | { readonly k: 'sym'; readonly name: string }
  | { readonly k: 'op'; readonly op: '+' | '*' | '/' | '^'; readonly a: Expr; readonly b: Expr }
  | { readonly k: 'neg'; readonly a: Expr }
  | { readonly k: 'fn'; readonly name: FunctionName; readonly args: readonly Expr[] }
  /** Both signs; expanded before anything is compared. */
  | { readonly k: 'pm'; readonly a: Expr; readonly b: Expr; readonly first: 1 | -1 }

export type Answer =
  | { readonly k: 'expr'; readonly e: Expr }
  | { readonly k: 'text'; readonly text: string }
  /** `brackets`: `()`, `[)` … in order; `{}`, `list` and `union` in any order. */
  | { readonly k: 'items'; readonly brackets: string; readonly items: readonly Answer[] }
  | { readonly k: 'relation'; readonly op: string; readonly a: Expr; readonly b: Expr }
  | { readonly k: 'matrix'; readonly rows: readonly (readonly Answer[])[] }

export const FUNCTIONS = ['sqrt', 'root', 'abs', 'factorial', 'binom', 'floor', 'ceil', 'exp', 'ln', 'log', 'sin', 'cos', 'tan', 'sec', 'csc', 'cot', 'asin', 'acos', 'atan', 'sinh', 'cosh', 'tanh'] as const // prettier-ignore
export type FunctionName = (typeof FUNCTIONS)[number]

export const num = (n: bigint | number, d: bigint | number = 1n): Expr => ({ k: 'num', v: { n: BigInt(n), d: BigInt(d) } })
export const sym = (name: string): Expr => ({ k: 'sym', name })
export const op = (kind: '+' | '*' | '/' | '^', a: Expr, b: Expr): Expr => ({ k: 'op', op: kind, a, b })
export const fn = (name: FunctionName, ...args: Expr[]): Expr => ({ k: 'fn', name, args })

/** Variables, constants left out. */
export function variables(e: Expr, found = new Set<string>()): Set<string> {
  if (e.k === 'sym' && !CONSTANTS.has(e.name)) found.add(e.name)
  else if (e.k === 'op' || e.k === 'pm') [e.a, e.b].forEach((part) => variables(part, found))
  else if (e.k === 'neg') variables(e.a, found)
  else if (e.k === 'fn') e.args.forEach((part) => variables(part, found))
  return found
}

/** Whether the function stands in it. */
export function uses(e: Expr, name: FunctionName): boolean {
  if (e.k === 'op' || e.k === 'pm') return uses(e.a, name) || uses(e.b, name)
  if (e.k === 'neg') return uses(e.a, name)
  return e.k === 'fn' && (e.name === name || e.args.some((part) => uses(part, name)))
}

/** With numbers in the place of variables. */
export function substitute(e: Expr, values: ReadonlyMap<string, Expr>): Expr {
  if (e.k === 'sym') return values.get(e.name) ?? e
  if (e.k === 'op' || e.k === 'pm') return { ...e, a: substitute(e.a, values), b: substitute(e.b, values) }
  if (e.k === 'neg') return { ...e, a: substitute(e.a, values) }
  return e.k === 'fn' ? { ...e, args: e.args.map((part) => substitute(part, values)) } : e
}

/** One tree for each choice of signs: the upper ones, and the lower ones. */
export function signs(e: Expr): readonly Expr[] {
  return hasPm(e) ? [choose(e, 1), choose(e, -1)] : [e]
}

// --- internal ---

const CONSTANTS = new Set(['pi', 'e', 'i', 'oo'])

function hasPm(e: Expr): boolean {
  if (e.k === 'pm') return true
  if (e.k === 'op') return hasPm(e.a) || hasPm(e.b)
  return e.k === 'neg' ? hasPm(e.a) : e.k === 'fn' && e.args.some(hasPm)
}

function choose(e: Expr, sign: 1 | -1): Expr {
  if (e.k === 'pm') {
    const b = choose(e.b, sign)
    return { k: 'op', op: '+', a: choose(e.a, sign), b: e.first * sign > 0 ? b : { k: 'neg', a: b } }
  }
  if (e.k === 'op') return { ...e, a: choose(e.a, sign), b: choose(e.b, sign) }
  if (e.k === 'neg') return { k: 'neg', a: choose(e.a, sign) }
  return e.k === 'fn' ? { ...e, args: e.args.map((arg) => choose(arg, sign)) } : e
}
