/** What `nvidia-smi` can tell here: which fields this driver has, and which GPUs it sees. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { GpuIdentity, Observed, Unit } from '../types.ts'
import { chooseGpus, type SeenGpu } from './gpu-choice.ts'
import { HEAT, SLOWED } from './nvidia-board.ts'

interface ColumnSpec {
  /** Names from new to old drivers; the first that is known is asked for. */
  readonly fields: readonly string[]
  readonly unit: Unit
  readonly scale: number
  readonly merge: 'sum' | 'mean' | 'max'
  readonly what: string
  readonly parse: (cell: string | undefined) => number | undefined
}

const ACTIVE = ['clocks_event_reasons.active', 'clocks_throttle_reasons.active']
/** The columns that meters are made of. */
export const COLUMNS = {
  power: column(['power.draw.instant', 'power.draw'], 'W', 1, 'sum', 'board power'),
  average: column(['power.draw.average'], 'W', 1, 'sum', 'board power, mean of about a second'),
  memory: column(['memory.used'], 'byte', 1024 * 1024, 'sum', 'memory in use'),
  utilisation: column(['utilization.gpu'], 'ratio', 0.01, 'mean', 'share of time in which a kernel ran'),
  temperature: column(['temperature.gpu'], 'celsius', 1, 'max', 'core temperature'),
  clock: column(['clocks.sm', 'clocks.current.sm'], 'MHz', 1, 'mean', 'clock of the multiprocessors'),
  throttle: column(ACTIVE, 'ratio', 1, 'max', '1 while power cap, heat or the power brake slows the clocks', flag(SLOWED)),
  heat: column(ACTIVE, 'ratio', 1, 'max', '1 while heat slows the clocks', flag(HEAT)),
} as const satisfies Record<string, ColumnSpec>
export type Column = keyof typeof COLUMNS

export interface NvidiaFacts {
  readonly driver: string
  readonly gpus: readonly { readonly index: number; readonly name: string }[]
  /** The field that each column is asked by; a column that this driver or these GPUs do not have is not in it. */
  readonly fields: Partial<Record<Column, string>>
  /** Options that choose the GPUs. */
  readonly selection: readonly string[]
  /** How they were chosen for a model, and what is not sure of it. */
  readonly how?: string
  readonly unsure?: string
}

/**
 * Asks nvidia-smi, in two short calls; what it said is kept, as neither driver nor GPUs change during a run.
 * Never throws: absence is the usual case.
 */
export async function queryNvidia(signal: AbortSignal, target?: GpuIdentity): Promise<Observed<NvidiaFacts>> {
  const key = [process.env.PATH, process.env.CUDA_VISIBLE_DEVICES, process.env.CUDA_DEVICE_ORDER, JSON.stringify(target)].join('\0')
  const answer = answers.get(key) ?? ask(signal, target)
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

/** The next query asks nvidia-smi anew. */
export function forgetNvidia(): void {
  answers.clear()
}

// --- internal ---

function column(
  fields: readonly string[],
  unit: Unit,
  scale: number,
  merge: ColumnSpec['merge'],
  what: string,
  parse: ColumnSpec['parse'] = parseCell,
): ColumnSpec {
  return { fields, unit, scale, merge, what, parse }
}

/** A cell such as `0x0000000000000004`: whether one of the bits is set. */
function flag(bits: bigint): ColumnSpec['parse'] {
  return (cell) => (cell !== undefined && /^0x[0-9a-f]{1,16}$/i.test(cell) ? ((BigInt(cell) & bits) === 0n ? 0 : 1) : undefined)
}

const answers = new Map<string, Promise<Observed<NvidiaFacts>>>()

async function ask(signal: AbortSignal, target: GpuIdentity | undefined): Promise<Observed<NvidiaFacts>> {
  try {
    const known = new Set([...(await call(['--help-query-gpu'], signal)).matchAll(/"([a-z0-9_.]+)"/g)].map(([, field]) => field))
    const columns = (Object.keys(COLUMNS) as Column[]).flatMap((name) => {
      const field = COLUMNS[name].fields.find((one) => known.has(one))
      return field === undefined ? [] : [{ column: name, field }]
    })
    const choice = target === undefined ? undefined : chooseGpus(await listGpus(known, signal), target, process.env)
    if (choice !== undefined && choice.gpus.length === 0) return { state: 'absent', why: choice.how }
    const selection = choice === undefined ? gpuSelection(process.env) : [`--id=${choice.gpus.map(({ index }) => index).join(',')}`]
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
    const working = columns.filter(({ column: name }, i) => rows.every((row) => COLUMNS[name].parse(row[2 + i]) !== undefined))
    return {
      state: 'ok',
      value: {
        driver: rows[0]?.[1] ?? 'unknown',
        gpus,
        fields: Object.fromEntries(working.map(({ column: name, field }) => [name, field])),
        selection,
        ...(choice === undefined ? {} : { how: choice.how }),
        ...(choice?.unsure === undefined ? {} : { unsure: choice.unsure }),
      },
    }
  } catch (error) {
    return { state: 'absent', why: whyNot(error) }
  }
}

/** All GPUs, with what tells them apart. */
async function listGpus(known: ReadonlySet<string | undefined>, signal: AbortSignal): Promise<SeenGpu[]> {
  const ids = ['uuid', 'pci.bus_id'].filter((field) => known.has(field))
  const text = await call([`--query-gpu=${['index', ...ids, 'name'].join(',')}`, '--format=csv,noheader,nounits'], signal)
  return text.split('\n').flatMap((line): SeenGpu[] => {
    const row = splitRow(line)
    const index = parseCell(row[0])
    const of = (field: string): string | undefined => (ids.includes(field) ? row[1 + ids.indexOf(field)] : undefined)
    return index === undefined ? [] : [{ index, name: row.slice(1 + ids.length).join(', '), uuid: of('uuid'), busId: of('pci.bus_id') }]
  })
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
