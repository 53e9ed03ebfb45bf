/** List prices of models that are sold by the token. */
import type { Origin } from '../units.ts'

/** A price list's entry. US dollars per million tokens; reasoning tokens are billed as output. Times are ISO days or instants, UTC. */
export interface ListPrice {
  model: string
  /** Who sells it: `openai`, `deepseek` … */
  provider: string
  input: number
  output: number
  /** Of input tokens that were in the provider's prompt cache; `how` says what an estimate rests on. */
  cachedInput?: { value: number; origin: Origin; how?: string }
  /** From when it held. Absent: nobody says. `firstSeen`: it may have held earlier. */
  from?: string
  firstSeen?: true
  /** When it ended. */
  until?: string
  /** Last day on which it was seen in force, where no end is known. */
  seen?: string
  source: string
  url?: string
  notes?: readonly string[]
}

/** A blend that somebody quotes, kept beside the one that follows from list prices. */
export interface QuotedBlend { model: string; provider: string; blended: number; input: number; output: number; source: string; date: string; note: string }

/** Somewhere that prices come from. Asks no network. */
export interface PriceSource {
  id: string
  title: string
  /** Entries of every time under that name or an alias of it; of all providers where none is given. */
  entries(name: string, provider: string | undefined, at: Date): Promise<readonly ListPrice[]>
  names(): Promise<readonly string[]>
  providers(): Promise<readonly string[]>
}
