/** Questions whose answers would count wrongly: they stand there more than once, or their right answer cannot be read. */
import type { Grader, Item, Warning } from '../types.ts'
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
  const tell = tellOf(workload, items)
  return [
    ...tell('duplicate-items', again, 'stand there twice, with the same answer (SOME); each counts'),
    ...tell('contradicting-items', otherwise, 'stand there twice with different right answers (SOME); at most one of each pair can be answered rightly'),
  ]
}

/** Targets that the grader cannot read: no answer to them is graded, whatever it says. */
export function unreadableTargets(workload: string, items: readonly Item[], grader: Grader): Warning[] {
  if (grader.unreadable === undefined) return []
  const found = items.flatMap((item) => {
    const why = grader.unreadable!(item)
    return why === undefined ? [] : [{ id: item.id, why }]
  })
  const ids = found.map(({ id }) => id)
  return tellOf(workload, items)(
    'unreadable-targets',
    ids,
    `have a target that the grader ${grader.id} cannot read (SOME: ${found[0]?.why}); their answers get no grade`,
  )
}

// --- internal ---

function tellOf(workload: string, items: readonly Item[]): (code: string, found: readonly string[], what: string) => Warning[] {
  return (code, found, what) => {
    const some = `${found.slice(0, 3).join(', ')}${found.length > 3 ? ' …' : ''}`
    return found.length === 0
      ? []
      : [{ code, message: `workload ${workload}: ${found.length} of ${items.length} questions ${what.replace('SOME', () => some)}` }]
  }
}
