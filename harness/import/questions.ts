/**
 * The questions that the files have in common: who answered which, and whether they were the same questions. Answers are not
 * kept; memory grows with the number of questions and the length of their right answers.
 */
import { createHash } from 'node:crypto'
import { HarnessError } from '../errors.ts'
import type { Item } from '../types.ts'
import { itemHash } from '../workloads/index.ts'
import type { Answer } from './answer.ts'
import type { Contestant } from './contestant.ts'
import { createIssues, type Issues } from './issues.ts'
import { takeNotes } from './notes.ts'

/**
 * `id`: by the names of the questions, and their texts may differ (a prompt that was changed). `hash`: by the text of the
 * question, and names do not count. `auto`: by name where all files have names, and the texts must agree.
 */
export type MatchBy = 'auto' | 'id' | 'hash'

export interface Question {
  readonly id: string
  hash: string
  target?: string
  slice?: string
  cluster?: string
  /** Of the text, where a file told it. */
  prompt?: string
}

export interface Tally {
  answers: number
  scores: number
  times: number
  repeats: number
}

export interface Questions {
  readonly by: 'id' | 'hash'
  readonly all: ReadonlyMap<string, Question>
  /** The question of an answer. */
  of(answer: Answer): Question
  /** By contestant, in their order. */
  readonly tallies: readonly Tally[]
  /** By contestant: questions that its file does not answer. */
  missing(index: number): readonly Question[]
  /** What was left out or is worth knowing. */
  readonly issues: Issues
}

export interface MatchOptions {
  by: MatchBy
  allowMissing: boolean
  /** The questions with their right answers; what they say wins over the files. */
  dataset?: { file: string; items: ReadonlyMap<string, Item> }
  signal: AbortSignal
}

/** Reads all files once. Throws HarnessError `data` that names every difference between them. */
export async function matchQuestions(contestants: readonly Contestant[], options: MatchOptions): Promise<Questions> {
  const by = await chooseMatch(contestants, options)
  const issues = createIssues(contestants, options)
  const all = new Map<string, Question>()
  for (const item of options.dataset?.items.values() ?? []) addItem(all, item, by)
  const tallies: Tally[] = contestants.map(() => ({ answers: 0, scores: 0, times: 0, repeats: 1 }))
  const seen = contestants.map(() => new Set<string>())
  for (const index of await targetsFirst(contestants)) {
    const notes = takeNotes(options.allowMissing ? (where) => issues.cutShort(index, where) : undefined)
    for await (const answer of contestants[index]!.source.answers(notes)) {
      const key = keyOf(answer, by)
      const repeat = answer.repeat ?? 0
      const place = repeat === 0 ? key : `${key}\u0000${repeat}`
      if (seen[index]!.has(place)) {
        issues.twice(index, answer.id ?? answer.where)
        continue
      }
      seen[index]!.add(place)
      count(tallies[index]!, answer, repeat)
      const known = all.get(key)
      if (known === undefined && options.dataset !== undefined) issues.unknown(index, answer.id ?? answer.where)
      else if (known === undefined) all.set(key, newQuestion(answer, key, by))
      else compare(known, answer, index, { by, issues, dataset: options.dataset !== undefined })
    }
  }
  const missing = (index: number): Question[] => [...all].flatMap(([key, question]) => (seen[index]!.has(key) ? [] : [question]))
  contestants.forEach((_, index) =>
    issues.missing(
      index,
      missing(index).map(({ id }) => id),
      all.size,
    ),
  )
  issues.refuse()
  return { by, all, tallies, missing, issues, of: (answer) => all.get(keyOf(answer, by))! }
}

// --- internal ---

/** The first answer of a file tells what to expect of the others. */
async function firstAnswer({ source }: Contestant): Promise<Answer | undefined> {
  for await (const answer of source.answers({ add: () => {}, cutShort: () => {} })) return answer
  return undefined
}

async function chooseMatch(contestants: readonly Contestant[], { by, dataset }: MatchOptions): Promise<'id' | 'hash'> {
  const firsts = await Promise.all(contestants.map(firstAnswer))
  const empty = firsts.indexOf(undefined)
  if (empty >= 0) throw new HarnessError('data', `${contestants[empty]!.label} holds no answers`, { hint: 'was it written to the end?' })
  const without = (has: (answer: Answer) => boolean): string | undefined => contestants.find((_, index) => !has(firsts[index]!))?.label
  const [noId, noPrompt] = [without(({ id }) => id !== undefined), without(({ prompt }) => prompt !== undefined)]
  if (by === 'id' || (by === 'auto' && noId === undefined)) {
    if (noId !== undefined)
      throw new HarnessError('data', `${noId} does not name its questions, so that they cannot be matched by id`, {
        hint: 'give every line an "id", or match by text: --by hash',
      })
    return 'id'
  }
  if (noPrompt === undefined) return 'hash'
  throw new HarnessError('data', `${noPrompt} has no text of its questions${by === 'hash' ? '' : `, and ${noId} no ids`}, so that they cannot be matched`, {
    hint: dataset === undefined ? 'give every line an "id", the same in all files' : 'give every line the "id" that its question has in the dataset',
  })
}

/** Files that tell right answers come first, so that a question's hash holds its right answer whatever the order on the command line. */
async function targetsFirst(contestants: readonly Contestant[]): Promise<number[]> {
  const firsts = await Promise.all(contestants.map(firstAnswer))
  const order = contestants.map((_, index) => index)
  return order.sort((a, b) => Number(firsts[b]?.target !== undefined) - Number(firsts[a]?.target !== undefined) || a - b)
}

function keyOf(answer: Answer, by: 'id' | 'hash'): string {
  if (by === 'hash' && answer.prompt !== undefined) return itemHash(answer.prompt)
  if (by === 'id' && answer.id !== undefined) return answer.id
  throw new HarnessError('data', `${answer.where} has no ${by === 'hash' ? 'text of its question' : '"id"'}, and the answers before it have one`)
}

function count(tally: Tally, answer: Answer, repeat: number): void {
  tally.answers += 1
  tally.repeats = Math.max(tally.repeats, repeat + 1)
  if (answer.score !== undefined) tally.scores += 1
  if (answer.latencyMs !== undefined || answer.ttftMs !== undefined) tally.times += 1
}

function addItem(all: Map<string, Question>, { id, hash, prompt, target, slice, cluster }: Item, by: 'id' | 'hash'): void {
  all.set(by === 'hash' ? itemHash(prompt) : id, { id, hash, ...optional({ target, slice, cluster }) })
}

function newQuestion(answer: Answer, key: string, by: 'id' | 'hash'): Question {
  const { id, target, slice, cluster } = answer
  return { id: id ?? key, hash: hashOf(answer, target), ...optional({ target, slice, cluster, prompt: promptOf(answer, by) }) }
}

/** Without its text a question is known by its name alone. */
function hashOf({ prompt, id }: Answer, target: string | undefined): string {
  return itemHash(prompt ?? `id: ${id ?? ''}`, target)
}

function promptOf({ prompt }: Answer, by: 'id' | 'hash'): string | undefined {
  if (prompt === undefined || by === 'hash') return undefined
  return createHash('sha256').update(JSON.stringify(prompt)).digest('hex').slice(0, 16)
}

function compare(known: Question, answer: Answer, index: number, { by, issues, dataset }: { by: 'id' | 'hash'; issues: Issues; dataset: boolean }): void {
  const prompt = promptOf(answer, by)
  if (known.prompt !== undefined && prompt !== undefined && known.prompt !== prompt) {
    issues.otherPrompt(index, known.id)
    if (!dataset) known.hash = itemHash(`id: ${known.id}`, known.target) // its text says nothing any more
  }
  if (known.target !== undefined && answer.target !== undefined && known.target.trim() !== answer.target.trim()) issues.otherTarget(index, known.id)
  if (known.prompt === undefined && prompt !== undefined) {
    known.prompt = prompt
    if (!dataset) known.hash = hashOf(answer, known.target ?? answer.target)
  }
  for (const field of ['target', 'slice', 'cluster'] as const) {
    const told = answer[field]
    if (known[field] === undefined && told !== undefined) known[field] = told
  }
}

/** Without the members that are undefined. */
function optional<T extends object>(members: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as { [K in keyof T]: Exclude<T[K], undefined> }
}
