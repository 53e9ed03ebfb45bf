/**
 * Integer expressions: `+ - * /`, signs and brackets, read by hand; nothing is evaluated as code.
 *
 *     sum     = product (('+' | '-') product)*
 *     product = factor (('*' | '×' | '/' | '÷') factor)*
 *     factor  = ('+' | '-') factor | '(' sum ')' | digits
 */

/** The value, or undefined where the text is no expression or the value no safe integer (also between the steps). */
export function evaluate(text: string): number | undefined {
  const reader: Reader = { text, at: 0, depth: 0 }
  const value = sum(reader)
  skipSpace(reader)
  return value === undefined || reader.at < text.length ? undefined : value + 0 // 0 * -1 is a plain zero
}

/** The last expression with an operator in a text (`What is 3 + 4*5?`): how it is written, and its value. */
export function findExpression(text: string): { expression: string; value: number } | undefined {
  const runs = text.slice(-MAX_SEARCHED).match(/[\d+\-*×/÷() ]+/g) ?? []
  for (const run of runs.toReversed()) {
    const expression = run.trim()
    if (!/\d\s*\)*\s*[+\-*×/÷]/.test(expression)) continue
    const value = evaluate(expression)
    if (value !== undefined) return { expression, value }
  }
  return undefined
}

// --- internal ---

const MAX_SEARCHED = 4000
const MAX_DEPTH = 64

interface Reader {
  text: string
  at: number
  depth: number
}

function sum(reader: Reader): number | undefined {
  let value = product(reader)
  for (;;) {
    const operator = take(reader, '+-')
    if (value === undefined || operator === undefined) return value
    const right = product(reader)
    value = right === undefined ? undefined : safe(operator === '+' ? value + right : value - right)
  }
}

function product(reader: Reader): number | undefined {
  let value = factor(reader)
  for (;;) {
    const operator = take(reader, '*×/÷')
    if (value === undefined || operator === undefined) return value
    const right = factor(reader)
    value = right === undefined ? undefined : safe(operator === '*' || operator === '×' ? value * right : value / right)
  }
}

function factor(reader: Reader): number | undefined {
  const sign = take(reader, '+-')
  const opened = sign ?? take(reader, '(')
  if (opened === undefined) return digits(reader)
  reader.depth += 1
  if (reader.depth > MAX_DEPTH) return undefined
  const value = opened === '(' ? sum(reader) : factor(reader)
  reader.depth -= 1
  if (opened === '(' && take(reader, ')') === undefined) return undefined
  return value === undefined || opened !== '-' ? value : 0 - value
}

function digits(reader: Reader): number | undefined {
  skipSpace(reader)
  const from = reader.at
  while (isDigit(reader.text.charCodeAt(reader.at))) reader.at += 1
  return reader.at === from ? undefined : safe(Number(reader.text.slice(from, reader.at)))
}

function take(reader: Reader, characters: string): string | undefined {
  skipSpace(reader)
  const next = reader.text[reader.at]
  if (next === undefined || !characters.includes(next)) return undefined
  reader.at += 1
  return next
}

function skipSpace(reader: Reader): void {
  while (reader.text[reader.at] === ' ') reader.at += 1
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57
}

/** A division that leaves a rest, and a number that a double does not hold exactly, are no answer. */
function safe(value: number): number | undefined {
  return Number.isSafeInteger(value) ? value : undefined
}
