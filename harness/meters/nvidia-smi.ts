/** NVIDIA GPUs through the driver's own command. One meter per quantity, all fed by one process. */
import type { Meter, MeterSession, Series } from '../types.ts'
import { joinFeed } from './nvidia-feed.ts'
import { COLUMNS, queryNvidia, type Column, type NvidiaFacts } from './nvidia-query.ts'

export const nvidiaSmi = meterOf('power', 'nvidia-smi', 'power of NVIDIA GPUs')
export const nvidiaMemory = meterOf('memory', 'nvidia-smi-memory', 'memory in use on NVIDIA GPUs')
export const nvidiaUtilisation = meterOf('utilisation', 'nvidia-smi-utilisation', 'utilisation of NVIDIA GPUs')
export const nvidiaTemperature = meterOf('temperature', 'nvidia-smi-temperature', 'temperature of NVIDIA GPUs')
export const nvidiaClock = meterOf('clock', 'nvidia-smi-clock', 'clock of NVIDIA GPUs')

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
      const facts = await queryNvidia(context.signal)
      const [t, v]: [number[], number[]] = [[], []]
      const field = facts.state === 'ok' ? facts.value.fields[column] : undefined
      const device = facts.state === 'ok' ? { device: `${facts.value.gpus.length === 1 ? '' : `${facts.value.gpus.length} × `}${gpuNames(facts.value)}` } : {}
      const kind = column === 'power' ? { kind: field?.endsWith('.instant') === true ? ('instant' as const) : ('average' as const) } : {}
      const series = (how: string): Series => ({ ...kind, scope: 'gpu', ...device, meter: id, unit, origin: 'measured', how, t, v })
      if (facts.state !== 'ok' || field === undefined) {
        const why = facts.state === 'absent' ? facts.why : `the GPU does not tell its ${what}`
        return { stop: async () => series(`no readings: ${why}`) }
      }
      const feed = joinFeed(facts.value, context.intervalMs, (round) => {
        const cells = round.flatMap((gpu) => (gpu[column] === undefined ? [] : [gpu[column] * scale]))
        if (cells.length < round.length) return // a sum over some of the GPUs would be another quantity
        const [time, value] = [clock(), MERGE[merge](cells)]
        t.push(time)
        v.push(value)
        context.onReading?.(time, value)
      })
      const abort = (): void => void feed.release()
      context.signal.addEventListener('abort', abort, { once: true })
      if (context.signal.aborted) abort()
      await feed.ready
      const how = describe(facts.value, column, field)
      const finish = async (): Promise<Series> => {
        context.signal.removeEventListener('abort', abort)
        // One more row, so that the readings enclose the window; a sampler that is silent is not waited for.
        if (!context.signal.aborted) await feed.nextRound(3 * context.intervalMs)
        const early = feed.ended()
        await feed.release()
        const note = early !== undefined && early !== 'stopped' ? `; the readings end early: ${early}` : t.length === 0 ? '; it sent no readings' : ''
        const startMs = t.at(-1)
        const died = early !== undefined && early !== 'stopped' && startMs !== undefined
        return { ...series(how + note), ...(died ? { gaps: [{ startMs, endMs: clock(), why: early }] } : {}) }
      }
      let result: Promise<Series> | undefined
      return { stop: () => (result ??= finish()) }
    },
  }
  return meter
}

const MERGE = {
  sum: (values: readonly number[]) => values.reduce((total, value) => total + value, 0),
  mean: (values: readonly number[]) => values.reduce((total, value) => total + value, 0) / values.length,
  max: (values: readonly number[]) => Math.max(...values),
}

function describe(facts: NvidiaFacts, column: Column, field: string): string {
  const { what, merge } = COLUMNS[column]
  const scope = facts.gpus.length === 1 ? gpuNames(facts) : `${merge} over ${facts.gpus.length} GPUs (${gpuNames(facts)})`
  const notes =
    column === 'power'
      ? `; the board only, not CPU, memory or power supply${field.endsWith('.instant') ? '' : '; averaged over up to 1 s by the driver, so short windows blur'}`
      : ''
  return `${what} by nvidia-smi ${field}, ${scope}, driver ${facts.driver}, stamped on arrival${notes}`
}

const gpuNames = ({ gpus }: NvidiaFacts): string => [...new Set(gpus.map(({ name }) => name))].join(', ')
