/** What `nvidia-smi` can tell here: which fields this driver has, and which GPUs it sees. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { Observed, Unit } from '../types.ts'

/** The columns that meters are made of. `fields`: names from new to old drivers, the first that is known is asked for. */
export const COLUMNS = {
  power: { fields: ['power.draw.instant', 'power.draw'], unit: 'W', scale: 1, merge: 'sum', what: 'board power' },
  memory: { fields: ['memory.used'], unit: 'byte', scale: 1024 * 1024, merge: 'sum', what: 'memory in use' },
  utilisation: { fields: ['utilization.gpu'], unit: 'ratio', scale: 0.01, merge: 'mean', what: 'share of time in which a kernel ran' },
  temperature: { fields: ['temperature.gpu'], unit: 'celsius', scale: 1, merge: 'max', what: 'core temperature' },
  clock: { fields: ['clocks.sm', 'clocks.current.sm'], unit: 'MHz', scale: 1, merge: 'mean', what: 'clock of the multiprocessors' },
} as const satisfies Record<string, { fields: readonly string[]; unit: Unit; scale: number; merge: 'sum' | 'mean' | 'max'; what: string }>
export type Column = keyof typeof COLUMNS

export interface NvidiaFacts {
  readonly driver: string
  readonly gpus: readonly { readonly index: number; readonly name: string }[]
  /** The field that each column is asked by; a column that this driver or these GPUs do not have is not in it. */
  readonly fields: Partial<Record<Column, string>>
  /** Options that choose the GPUs. */
  readonly selection: readonly string[]
}

/**
 * Asks nvidia-smi, in two short calls; what it said is kept, as neither driver nor GPUs change during a run.
 * Never throws: absence is the usual case.
 */
export async function queryNvidia(signal: AbortSignal): Promise<Observed<NvidiaFacts>> {
  const key = [process.env.PATH, process.env.CUDA_VISIBLE_DEVICES, process.env.CUDA_DEVICE_ORDER].join('\0')
  const answer = answers.get(key) ?? ask(signal)
  answers.set(key, answer)
  const facts = await answer
  if (facts.state !== 'ok') answers.delete(key)
  return facts
}

export const splitRow = (line: string): string[] => line.split(',').map((cell) => cell.trim())

/** A cell as a number; `[N/A]`, `[Not Supported]`, `[Unknown Error]` and anything else that is none is missing, never 0. */
export function parseCell(cell: string | undefined): number | undefined {
  return cell !== undefined && /^-?\d+(?:\.\d+)?$/.test(cell) ? Number(cell) : undefined
}

/**
 * The GPUs that CUDA_VISIBLE_DEVICES leaves to the model. Plain numbers are passed on only where CUDA counts as nvidia-smi
 * does (CUDA_DEVICE_ORDER=PCI_BUS_ID); otherwise CUDA counts the fastest first, and all GPUs are read.
 */
export function gpuSelection(env: NodeJS.ProcessEnv): readonly string[] {
  const visible = (env.CUDA_VISIBLE_DEVICES ?? '').trim()
  const uuids = /^GPU-[\w-]+(?:,GPU-[\w-]+)*$/.test(visible)
  const numbers = /^\d+(?:,\d+)*$/.test(visible) && env.CUDA_DEVICE_ORDER === 'PCI_BUS_ID'
  return uuids || numbers ? [`--id=${visible}`] : []
}

// --- internal ---

const answers = new Map<string, Promise<Observed<NvidiaFacts>>>()

async function ask(signal: AbortSignal): Promise<Observed<NvidiaFacts>> {
  try {
    const known = new Set([...(await call(['--help-query-gpu'], signal)).matchAll(/"([a-z0-9_.]+)"/g)].map(([, field]) => field))
    const columns = (Object.keys(COLUMNS) as Column[]).flatMap((column) => {
      const field = COLUMNS[column].fields.find((name) => known.has(name))
      return field === undefined ? [] : [{ column, field }]
    })
    const selection = gpuSelection(process.env)
    const text = await call(
      [...selection, `--query-gpu=${['index', 'driver_version', ...columns.map(({ field }) => field), 'name'].join(',')}`, '--format=csv,noheader,nounits'],
      signal,
    )
    const rows = text
      .split('\n')
      .filter((line) => line.trim() !== '')
      .map(splitRow)
    const gpus = rows.flatMap((row) => {
      const index = parseCell(row[0])
      return index === undefined ? [] : [{ index, name: row.slice(2 + columns.length).join(', ') }]
    })
    if (gpus.length === 0) return { state: 'absent', why: 'nvidia-smi lists no GPU' }
    const working = columns.filter((_, i) => rows.every((row) => parseCell(row[2 + i]) !== undefined))
    return {
      state: 'ok',
      value: { driver: rows[0]?.[1] ?? 'unknown', gpus, fields: Object.fromEntries(working.map(({ column, field }) => [column, field])), selection },
    }
  } catch (error) {
    return { state: 'absent', why: whyNot(error) }
  }
}

const run = promisify(execFile)
const CALL_TIMEOUT_MS = 20_000 // a driver that is not kept loaded takes seconds to start

async function call(args: readonly string[], signal: AbortSignal): Promise<string> {
  const { stdout } = await run('nvidia-smi', args, {
    timeout: CALL_TIMEOUT_MS,
    killSignal: 'SIGKILL',
    maxBuffer: 4 << 20,
    signal,
    env: { ...process.env, LC_ALL: 'C' },
  })
  return stdout
}

function whyNot(error: unknown): string {
  const failure = error as NodeJS.ErrnoException & { stdout?: string; stderr?: string; killed?: boolean }
  if (failure.code === 'ENOENT') return 'nvidia-smi is not on the PATH, so there is no NVIDIA driver here'
  if (failure.name === 'AbortError') return 'the probe was interrupted'
  if (failure.killed === true) return `nvidia-smi gave no answer within ${CALL_TIMEOUT_MS / 1000} s`
  const said = `${failure.stderr ?? ''}\n${failure.stdout ?? ''}`.split('\n').find((line) => line.trim() !== '') // it writes errors to stdout
  return `nvidia-smi failed: ${(said ?? failure.message).trim()}`
}
