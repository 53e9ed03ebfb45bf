/**
 * One `nvidia-smi` in loop mode, shared by all meters that read it: starting one per reading would cost more than it measures.
 * Where it ends or falls silent, it is started again; the time between is a gap that its listeners are told the reason of.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { COLUMNS, forgetNvidia, parseCell, splitRow, type Column, type NvidiaFacts } from './nvidia-query.ts'

/** A round over all GPUs: numbers, and the texts that stood in place of one. */
export type Round = readonly Partial<Record<Column, number | string>>[]
export interface Listener {
  /** Called as the last row of a round arrives. */
  round(round: Round): void
  /** There are no rows for now, and why. */
  down(why: string): void
}

export interface Feed {
  /** Resolves with the first round, or when there will be none soon: nvidia-smi ended, was silent for 5 s, or was stopped. */
  readonly ready: Promise<void>
  /** Resolves after one more round, or when none comes. */
  nextRound(timeoutMs: number): Promise<void>
  /** Takes this listener out; the last one ends the child, and it is gone when this resolves. */
  release(): Promise<void>
}

/** Joins the running nvidia-smi, or starts it. */
export function joinFeed(facts: NvidiaFacts, intervalMs: number, listener: Listener): Feed {
  const shared = current ?? new Sampler(facts, intervalMs)
  current = shared
  shared.listeners.add(listener)
  let released: Promise<void> | undefined
  const release = async (): Promise<void> => {
    shared.listeners.delete(listener)
    if (shared.listeners.size > 0) return
    if (current === shared) current = undefined
    await shared.stop()
  }
  return { ready: shared.nextRound(READY_TIMEOUT_MS), nextRound: (timeoutMs) => shared.nextRound(timeoutMs), release: () => (released ??= release()) }
}

// --- internal ---

const READY_TIMEOUT_MS = 5000
/** Silence after which it is ended: a driver that is not kept loaded takes seconds for the first row. */
const FIRST_ROW_MS = 20_000
const SILENT_MS = 1000
const SILENT_INTERVALS = 20
/** Pause before it is started again: longer after each start that gave no row. */
const RESTART_MS = 100
const MOST_RESTART_MS = 5000

let current: Sampler | undefined

class Sampler {
  readonly listeners = new Set<Listener>()
  readonly #facts: NvidiaFacts
  readonly #intervalMs: number
  readonly #waiting = new Set<() => void>()
  #child: Child | undefined
  #timer: NodeJS.Timeout | undefined
  #fruitless = 0
  #stopped = false

  constructor(facts: NvidiaFacts, intervalMs: number) {
    this.#facts = facts
    this.#intervalMs = intervalMs
    this.#start()
  }

  nextRound(timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      if (this.#child === undefined) return resolve()
      const done = (): void => {
        clearTimeout(timer)
        this.#waiting.delete(done)
        resolve()
      }
      const timer = setTimeout(done, timeoutMs)
      this.#waiting.add(done)
    })
  }

  async stop(): Promise<void> {
    this.#stopped = true
    clearTimeout(this.#timer)
    this.#wake()
    await this.#child?.end()
  }

  #start(): void {
    const columns = Object.entries(this.#facts.fields) as [Column, string][]
    const args = [
      ...this.#facts.selection,
      `--query-gpu=${['index', ...columns.map(([, field]) => field)].join(',')}`,
      '--format=csv,noheader,nounits',
      `--loop-ms=${Math.max(1, Math.round(this.#intervalMs))}`,
    ]
    const child = new Child(args, (why) => this.#ended(why))
    this.#child = child
    this.#expect(child, FIRST_ROW_MS)
    const silentMs = Math.max(SILENT_MS, SILENT_INTERVALS * this.#intervalMs)
    const lines = collectRounds(
      this.#facts,
      columns.map(([column]) => column),
      {
        round: (round) => {
          this.#fruitless = 0
          this.#expect(child, silentMs)
          for (const listener of this.listeners) listener.round(round)
          this.#wake()
        },
        down: (why) => this.#tell(why),
      },
    )
    child.onOutput(lines)
  }

  /** The next round must come within that time. */
  #expect(child: Child, withinMs: number): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => {
      this.#tell(`nvidia-smi sent nothing for ${withinMs / 1000} s`)
      child.kill()
    }, withinMs).unref()
  }

  #ended(why: string): void {
    clearTimeout(this.#timer)
    this.#child = undefined
    this.#wake()
    if (this.#stopped) return
    forgetNvidia() // the driver may be another one by now
    this.#tell(why)
    this.#timer = setTimeout(() => this.#start(), Math.min(MOST_RESTART_MS, RESTART_MS * 2 ** this.#fruitless++)).unref()
  }

  #tell(why: string): void {
    for (const listener of this.listeners) listener.down(why)
  }

  #wake(): void {
    for (const resolve of this.#waiting) resolve()
  }
}

/** Splits what arrives into lines, lines into rows, and gives the rows of all GPUs together. */
function collectRounds(facts: NvidiaFacts, columns: readonly Column[], to: Listener): (chunk: string) => void {
  let rest = ''
  let round = new Map<number, Round[number]>()
  const takeLine = (line: string): void => {
    const cells = splitRow(line)
    const index = parseCell(cells[0])
    if (index === undefined) return // a warning
    if (cells.length !== columns.length + 1) return to.down(`a row of nvidia-smi had ${cells.length} cells in place of ${columns.length + 1}`)
    if (round.has(index)) round = new Map() // a GPU that left no row makes the round incomplete
    round.set(index, Object.fromEntries(columns.map((column, i) => [column, COLUMNS[column].parse(cells[i + 1]) ?? cells[i + 1]!])))
    if (round.size < facts.gpus.length) return
    to.round([...round.values()])
    round = new Map()
  }
  return (chunk) => {
    const lines = (rest + chunk).split('\n')
    rest = (lines.pop() ?? '').slice(-10_000)
    lines.forEach(takeLine)
  }
}

const KILL_AFTER_MS = 2000
/** A process that hangs in the driver cannot be killed; it is left behind. */
const LEAVE_AFTER_MS = 4000

/** It never outlives this process. */
class Child {
  readonly #child: ChildProcess
  readonly #closed: Promise<void>

  constructor(args: readonly string[], onEnd: (why: string) => void) {
    const child = spawn('nvidia-smi', args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, LC_ALL: 'C' } })
    this.#child = child
    let said = ''
    child.stderr?.setEncoding('utf8').on('data', (chunk: string) => (said = (said + chunk).slice(-500)))
    const kill = (): void => this.kill()
    process.once('exit', kill)
    this.#closed = new Promise<void>((resolve) => {
      let over = false
      const end = (reason: string): void => {
        if (over) return
        over = true
        process.removeListener('exit', kill)
        onEnd(reason)
        resolve()
      }
      child.on('error', (error) => end(`nvidia-smi did not start: ${error.message}`))
      child.once('close', (code, signal) =>
        end(`nvidia-smi ended with ${signal ?? `code ${code}`}${said.trim() === '' ? '' : `: ${said.trim().split('\n')[0]}`}`),
      )
    })
  }

  onOutput(take: (chunk: string) => void): void {
    this.#child.stdout?.setEncoding('utf8').on('data', take)
  }

  kill(): void {
    this.#child.kill('SIGKILL')
  }

  /** Politely, then by force. */
  async end(): Promise<void> {
    this.#child.kill('SIGTERM')
    const force = setTimeout(() => this.kill(), KILL_AFTER_MS)
    let leave: NodeJS.Timeout | undefined
    await Promise.race([this.#closed, new Promise<void>((resolve) => (leave = setTimeout(resolve, LEAVE_AFTER_MS)))])
    clearTimeout(force)
    clearTimeout(leave)
  }
}
