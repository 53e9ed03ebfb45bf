/** What has happened in a run so far: kept on disk, counted, and told to whoever listens. */
import type { CellRecord, Judgement, RunEvent, RunRecord, Sample, SequentialRecord, SeriesRecord, TokenScore, Warning } from '../types.ts'
import type { RunStore } from './store/write.ts'

export interface Journal {
  readonly record: RunRecord
  sample(sample: Sample): void
  series(series: SeriesRecord): void
  warning(warning: Warning): void
  /**
   * Takes the place of the cell with the same id, and brings the record on disk up to date; cells that are skipped, of which
   * there may be hundreds at once, are on disk with the next sample, cell or end. `notAsked`: requests that fall away.
   */
  cell(cell: CellRecord, notAsked?: number): void
  /** How a run that asks until it is clear stands; on disk with the next cell. */
  sequential(state: SequentialRecord): void
  score(score: TokenScore): void
  judgement(judgement: Judgement): void
  notScored(models: NonNullable<RunRecord['notScored']>): void
  end(state: RunRecord['state']): void
}

/** `requestsDone` and `cellsDone` count what an earlier part of the run has finished. Every method throws HarnessError `storage`. */
export function createJournal(store: RunStore, start: RunRecord, done: { requests: number; cells: number }, onEvent: (event: RunEvent) => void): Journal {
  let record = start
  let { requests: requestsDone, cells: cellsDone } = done
  let unsaved = false
  const save = (): void => {
    store.writeRecord(record)
    unsaved = false
  }
  return {
    get record() {
      return record
    },
    sample(sample) {
      if (unsaved) save()
      store.appendSample(sample) // first: what is told is kept
      requestsDone += 1
      const { cell, key, startMs, endMs, grade, finish, likelihoods, grading } = sample
      const outputTokens = likelihoods === undefined ? sample.outputTokens : 0 // what a server makes besides is no speed
      const bill = grading?.costUsd === undefined ? {} : { gradingUsd: grading.costUsd }
      const event = { type: 'sample', cell, key, outputTokens, ms: endMs - startMs, failed: finish === 'error', ...bill, requestsDone } as const
      onEvent(grade === undefined ? event : { ...event, correct: grade.score })
    },
    series: (series) => store.appendSeries(series),
    warning(warning) {
      record = { ...record, warnings: [...record.warnings, warning] }
      onEvent({ type: 'warning', warning })
    },
    cell(cell, notAsked) {
      record = { ...record, cells: record.cells.map((other) => (other.id === cell.id ? cell : other)) }
      if (cell.state === 'skipped') unsaved = true
      else save()
      if (cell.state === 'planned') return
      cellsDone += 1
      const { id, key, state } = cell
      const what = cell.state === 'failed' ? { error: cell.error } : cell.state === 'skipped' ? { why: cell.why } : {}
      onEvent({ type: 'cell-end', cell: id, key, state, ...what, ...(notAsked === undefined ? {} : { notAsked }), cellsDone })
    },
    sequential(state) {
      record = { ...record, sequential: state }
    },
    score: (score) => store.appendScore(score),
    judgement: (judgement) => store.appendJudgement(judgement),
    notScored(models) {
      record = { ...record, notScored: models }
    },
    end(state) {
      record = { ...record, state }
      save()
      onEvent({ type: 'run-end', state, cellsFailed: record.cells.filter((cell) => cell.state === 'failed').length })
    },
  }
}
