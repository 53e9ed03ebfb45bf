/** Questions that stand there more than once. */
import type { Item, Warning } from '../types.ts'
import { itemHash } from '../workloads/index.ts'

/** Twice with the same answer, which counts twice and is not independent; or with another one, so that one of the two must be wrong. */
export function duplicates(workload: string, items: readonly Item[]): Warning[] {
  const [byItem, byPrompt] = [new Map<string, string>(), new Map<string, string>()]
  const [again, otherwise]: [string[], string[]] = [[], []]
  for (const { id, hash, prompt, target } of items) {
    const asked = target === undefined ? hash : itemHash(prompt)
    const [same, similar] = [byItem.get(hash), byPrompt.get(asked)]
    if (same !== undefined) again.push(`${id} is ${same}`)
    else if (similar !== undefined) otherwise.push(`${id} asks what ${similar} asks`)
    if (same === undefined) byItem.set(hash, id)
    if (similar === undefined) byPrompt.set(asked, id)
  }
  const tell = (code: string, found: readonly string[], what: string): Warning[] => {
    const some = `${found.slice(0, 3).join(', ')}${found.length > 3 ? ' …' : ''}`
    return found.length === 0 ? [] : [{ code, message: `workload ${workload}: ${found.length} of ${items.length} questions ${what.replace('SOME', some)}` }]
  }
  return [
    ...tell('duplicate-items', again, 'stand there twice, with the same answer (SOME); each counts'),
    ...tell('contradicting-items', otherwise, 'stand there twice with different right answers (SOME); at most one of each pair can be answered rightly'),
  ]
}
