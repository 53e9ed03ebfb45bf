import type { CellKey, RunEvent, StudentLook } from '../../types.ts'
import { formatCount } from '../../../reports/format.ts'

/** Where a run stands. Speeds and times are absent until there is something to tell them from. */
export interface Progress {
  key: CellKey | undefined
  phase: 'open' | 'idle' | 'warmup' | 'measure' | 'grade' | undefined
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
  /** What models that grade have cost so far, US dollars; absent where none is asked, or none has a price. */
  gradingUsd: number | undefined
  /** After all requests. */
  after: After | undefined
}

/** Work on answers that are there: read token by token, compared by a judge, or graded. `usd` is what a judge has cost so far. */
export interface After {
  what: 'token by token' | 'judging' | 'grading'
  model: string | undefined
  done: number
  of: number
  usd: number | undefined
  msLeft: number | undefined
}

/** "decided 1 of 3 students" */
export function decidedText(students: readonly StudentLook[]): string {
  return `decided ${students.filter(({ decision }) => decision !== 'undecided').length} of ${formatCount(students.length, 'student')}`
}

/** Follows the events of a run. `now` gives milliseconds of any steady clock. */
export function followProgress(now: () => number): { apply(event: RunEvent): void; read(): Progress } {
  const state = { cells: 0, cellsDone: 0, requests: 0, requestsDone: 0, requestsAtStart: 0, startMs: now(), decided: undefined as string | undefined }
  const cell = { key: undefined as CellKey | undefined, phase: undefined as Progress['phase'], startMs: 0, measureMs: 0, lastMs: 0, tokens: 0, requests: 0 }
  let after: (Omit<After, 'msLeft'> & { startMs: number }) | undefined
  let gradingUsd: number | undefined
  const begin = (what: After['what'], of: number): void => void (after = { what, model: undefined, done: 0, of, usd: undefined, startMs: now() })
  const go = (what: After['what'], { model, done, of, usd }: { model: string; done: number; of: number; usd?: number }): void =>
    void (after = { startMs: now(), ...after, what, model, done, of, usd })
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
          if (event.gradingUsd !== undefined) gradingUsd = (gradingUsd ?? 0) + event.gradingUsd
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
          begin('token by token', event.models.length * event.answers)
          break
        case 'scored':
          go('token by token', event)
          break
        case 'judging':
          begin('judging', event.pairs)
          break
        case 'judged':
          go('judging', event)
          break
        case 'grading':
          begin('grading', event.answers)
          break
        case 'graded':
          go('grading', event)
          break
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
        gradingUsd,
        after: after && {
          what: after.what,
          model: after.model,
          done: after.done,
          of: after.of,
          usd: after.usd,
          msLeft: after.done > 0 ? ((now() - after.startMs) / after.done) * (after.of - after.done) : undefined,
        },
        msLeft: asked > 0 ? ((now() - state.startMs) / asked) * (state.requests - state.requestsDone) : undefined,
      }
    },
  }
}
