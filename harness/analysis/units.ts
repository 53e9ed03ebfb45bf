/** Units of work: a measured window cut into requests, batches or slices of time. */
import type { CellRecord, SampleTable } from '../types.ts'
import { upwards } from './table/rows.ts'

/**
 * Requests that were on their way together (a batch; or one request alone) and the time that they are charged with: from
 * the first one's start to the next unit's start, so that the units of a window add up to the window. As columns.
 */
export interface Units {
  readonly length: number
  /** Index of the measured window; energy is known for all of a window or for none of it. */
  readonly window: Int32Array
  readonly startMs: Float64Array
  readonly endMs: Float64Array
  /** Requests of unit u: `members[from[u]]` up to before `members[from[u + 1]]`, which are places in `samples` of the group. */
  readonly from: Int32Array
  readonly members: Int32Array
  /** By window. */
  readonly cells: readonly string[]
}

/** Milliseconds of a unit; never negative. */
export function millis({ startMs, endMs }: Units, unit: number): number {
  return Math.max(0, endMs[unit]! - startMs[unit]!)
}

/** A window with the places of its requests, in the order of time. */
export interface Window {
  startMs: number
  endMs: number
  places: Int32Array
}

/**
 * The measured window of a finished cell, and beside it the time of requests that an earlier attempt had finished before
 * the run was cut short; a cell without a recorded window has only that. `rows` are the cell's, from `place` on.
 */
export function windowsOf(cell: CellRecord | undefined, table: SampleTable, rows: Int32Array, place: number, sliced: boolean): Window[] {
  const places = upwards(rows.length, place)
  const row = (at: number): number => rows[at - place]!
  const phase = cell?.state === 'done' ? cell.phases.measure : undefined
  const loose = (some: Int32Array): Window[] =>
    some.length === 0
      ? []
      : [{ startMs: table.startMs[row(some[0]!)]!, endMs: some.reduce((latest, at) => Math.max(latest, table.endMs[row(at)]!), -Infinity), places: some }]
  if (phase === undefined || !(phase.endMs > phase.startMs)) return loose(places)
  const within = (at: number): boolean => table.startMs[row(at)]! >= phase.startMs - 1 && (sliced || table.endMs[row(at)]! <= phase.endMs + 1)
  const inside = places.filter(within)
  const outside = inside.length === places.length ? places.subarray(0, 0) : places.filter((at) => !within(at))
  return [...loose(outside), ...(inside.length === 0 ? [] : [{ startMs: phase.startMs, endMs: phase.endMs, places: inside }])]
}

/** `samples` are the rows by place. */
export function unitsOf(into: Stretches, cell: string, { startMs, endMs, places }: Window, table: SampleTable, samples: Int32Array): void {
  into.window(cell)
  let [busyUntil, first, latest] = [-Infinity, Number.NaN, -Infinity]
  for (const place of places) {
    const row = samples[place]!
    const start = table.startMs[row]!
    if (start >= busyUntil - EPSILON_MS && start !== first) {
      if (Number.isNaN(first)) into.open(startMs)
      else {
        into.close(start)
        into.open(start)
      }
      first = start
      latest = -Infinity
    }
    into.add(place)
    const end = table.endMs[row]!
    busyUntil = Math.max(busyUntil, end)
    latest = Math.max(latest, end)
  }
  if (!Number.isNaN(first)) into.close(Math.max(endMs, latest))
}

/**
 * Slices of equal length. What was due in the window counts as a whole, whenever it ended: it stands for what was due before and
 * ended in the window (the method of batch means: Law and Kelton, Simulation Modeling and Analysis, chapter 9).
 */
export function slicesOf(into: Stretches, cell: string, { startMs, endMs, places }: Window, table: SampleTable, samples: Int32Array): void {
  into.window(cell)
  const count = Math.max(1, Math.min(SLICES, Math.floor(places.length / LEAST_PER_SLICE)))
  const width = (endMs - startMs) / count
  const slice = places.map((place) => Math.max(0, Math.min(count - 1, Math.floor((table.endMs[samples[place]!]! - startMs) / width || 0))))
  for (let own = 0; own < count; own++) {
    into.open(startMs + own * width)
    for (let i = 0; i < places.length; i++) if (slice[i] === own) into.add(places[i]!)
    into.close(startMs + (own + 1) * width)
  }
}

/** Units in the making; there are never more of them than requests. */
export class Stretches {
  #units = 0
  #members = 0
  readonly #cells: string[] = []
  readonly #window: Int32Array
  readonly #startMs: Float64Array
  readonly #endMs: Float64Array
  readonly #from: Int32Array
  readonly #places: Int32Array

  constructor(requests: number) {
    this.#window = new Int32Array(requests)
    this.#startMs = new Float64Array(requests)
    this.#endMs = new Float64Array(requests)
    this.#from = new Int32Array(requests + 1)
    this.#places = new Int32Array(requests)
  }

  /** The next units are of a new window. */
  window(cell: string): void {
    this.#cells.push(cell)
  }

  open(startMs: number): void {
    this.#window[this.#units] = this.#cells.length - 1
    this.#startMs[this.#units] = startMs
  }

  add(place: number): void {
    this.#places[this.#members++] = place
  }

  close(endMs: number): void {
    this.#endMs[this.#units] = endMs
    this.#from[++this.#units] = this.#members
  }

  done(): Units {
    const length = this.#units
    return {
      length,
      window: this.#window.subarray(0, length),
      startMs: this.#startMs.subarray(0, length),
      endMs: this.#endMs.subarray(0, length),
      from: this.#from.subarray(0, length + 1),
      members: this.#places.subarray(0, this.#members),
      cells: this.#cells,
    }
  }
}

// --- internal ---

const EPSILON_MS = 1e-6

/** Slices per window: enough for an interval, few enough that what one request did to the next stays inside of one. */
const SLICES = 20
const LEAST_PER_SLICE = 5
