/** Meters: raw series only, no arithmetic. */
import type { Origin, Unit } from '../units.ts'
import type { GpuIdentity } from './model.ts'
import type { Observed } from './observed.ts'

export interface Meter extends Channel {
  readonly id: string
  readonly summary: string
  readonly unit: Unit
  readonly origin: Origin
  /** Calls a native library, so it gets a process of its own, and is probed in one. */
  readonly native?: boolean
  /** What the suite says of it; absent for the meters that every machine may have. */
  readonly spec?: MeterSpec
  /** How it would measure here, or why it cannot; never throws. */
  probe(signal: AbortSignal): Promise<Observed<string>>
  /** `clock` gives milliseconds on the run clock. */
  start(clock: () => number, context: MeterContext): Promise<MeterSession>
}
export interface MeterContext { intervalMs: number; pid?: number; signal: AbortSignal; /** The GPU that the model computes on. */ gpu?: GpuIdentity; onReading?: (t: number, v: number) => void }
/** `notes`: what a reader of its figures must know. */
export interface MeterSession { notes?: readonly string[]; stop(): Promise<Series> }
export interface Series extends Channel {
  meter: string; unit: Unit; origin: Origin; how: string; t: readonly number[]; v: readonly number[]
  /** Times without readings although there should have been some, and why. */
  gaps?: readonly Gap[]
}
export interface Gap {
  startMs: number; endMs: number; why: string
  /** A counter does not go on across it: its devices changed, or it was reset. */
  breaks?: true
}

/** What a series tells about. */
export interface Channel {
  /** `counter`: joules since some moment, only rising; `instant`: watts now; `average`: watts, mean over about the last second. */
  readonly kind?: 'counter' | 'instant' | 'average'
  /** `package`: a CPU; `dram`: its memory; `system`: the whole machine by its own sensor; `wall`: at the socket. */
  readonly scope?: 'gpu' | 'package' | 'dram' | 'system' | 'wall'
  /** Name of the GPU or processor, with a count where there are several. */
  readonly device?: string
  /** The only model that it sees, where it stands beside that model's server. */
  readonly model?: string
}

/** A meter that the suite describes, since only its author knows of it. */
export type MeterSpec =
  | { kind: 'prometheus'; id: string; url: string; metric?: string; unit?: 'J' | 'W'; scale?: number; labels?: Readonly<Record<string, string>>; model?: string }
  | { kind: 'wall'; id: string; file: string; model?: string; clockOffsetMs?: number; zone?: string }
