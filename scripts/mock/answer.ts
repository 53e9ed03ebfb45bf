/** What the mock says: tokens known before the first is sent, so that the truth of a request is known as well. */
import { createRandom, fnv1a } from '../../harness/random.ts'
import { findExpression } from './expression.ts'
import type { Profile } from './profile.ts'
import { randomTokens, randomWideTokens, tokenize } from './text.ts'

export interface Question {
  /** All that the model reads. */
  prompt: string
  /** The last message, in which the question is looked for. */
  question: string
  seed: number
  maxTokens: number | undefined
  stop: readonly string[]
  /** Go on to `maxTokens`, whatever the answer. */
  ignoreEnd: boolean
  /** Letters of several bytes. */
  wide: boolean
}
export interface Answer {
  reasoning: readonly string[]
  tokens: readonly string[]
  finish: 'stop' | 'length'
}

/** The same profile, seed and question give the same answer. */
export function answerTo(profile: Profile, seed: number, question: Question): Answer {
  const parts = [seed, profile.name, fnv1a(question.prompt), question.seed]
  const limit = question.maxTokens ?? Infinity
  const reasoning = randomTokens(Math.min(profile.reasoningTokens, limit), 'reasoning', ...parts)
  const whole = contentOf(profile, seed, question, parts)
  const cut = cutAtStop(whole, question.stop)
  const room = limit - reasoning.length
  const content = cut.tokens.slice(0, Number.isFinite(room) ? room : undefined)
  if (!question.ignoreEnd || cut.stopped || question.maxTokens === undefined)
    return { reasoning, tokens: content, finish: content.length < cut.tokens.length || (content.length === 0 && room <= 0) ? 'length' : 'stop' }
  return { reasoning, tokens: [...content, ...filler(question.wide, room - content.length, parts)], finish: 'length' }
}

/** The answer that a grader would expect; undefined where the question is not known. */
export function knownAnswer(profile: Pick<Profile, 'answers'>, question: string): { text: string; expression: string } | undefined {
  const asked = question.trim()
  if (Object.hasOwn(profile.answers, asked)) return { text: profile.answers[asked]!, expression: asked }
  const contained = Object.keys(profile.answers).filter((key) => key !== '' && asked.includes(key))
  const longest = contained.toSorted((a, b) => b.length - a.length)[0]
  if (longest !== undefined) return { text: profile.answers[longest]!, expression: longest }
  const found = findExpression(asked)
  return found && { text: String(found.value), expression: found.expression }
}

/** What the model takes for the answer to a question that it knows: the right one, or by its accuracy another. */
export function beliefOf(profile: Profile, seed: number, question: string): string | undefined {
  const known = knownAnswer(profile, question)
  if (known === undefined) return undefined
  const luck = createRandom('accuracy', seed, profile.name, known.expression)
  return luck.next() < profile.accuracy ? known.text : wrongAnswer(known.text, profile, luck.int(9))
}

// --- internal ---

function contentOf(profile: Profile, seed: number, question: Question, parts: readonly (string | number)[]): string[] {
  const known = knownAnswer(profile, question.question)
  if (known === undefined) {
    const { min, max } = profile.outputTokens
    return filler(question.wide, min + createRandom('length', ...parts).int(max - min + 1), parts)
  }
  // Whether a question is answered right depends on model and question alone: asked again, the answer is the same.
  const text = beliefOf(profile, seed, question.question) ?? known.text
  return tokenize(profile.answerText.replaceAll('{expression}', known.expression).replaceAll('{answer}', text))
}

/** A number that is off by 1 to 9, or the answer to another question. */
function wrongAnswer(right: string, { answers }: Profile, luck: number): string {
  if (/^-?\d{1,15}$/.test(right)) return String(Number(right) + 1 + luck)
  const others = [...new Set(Object.values(answers))].filter((other) => other !== right)
  return others[luck % Math.max(1, others.length)] ?? 'unknown'
}

function filler(wide: boolean, n: number, parts: readonly (string | number)[]): string[] {
  return (wide ? randomWideTokens : randomTokens)(n, ...parts)
}

/** Ends the text in front of the first stop sequence; the token that holds its beginning is cut. */
function cutAtStop(tokens: readonly string[], stop: readonly string[]): { tokens: string[]; stopped: boolean } {
  const text = tokens.join('')
  const at = Math.min(...stop.filter((word) => word !== '').map((word) => text.indexOf(word)).filter((index) => index >= 0)) // prettier-ignore
  if (at === Infinity) return { tokens: [...tokens], stopped: false }
  const kept: string[] = []
  for (let length = 0, i = 0; length < at; i++) {
    kept.push(tokens[i]!.slice(0, at - length))
    length += tokens[i]!.length
  }
  return { tokens: kept, stopped: true }
}
