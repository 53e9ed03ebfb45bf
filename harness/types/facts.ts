/** Published figures. */
import type { Unit } from '../units.ts'

/**
 * A quoted figure. Two facts about the same model, workload and metric that differ are a conflict and shown side by
 * side, unless `until` says that the one had ended when the other began (a price that was cut).
 */
export interface Fact {
  id?: string; model: string
  /** The benchmark that the figure is about (`aime-2024`); absent for prices, sizes and the like. */
  workload?: string
  metric: string; value: number; unit: Unit; low?: number; high?: number; n?: number
  source: string; url?: string; date: string; protocol?: string; note?: string
  /** ISO date from which the figure no longer held. */
  until?: string
  /** Of several conflicting facts, the one used in tables. */
  preferred?: boolean
}
/** A comparison quoted or derived from two facts, by fact id. `says` is what the source says; the ratio is computed. */
export interface Claim { id: string; title: string; numerator: string; denominator: string; says?: string; explanation: string }
