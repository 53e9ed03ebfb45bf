/** Seams between the parts. */
import type { Failure } from '../errors.ts'
import type { TokenScore } from './fidelity.ts'
import type { Judgement } from './judge.ts'
import type { Series } from './meter.ts'
import type { CellKey, RunRecord, Sample, SequentialStop, StudentLook, Warning } from './record.ts'
import type { DataSource, Item, Suite } from './suite.ts'

/** A suite with the place it came from. `file` is what a message names; paths in the suite are relative to `dir`. */
export interface LoadedSuite { suite: Suite; file: string; dir: string }

/** Everything that will run, in order. Deterministic from suite and seed. */
export interface Plan {
  /** `skip`: why the cell will not be run; its requests are not counted. */
  cells: readonly { id: string; key: CellKey; items: readonly Item[]; skip?: string }[]
  workloads: readonly { id: string; items: readonly Item[]; itemsHash: string; sources?: readonly DataSource[] }[]
  /** What a reader of the figures must know about the items. */
  warnings?: readonly Warning[]
  /** Requests over all cells, warm-up left out; output tokens at most. */
  requests: number
  maxOutputTokens: number
}

export type SeriesRecord = Series & { cell: string; phase: 'idle' | 'measure' | 'idle-after' }
/** A run as read back from disk. */
export interface StoredRun { record: RunRecord; samples: readonly Sample[]; series: readonly SeriesRecord[]; scores?: readonly TokenScore[]; judgements?: readonly Judgement[]; dir: string }

/** What the runner tells; reporters decide how it looks. `requestsDone` counts over the whole run. */
export type RunEvent =
  | { type: 'run-start'; id: string; dir: string; cells: number; cellsDone: number; requests: number; requestsDone: number }
  | { type: 'cell-start'; cell: string; key: CellKey; requests: number }
  | { type: 'cell-phase'; cell: string; phase: 'open' | 'idle' | 'warmup' | 'measure' | /** Everything is asked, and graders that take their time are at work. */ 'grade' }
  | { type: 'sample'; cell: string; key: CellKey; outputTokens: number; ms: number; correct?: number; failed: boolean; /** What a model that graded it took. */ gradingUsd?: number; requestsDone: number }
  | { type: 'cell-end'; cell: string; key: CellKey; state: 'done' | 'failed' | 'skipped' | 'recorded'; error?: Failure; /** Why it was skipped. */ why?: string; /** Requests of the run that are no longer asked because of it. */ notAsked?: number; cellsDone: number }
  /** The results were looked at; `stopped` says that asking ends here. */
  | { type: 'look'; look: number; students: readonly StudentLook[]; stopped?: SequentialStop }
  /** Everything is asked, and models are compared with the teacher token by token on so many of its answers each. */
  | { type: 'scoring'; models: readonly string[]; answers: number }
  /** One of those answers is read; `done` of `of` readings, over all models. */
  | { type: 'scored'; model: string; done: number; of: number }
  /** Everything is asked, and the judge compares so many pairs of answers. */
  | { type: 'judging'; pairs: number }
  /** `usd` is what the judge has cost so far, where its price is known. */
  | { type: 'judged'; model: string; done: number; of: number; usd?: number }
  /** Answers of a run that has ended are graded once more: so many of them. */
  | { type: 'grading'; answers: number }
  | { type: 'graded'; model: string; done: number; of: number; usd?: number }
  | { type: 'warning'; warning: Warning }
  | { type: 'run-end'; state: RunRecord['state']; cellsFailed: number }
