/** One `nvidia-smi` in loop mode, shared by all meters that read it. Starting one per reading would cost more than it measures. */
import { spawn, type ChildProcess } from 'node:child_process'
import { parseCell, splitRow, type Column, type NvidiaFacts } from './nvidia-query.ts'

/** Values of one round over all GPUs; a cell that was missing is undefined. Called as the last row of the round arrives. */
export type Listener = (round: readonly Partial<Record<Column, number>>[]) => void

export interface Feed {
  /** Resolves with the first round, or when there will be none soon: nvidia-smi ended, was silent for 5 s, or was stopped. */
  readonly ready: Promise<void>
  /** Why there are no more rows, once that is so. */
  ended(): string | undefined
  /** Resolves after one more round, or when none comes. */
  nextRound(timeoutMs: number): Promise<void>
  /** Takes this listener out; the last one ends the child, and it is gone when this resolves. */
  release(): Promise<void>
}

/** Joins the running nvidia-smi, or starts it. */
export function joinFeed(facts: NvidiaFacts, intervalMs: number, listener: Listener): Feed {
  const shared = current ?? startProcess(facts, intervalMs)
  current = shared
  shared.listeners.add(listener)
  let released: Promise<void> | undefined
  const release = async (): Promise<void> => {
    shared.listeners.delete(listener)
    if (shared.listeners.size > 0) return
    if (current === shared) current = undefined
    await shared.stop()
  }
  return { ready: shared.nextRound(READY_TIMEOUT_MS), ended: shared.ended, nextRound: shared.nextRound, release: () => (released ??= release()) }
}

// --- internal ---

const READY_TIMEOUT_MS = 5000
const KILL_AFTER_MS = 2000

interface SharedProcess {
  readonly listeners: Set<Listener>
  ended(): string | undefined
  nextRound(timeoutMs: number): Promise<void>
  stop(): Promise<void>
}
let current: SharedProcess | undefined

function startProcess(facts: NvidiaFacts, intervalMs: number): SharedProcess {
  const columns = Object.entries(facts.fields) as [Column, string][]
  const args = [
    ...facts.selection,
    `--query-gpu=${['index', ...columns.map(([, field]) => field)].join(',')}`,
    '--format=csv,noheader,nounits',
    `--loop-ms=${Math.max(1, Math.round(intervalMs))}`,
  ]
  const child = spawn('nvidia-smi', args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, LC_ALL: 'C' } })
  const listeners = new Set<Listener>()
  const waiting = new Set<() => void>()
  const wake = (): void => waiting.forEach((resolve) => resolve())
  const rounds = collectRounds(
    facts,
    columns.map(([column]) => column),
    (round) => {
      listeners.forEach((listener) => listener(round))
      wake()
    },
  )
  child.stdout.setEncoding('utf8').on('data', rounds)
  const exit = watchExit(child, wake)
  return {
    listeners,
    ended: exit.why,
    nextRound: (timeoutMs) =>
      new Promise((resolve) => {
        if (exit.why() !== undefined) return resolve()
        const done = (): void => {
          clearTimeout(timer)
          waiting.delete(done)
          resolve()
        }
        const timer = setTimeout(done, timeoutMs)
        waiting.add(done)
      }),
    stop: exit.stop,
  }
}

/** Splits what arrives into lines, lines into rows, and gives the rows of all GPUs together. */
function collectRounds(facts: NvidiaFacts, columns: readonly Column[], emit: Listener): (chunk: string) => void {
  let rest = ''
  let round = new Map<number, Partial<Record<Column, number>>>()
  const takeLine = (line: string): void => {
    const cells = splitRow(line)
    const index = parseCell(cells[0])
    if (index === undefined || cells.length !== columns.length + 1) return // a warning, or half a line
    if (round.has(index)) round = new Map() // a GPU that left no row makes the round incomplete
    round.set(index, Object.fromEntries(columns.flatMap((column, i) => (parseCell(cells[i + 1]) === undefined ? [] : [[column, Number(cells[i + 1])]]))))
    if (round.size < facts.gpus.length) return
    emit([...round.values()])
    round = new Map()
  }
  return (chunk) => {
    const lines = (rest + chunk).split('\n')
    rest = (lines.pop() ?? '').slice(-10_000)
    lines.forEach(takeLine)
  }
}

/** Why and whether the child ended, and its end on request: politely, then by force. It never outlives this process. */
function watchExit(child: ChildProcess, onEnd: () => void): { why(): string | undefined; stop(): Promise<void> } {
  let why: string | undefined
  let stopping = false
  let said = ''
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => (said = (said + chunk).slice(-500)))
  const killNow = (): void => void child.kill('SIGKILL')
  process.once('exit', killNow)
  const closed = new Promise<void>((resolve) => {
    const end = (reason: string): void => {
      why ??= stopping ? 'stopped' : reason
      process.removeListener('exit', killNow)
      onEnd()
      resolve()
    }
    child.on('error', (error) => end(`nvidia-smi did not start: ${error.message}`))
    child.once('close', (code, signal) =>
      end(`nvidia-smi ended with ${signal ?? `code ${code}`}${said.trim() === '' ? '' : `: ${said.trim().split('\n')[0]}`}`),
    )
  })
  return {
    why: () => why,
    async stop() {
      stopping = true
      if (why !== undefined) return
      child.kill('SIGTERM')
      const force = setTimeout(killNow, KILL_AFTER_MS)
      await closed
      clearTimeout(force)
    },
  }
}
