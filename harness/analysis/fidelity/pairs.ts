/** Graded answers of a model and its teacher to the same item in the same repeat. */
import type { Sample } from '../../types.ts'
import { whyEmpty, type Group } from '../groups.ts'

export interface AnswerPair {
  cluster: string
  model: Sample
  teacher: Sample
}

/** Pairs under the first load, in the order of the suite, that has any; otherwise why there are none. */
export type Paired = { load: string; pairs: readonly AnswerPair[] } | { why: string }

/** `own` and `base` are all groups of one workload. */
export function answerPairs(own: readonly Group[], base: readonly Group[]): Paired {
  for (const group of own) {
    const other = base.find(({ load }) => load === group.load)
    const pairs = other === undefined ? [] : pairsOf(group.graded, other.graded)
    if (pairs.length > 0) return { load: group.load, pairs }
  }
  for (const [whose, groups] of [
    ['model', own],
    ['teacher', base],
  ] as const) {
    const first = groups[0]
    if (first === undefined) return { why: `the ${whose} was not asked` }
    if (groups.every(({ samples }) => samples.length === 0)) {
      const why = whyEmpty(first)
      return { why: `the ${whose} gave no answer (${why.state === 'absent' ? why.why : why.error.message})` }
    }
  }
  return { why: 'no item has a graded answer of both' }
}

/** What the grader took from the text; the text itself where it takes nothing out. */
export function answerOf({ grade, text }: Sample): string {
  return grade?.answer ?? text.trim()
}

export function scoreOf({ grade }: Sample): number {
  return grade?.score ?? 0
}

// --- internal ---

function pairsOf(own: readonly Sample[], base: readonly Sample[]): AnswerPair[] {
  const usable = ({ grade, finish }: Sample): boolean => grade !== undefined && finish !== 'error'
  const keyOf = ({ item, itemHash, key }: Sample): string => JSON.stringify([item, itemHash, key.repeat])
  const theirs = new Map(base.filter(usable).map((sample) => [keyOf(sample), sample]))
  return own.filter(usable).flatMap((model): AnswerPair[] => {
    const teacher = theirs.get(keyOf(model))
    return teacher === undefined ? [] : [{ cluster: model.cluster ?? model.item, model, teacher }]
  })
}
