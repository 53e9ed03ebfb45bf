/** What a person should know about an import: each sentence once, and no more of a kind than one reads. */
import type { Warning } from '../types.ts'
import type { Notes } from './answer.ts'

export interface Noted extends Notes {
  /** Everything so far, as warnings of the record. */
  warnings(model?: string): Warning[]
}

export function takeNotes(cutShort?: (where: string) => void): Noted {
  const noted = new Map<string, string>()
  return {
    add: (code, message) => void noted.set(message, code),
    ...(cutShort === undefined ? {} : { cutShort }),
    warnings: (model) => [...noted].map(([message, code]) => ({ code, message, ...(model === undefined ? {} : { model }) })),
  }
}

/** The first few of a list, and how many more there are. */
export function some(names: readonly string[], total = names.length): string {
  const shown = names.slice(0, SHOWN)
  return shown.join(', ') + (total > shown.length ? ` and ${total - shown.length} more` : '')
}

/** "1 question", "12 questions". */
export function counted(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`
}

// --- internal ---

const SHOWN = 5
