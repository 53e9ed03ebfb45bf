import type { CellKey, RunEvent, StudentLook } from '../../types.ts'
import { formatCount } from '../../../reports/format.ts'

/** Where a run stands. Speeds and times are absent until there is something to tell them from. */
export interface Progress {
  key: CellKey | undefined
  phase: 'open' | 'idle' | 'warmup' | 'measure' | undefined
  cells: number
  cellsDone: number
  requests: number
  requestsDone: number
  /** Of the cell that runs now, or ran last; output tokens per second of wall time. */
  tokensPerSecond: number | undefined
  /** Of the cell that runs now: requests that ended, and milliseconds since it began. */
  cellRequests: number
  cellMs: number
  /** The rest at the pace so far, over all cells; models of different speed make it jump. */
  msLeft: number | undefined
  /** In a run that asks until it is clear, as of the last look: "decided 1 of 3 students". */
  decided: string | undefined
  /** After all requests: answers of the teacher that models have read, of all that they will read. */
  scoring: { model: string | undefined; done: number; of: number; msLeft: number | undefined } | undefined
}

/** "decided 1 of 3 students" */
export function decidedText(students: readonly StudentLook[]): string {
  return `decided ${students.filter(({ decision }) => decision !== 'undecided').length} of ${formatCount(students.length, 'student')}`
}

/** Follows the events of a run. `now` gives milliseconds of any steady clock. */
export function followProgress(now: () => number): { apply(event: RunEvent): void; read(): Progress } {
  const state = { cells: 0, cellsDone: 0, requests: 0, requestsDone: 0, requestsAtStart: 0, startMs: now(), decided: undefined as string | undefined }
  const cell = { key: undefined as CellKey | undefined, phase: undefined as Progress['phase'], startMs: 0, measureMs: 0, lastMs: 0, tokens: 0, requests: 0 }
  let scoring: { model: string | undefined; done: number; of: number; startMs: number } | undefined
  return {
    apply(event) {
      switch (event.type) {
        case 'run-start':
          Object.assign(state, { cells: event.cells, cellsDone: event.cellsDone, requests: event.requests, requestsDone: event.requestsDone })
          Object.assign(state, { requestsAtStart: event.requestsDone, startMs: now() })
          break
        case 'cell-start':
          Object.assign(cell, { key: event.key, phase: undefined, startMs: now(), measureMs: now(), lastMs: now(), tokens: 0, requests: 0 })
          break
        case 'cell-phase':
          Object.assign(cell, { phase: event.phase, measureMs: now() })
          break
        case 'sample':
          state.requestsDone = event.requestsDone
          Object.assign(cell, { tokens: cell.tokens + event.outputTokens, requests: cell.requests + 1, lastMs: now() })
          break
        case 'cell-end':
          state.cellsDone = event.cellsDone
          state.requests = Math.max(state.requestsDone, state.requests - (event.notAsked ?? 0))
          break
        case 'look':
          state.decided = decidedText(event.students)
          break
        case 'scoring':
          scoring = { model: undefined, done: 0, of: event.models.length * event.answers, startMs: now() }
          break
        case 'scored':
          scoring = { startMs: now(), ...scoring, model: event.model, done: event.done, of: event.of }
          break
        case 'judging':
        case 'judged':
        case 'warning':
        case 'run-end':
          break
      }
    },
    read() {
      const measured = cell.lastMs - cell.measureMs
      const asked = state.requestsDone - state.requestsAtStart
      return {
        key: cell.key,
        phase: cell.phase,
        cells: state.cells,
        cellsDone: state.cellsDone,
        requests: state.requests,
        requestsDone: state.requestsDone,
        tokensPerSecond: cell.tokens > 0 && measured > 0 ? (cell.tokens / measured) * 1000 : undefined,
        cellRequests: cell.requests,
        cellMs: now() - cell.startMs,
        decided: state.decided,
        scoring: scoring && {
          model: scoring.model,
          done: scoring.done,
          of: scoring.of,
          msLeft: scoring.done > 0 ? ((now() - scoring.startMs) / scoring.done) * (scoring.of - scoring.done) : undefined,
        },
        msLeft: asked > 0 ? ((now() - state.startMs) / asked) * (state.requests - state.requestsDone) : undefined,
      }
    },
  }
}
