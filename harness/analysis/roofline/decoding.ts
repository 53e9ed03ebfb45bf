/** How long requests were decoded, how many together, and what contexts they had. */
import { type Group } from '../groups.ts'
import { isAnswered } from '../table/rows.ts'
import { tpotOf } from '../values.ts'

export interface Decoding {
  /** Mean number of requests that were decoded together, over the time in which any was. */
  batch: number
  /** Tokens of context before a decoded token, mean over the tokens. */
  context: number
  /** By unit of work: tokens after the first, and seconds in which they came, each request for itself. */
  tokens: Float64Array
  seconds: Float64Array
}

/** From the first to the last token of each answer. Undefined where no answer has two tokens whose times are known. */
export function decodingOf({ units, table, samples }: Group): Decoding | undefined {
  const [tokens, seconds] = [new Float64Array(units.length), new Float64Array(units.length)]
  const spans: { from: number; to: number }[] = []
  let [sum, contexts] = [0, 0]
  for (let unit = 0; unit < units.length; unit++) {
    for (let at = units.from[unit]!; at < units.from[unit + 1]!; at++) {
      const row = samples[units.members[at]!]!
      const each = isAnswered(table, row) ? tpotOf(table, row) : undefined
      if (each === undefined) continue
      const [from, to] = [table.tokenMs[table.tokenFrom[row]!]!, table.tokenMs[table.tokenFrom[row + 1]! - 1]!]
      const count = (to - from) / each
      tokens[unit]! += count
      seconds[unit]! += (to - from) / 1000
      contexts += count * (table.promptTokens[row]! + 1 + (count - 1) / 2)
      sum += count
      spans.push({ from, to })
    }
  }
  const busy = unionOf(spans)
  if (!(sum > 0 && busy > 0)) return undefined
  return { batch: (1000 * seconds.reduce((all, one) => all + one, 0)) / busy, context: contexts / sum, tokens, seconds }
}

// --- internal ---

/** Length of the time in which there was at least one. */
function unionOf(spans: { from: number; to: number }[]): number {
  let [length, until] = [0, -Infinity]
  for (const { from, to } of spans.sort((a, b) => a.from - b.from)) {
    length += Math.max(0, to - Math.max(from, until))
    until = Math.max(until, to)
  }
  return length
}
