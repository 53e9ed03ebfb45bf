/** NVIDIA GPUs through the driver's own command. One meter per quantity, all fed by one process. */
import type { Gap, Meter, MeterSession, Series } from '../types.ts'
import { drawIsAverage } from './nvidia-board.ts'
import { joinFeed } from './nvidia-feed.ts'
import { COLUMNS, queryNvidia, type Column, type NvidiaFacts } from './nvidia-query.ts'

export const nvidiaSmi = meterOf('power', 'nvidia-smi', 'power of NVIDIA GPUs')
export const nvidiaAverage = meterOf('average', 'nvidia-smi-average', 'power of NVIDIA GPUs, mean of about a second')
export const nvidiaMemory = meterOf('memory', 'nvidia-smi-memory', 'memory in use on NVIDIA GPUs')
export const nvidiaUtilisation = meterOf('utilisation', 'nvidia-smi-utilisation', 'utilisation of NVIDIA GPUs')
export const nvidiaTemperature = meterOf('temperature', 'nvidia-smi-temperature', 'temperature of NVIDIA GPUs')
export const nvidiaClock = meterOf('clock', 'nvidia-smi-clock', 'clock of NVIDIA GPUs')
export const nvidiaThrottle = meterOf('throttle', 'nvidia-smi-throttle', 'whether NVIDIA GPUs are slowed by power or heat')
export const nvidiaHeat = meterOf('heat', 'nvidia-smi-throttle-heat', 'whether NVIDIA GPUs are slowed by heat')

// --- internal ---

function meterOf(column: Column, id: string, summary: string): Meter {
  const { unit, scale, merge, what } = COLUMNS[column]
  const meter: Meter = {
    id,
    summary,
    unit,
    origin: 'measured',
    async probe(signal) {
      const facts = await queryNvidia(signal)
      if (facts.state !== 'ok') return facts
      const field = facts.value.fields[column]
      if (field === undefined) return { state: 'absent', why: `${gpuNames(facts.value)} does not tell its ${what} (driver ${facts.value.driver})` }
      return { state: 'ok', value: describe(facts.value, column, field) }
    },
    async start(clock, context): Promise<MeterSession> {
      const facts = await queryNvidia(context.signal, context.gpu)
      const field = facts.state === 'ok' ? facts.value.fields[column] : undefined
      const device = facts.state === 'ok' ? { device: `${facts.value.gpus.length === 1 ? '' : `${facts.value.gpus.length} × `}${gpuNames(facts.value)}` } : {}
      const kind = facts.state === 'ok' && field !== undefined && unit === 'W' ? { kind: kindOf(field, facts.value) } : {}
      const about: Omit<Series, 'how' | 't' | 'v'> = { ...kind, scope: 'gpu', ...device, meter: id, unit, origin: 'measured' }
      if (facts.state !== 'ok' || field === undefined) {
        const why = facts.state === 'absent' ? facts.why : `the GPU does not tell its ${what}`
        return { stop: async () => ({ ...about, how: `no readings: ${why}`, t: [], v: [] }) }
      }
      const readings = new Readings(clock)
      const feed = joinFeed(facts.value, context.intervalMs, {
        round: (round) => {
          const cells = round.map((gpu) => gpu[column])
          const wrong = cells.find((cell) => typeof cell !== 'number')
          if (wrong !== undefined) return readings.miss(`nvidia-smi said "${wrong}" for ${field}`) // a sum over some of the GPUs would be another quantity
          const value = MERGE[merge](cells.map((cell) => (cell as number) * scale))
          const time = readings.add(value)
          context.onReading?.(time, value)
        },
        down: (why) => readings.miss(why),
      })
      const abort = (): void => void feed.release()
      context.signal.addEventListener('abort', abort, { once: true })
      if (context.signal.aborted) abort()
      await feed.ready
      const how = describe(facts.value, column, field)
      const finish = async (): Promise<Series> => {
        context.signal.removeEventListener('abort', abort)
        // One more row, so that the readings enclose the window; a sampler that is silent is not waited for.
        if (!context.signal.aborted) await feed.nextRound(Math.max(LAST_ROW_MS, 3 * context.intervalMs))
        const { t, v, gaps } = readings.done()
        await feed.release()
        const why = t.length > 0 ? '' : `; it sent no readings${gaps[0] === undefined ? '' : `: ${gaps[0].why}`}`
        return { ...about, how: how + why, t, v, ...(gaps.length === 0 ? {} : { gaps }) }
      }
      let result: Promise<Series> | undefined
      return { notes: facts.value.unsure === undefined ? [] : [facts.value.unsure], stop: () => (result ??= finish()) }
    },
  }
  return meter
}

/** What came, and the times in which nothing did. */
class Readings {
  readonly #t: number[] = []
  readonly #v: number[] = []
  readonly #gaps: Gap[] = []
  readonly #clock: () => number
  #open: { startMs: number; why: string } | undefined

  constructor(clock: () => number) {
    this.#clock = clock
  }

  /** Gives the time. */
  add(value: number): number {
    const now = this.#clock()
    if (this.#open !== undefined) this.#gaps.push({ ...this.#open, endMs: now })
    this.#open = undefined
    this.#t.push(now)
    this.#v.push(value)
    return now
  }

  miss(why: string): void {
    this.#open ??= { startMs: this.#t.at(-1) ?? this.#clock(), why }
  }

  done(): { t: readonly number[]; v: readonly number[]; gaps: readonly Gap[] } {
    const open = this.#open === undefined ? [] : [{ ...this.#open, endMs: this.#clock() }]
    return { t: [...this.#t], v: [...this.#v], gaps: [...this.#gaps, ...open] }
  }
}

function kindOf(field: string, { gpus }: NvidiaFacts): 'instant' | 'average' {
  if (field.endsWith('.average')) return 'average'
  return field.endsWith('.instant') || !drawIsAverage(gpus.map(({ name }) => name)) ? 'instant' : 'average'
}

/** For a last row, at the least: on a busy machine even rows of 20 ms come late. */
const LAST_ROW_MS = 300

const MERGE = {
  sum: (values: readonly number[]) => values.reduce((total, value) => total + value, 0),
  mean: (values: readonly number[]) => values.reduce((total, value) => total + value, 0) / values.length,
  max: (values: readonly number[]) => Math.max(...values),
}

function describe(facts: NvidiaFacts, column: Column, field: string): string {
  const { what, merge } = COLUMNS[column]
  const scope = facts.gpus.length === 1 ? gpuNames(facts) : `${merge} over ${facts.gpus.length} GPUs (${gpuNames(facts)})`
  const notes =
    COLUMNS[column].unit === 'W'
      ? `; the board only, not CPU, memory or power supply${kindOf(field, facts) === 'instant' ? '' : '; averaged over up to 1 s by the driver, so short windows blur'}`
      : ''
  return `${what} by nvidia-smi ${field}, ${scope}, driver ${facts.driver}${facts.how === undefined ? '' : `, ${facts.how}`}, stamped on arrival${notes}`
}

const gpuNames = ({ gpus }: NvidiaFacts): string => [...new Set(gpus.map(({ name }) => name))].join(', ')
