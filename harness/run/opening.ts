/** Prompts that begin anew for every request, so that no prefix cache can know them: not from a round, a cell or a run before. */
import { createRandom } from '../random.ts'
import type { Opening, Request } from '../types.ts'

/** Differs between cells and, by the origin of the clock, between runs. */
export const saltOf = (cell: string, originNs: string): string => `${cell}\u0000${originNs}`

/** The request with other words in its opening; those follow from salt and number. As many words as before, so as many tokens. */
export function reopen(request: Request, opening: Opening | undefined, salt: string, number: number): Request {
  if (opening === undefined || typeof request.prompt !== 'string') return request
  const random = createRandom(salt, number)
  const words = Array.from({ length: opening.count }, () => opening.words[random.int(opening.words.length)]!)
  return { ...request, prompt: request.prompt.slice(0, opening.at) + words.join(' ') + request.prompt.slice(opening.end) }
}
