import { lastBoxed } from '../boxed.ts'
import { graderKind, type Verdict } from '../grader.ts'
import { readAnswer } from '../math/answer.ts'
import { compareAnswers } from '../math/compare.ts'
import { proveAll } from '../math/prover.ts'
import { clip } from '../text.ts'

/**
 * The answer is the same mathematics as the target: the last `\boxed{}`, else what stands behind "answer is" or "답은", else the last
 * formula between dollar signs, else the last line. Fractions are compared exactly, other expressions by their values to sixty
 * digits, at several points where there are variables; where they have none, by algebra; in a thread with limits. What can be
 * neither proved nor refuted is wrong, and the detail says so. Units, degrees and the name in `x = 5` are left out of account; lists
 * and sets may come in any order, but must be whole.
 */
export const math = graderKind<Record<never, never>>({
  summary: 'the answer (\\boxed or the last formula) is the same mathematics as the target',
  version: '2',
  shape: {},
  judge: () => (text, target) => {
    const { verdict } = look(text, target)
    return verdict
  },
  settle: () => async (text, target, _extra, signal) => {
    const { verdict, pairs, apart } = look(text, target)
    if (pairs === undefined) return verdict
    const proof = await proveAll(pairs, signal)
    const { unsettled: _, ...rest } = verdict
    if (proof === 'yes') return { ...rest, correct: true }
    if (proof === 'no') return apart ? { ...rest, correct: false } : { ...rest, correct: false, detail: 'equal to fifteen digits, but not to sixty' }
    return { ...rest, correct: false, detail: UNDECIDED[proof] }
  },
})

// --- internal ---

const UNDECIDED = {
  unknown: 'undecided, so not right: no values could be compared with those of the target, and algebra proves nothing',
  timeout: 'undecided, so not right: comparing it with the target took longer than it may',
} as const

type Pairs = Parameters<typeof proveAll>[0]

function look(text: string, target: string): { verdict: Verdict; pairs?: Pairs; apart?: boolean } {
  const wanted = readAnswer(lastBoxed(target) ?? target)
  const found = formulaOf(text)
  if (found === undefined) return { verdict: { correct: false, detail: 'no answer was found' } }
  const given = readAnswer(found)
  const answer = clip(found.trim())
  const result = compareAnswers(given, wanted)
  if (result === undefined) {
    const unread = given.answer === undefined ? 'the answer' : 'the target'
    return { verdict: { correct: false, answer, detail: `${unread} could not be read as mathematics` } }
  }
  if (result.is === 'open') return { verdict: { correct: false, answer, unsettled: true }, pairs: result.pairs, apart: result.apart }
  return { verdict: { correct: result.is === 'yes', answer } }
}

/** An answer stands at the end. */
const LONGEST = 65_536

function formulaOf(text: string): string | undefined {
  const tail = text.length > LONGEST ? text.slice(-LONGEST) : text
  const boxed = lastBoxed(tail)
  if (boxed !== undefined) return boxed
  const phrase = afterPhrase(tail)
  const formula = lastFormula(phrase ?? tail)
  if (formula !== undefined) return formula
  const line = phrase ?? tail.trim().split('\n').at(-1)?.trim()
  return line === undefined || line === '' ? undefined : line.replace(/^[*\s]{1,8}|[*\s]{1,8}$/g, '')
}

function afterPhrase(text: string): string | undefined {
  let from = -1
  for (const match of text.matchAll(/\banswers?(?:\s{1,4}(?:is|are)(?!\s{1,4}not\b)|\s{0,4}:)|(?:정답|답)(?:은|이|\s{0,4}:)/gi))
    from = match.index + match[0].length
  if (from < 0) return undefined
  const rest = text.slice(from).replace(/^[\s:*]{1,16}/, '')
  const line = rest.split('\n', 1)[0]!.replace(/\s?(?:입니다|이다)\.?$/, '')
  const sentence = /^(.*?)\.(?:\s|$)/.exec(line.slice(0, 2000))?.[1] ?? line
  return sentence.trim() === '' ? undefined : sentence
}

function lastFormula(text: string): string | undefined {
  const close = text.lastIndexOf('$')
  if (close > 0) {
    const end = text[close - 1] === '$' ? close - 1 : close
    const open = text.lastIndexOf('$', end - 1)
    if (open >= 0 && text[open - 1] !== '\\' && end > open + 1) return text.slice(open + 1, end)
  }
  const [begin, stop] = [Math.max(text.lastIndexOf('\\('), text.lastIndexOf('\\[')), Math.max(text.lastIndexOf('\\)'), text.lastIndexOf('\\]'))]
  return begin >= 0 && stop > begin ? text.slice(begin + 2, stop) : undefined
}
