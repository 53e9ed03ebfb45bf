/** Where files differ: how often, the first few names, and what to do; all of it in one message. */
import { HarnessError } from '../errors.ts'
import type { Warning } from '../types.ts'
import type { Contestant } from './contestant.ts'
import { counted, some } from './notes.ts'
import type { MatchOptions } from './questions.ts'

export interface Issues {
  /** The question was answered before in the same file. */
  twice(index: number, id: string): void
  /** The dataset has no such question. */
  unknown(index: number, id: string): void
  otherPrompt(index: number, id: string): void
  otherTarget(index: number, id: string): void
  cutShort(index: number, where: string): void
  missing(index: number, ids: readonly string[], of: number): void
  /** Throws HarnessError `data` where something makes the comparison wrong. */
  refuse(): void
  /** What was found and let pass. */
  warnings(): Warning[]
}

type Kind = 'twice' | 'unknown' | 'otherPrompt' | 'otherTarget' | 'missing'

export function createIssues(contestants: readonly Contestant[], options: Pick<MatchOptions, 'by' | 'allowMissing' | 'dataset'>): Issues {
  const found = new Map<string, { kind: Kind; index: number; ids: string[]; total: number; of: number }>()
  const cut = new Map<number, string>()
  const add = (kind: Kind, index: number, id: string): void => {
    const entry = found.get(`${kind} ${index}`) ?? { kind, index, ids: [], total: 0, of: 0 }
    entry.total += 1
    if (entry.ids.length < KEPT) entry.ids.push(id)
    found.set(`${kind} ${index}`, entry)
  }
  const dataset = options.dataset?.file
  const others = (index: number): string =>
    dataset ??
    contestants
      .filter((_, other) => other !== index)
      .map(({ label }) => label)
      .join(' and ')
  const sentence = ({ kind, index, ids, total, of }: Entry): string =>
    SENTENCES[kind]({ file: contestants[index]!.label, others: others(index), names: some(ids, total), total, of })
  const passes = ({ kind }: Entry): boolean => (kind === 'missing' && options.allowMissing) || (kind === 'otherPrompt' && options.by === 'id')
  return {
    twice: (index, id) => add('twice', index, id),
    unknown: (index, id) => add('unknown', index, id),
    otherPrompt: (index, id) => add('otherPrompt', index, id),
    otherTarget: (index, id) => add('otherTarget', index, id),
    cutShort: (index, where) => void cut.set(index, where),
    missing(index, ids, of) {
      if (ids.length > 0) found.set(`missing ${index}`, { kind: 'missing', index, ids: ids.slice(0, KEPT), total: ids.length, of })
    },
    refuse() {
      const fatal = [...found.values()].filter((entry) => !passes(entry))
      const [first] = fatal
      if (first === undefined) return
      const gaps = fatal.filter(({ kind }) => kind === 'missing')
      const nothingInCommon = gaps.length > 1 && gaps.reduce((sum, { total }) => sum + total, 0) >= gaps[0]!.of
      throw new HarnessError('data', fatal.map(sentence).join('; '), {
        hint:
          nothingInCommon && options.by !== 'hash'
            ? 'nothing matches: are the ids those of one dataset? --by hash matches by the text of the question'
            : HINTS[first.kind],
      })
    },
    warnings: () => [
      ...[...cut].map(([index, where]) => ({ code: 'cut-short', message: `${where} is cut short and was left out.`, model: contestants[index]!.id })),
      ...[...found.values()]
        .filter(passes)
        .map((entry) => ({ code: CODES[entry.kind], message: `${sentence(entry)}${AFTER[entry.kind] ?? ''}.`, model: contestants[entry.index]!.id })),
    ],
  }
}

// --- internal ---

/** Names that are kept of each kind; fewer are shown. */
const KEPT = 10

type Entry = { kind: Kind; index: number; ids: string[]; total: number; of: number }
interface Words {
  file: string
  others: string
  names: string
  total: number
  of: number
}

const SENTENCES: Readonly<Record<Kind, (words: Words) => string>> = {
  twice: ({ file, names, total }) => `${file} answers ${counted(total, 'question')} more than once: ${names}`,
  unknown: ({ file, others, names, total }) => `${file} answers ${counted(total, 'question')} that ${others} does not have: ${names}`,
  otherPrompt: ({ file, others, names, total }) => `${file} has another text than ${others} for ${counted(total, 'question')}: ${names}`,
  otherTarget: ({ file, others, names, total }) => `${file} has another right answer than ${others} for ${counted(total, 'question')}: ${names}`,
  missing: ({ file, others, names, total, of }) =>
    `${file} has no answer to ${total} of the ${counted(of, 'question')} of ${others === '' ? 'the dataset' : others}: ${names}`,
}

const HINTS: Readonly<Record<Kind, string>> = {
  twice: 'keep one answer to each; several on purpose are numbered: "repeat": 0, 1, …',
  unknown: 'give the dataset that the answers were made from',
  otherPrompt: 'models are compared on the same questions; where the prompt was changed on purpose, --by id matches by name alone',
  otherTarget: 'were the answers made from two versions of the dataset?',
  missing: 'bring the missing answers; --allow-missing counts them as failed',
}

const CODES: Readonly<Record<Kind, string>> = {
  twice: 'duplicate-answers',
  unknown: 'unknown-questions',
  otherPrompt: 'other-prompts',
  otherTarget: 'other-targets',
  missing: 'missing-answers',
}

const AFTER: Readonly<Partial<Record<Kind, string>>> = { missing: '; they count as failed', otherPrompt: '; they were matched by name' }
