/** The process of the meters. It ends with the harness, however that ends. */
import type { MeterSession, MeterSpec } from '../../types.ts'
import { reasonOf } from '../sensor.ts'
import { METERS } from '../table.ts'
import { meterOfSpec } from '../specs.ts'
import { ToHostSchema, type FromHost, type ToHost } from './protocol.ts'

const FLUSH_MS = 250
const abort = new AbortController()
let sessions: Promise<MeterSession[]> = Promise.resolve([])

process.on('disconnect', () => {
  abort.abort()
  process.exit(0)
})
process.on('SIGINT', () => {}) // the harness stops us
process.on('message', (message) => void handle(ToHostSchema.parse(message)))

async function handle(message: ToHost): Promise<void> {
  if (message.type === 'probe') {
    const probes = await Promise.all(metersOf(message.ids, []).map((meter) => meter.probe(abort.signal)))
    return tell({ type: 'probed', probes: probes.map((probe) => (probe.state === 'ok' ? probe : { state: 'absent', why: reasonOf(probe) })) })
  }
  if (message.type === 'start') {
    sessions = start(message)
    const notes = (await sessions).flatMap((session) => session.notes ?? [])
    return tell({ type: 'started', notes: [...new Set(notes)] })
  }
  const series = await Promise.all((await sessions).map((session) => session.stop()))
  tell({
    type: 'stopped',
    series: series.map(({ t, v, gaps, ...rest }) => ({ ...rest, t: [...t], v: [...v], ...(gaps === undefined ? {} : { gaps: [...gaps] }) })),
  })
}

async function start({ ids, specs, originNs, intervalMs, pid, gpu }: Extract<ToHost, { type: 'start' }>): Promise<MeterSession[]> {
  const origin = BigInt(originNs)
  const clock = (): number => Math.round(Number(process.hrtime.bigint() - origin) / 1000) / 1000 // that of the run
  const meters = metersOf(ids, specs as MeterSpec[])
  let fresh = meters.map(() => ({ t: [] as number[], v: [] as number[] }))
  setInterval(() => {
    if (fresh.every(({ t }) => t.length === 0)) return
    tell({ type: 'readings', meters: fresh })
    fresh = meters.map(() => ({ t: [], v: [] }))
  }, FLUSH_MS)
  return Promise.all(
    meters.map((meter, i) => {
      const onReading = (t: number, v: number): void => {
        fresh[i]!.t.push(t)
        fresh[i]!.v.push(v)
      }
      return meter.start(clock, { intervalMs, signal: abort.signal, onReading, ...(pid === undefined ? {} : { pid }), ...(gpu === undefined ? {} : { gpu }) })
    }),
  )
}

function metersOf(ids: readonly string[], specs: readonly MeterSpec[]) {
  return ids.map((id) => {
    const spec = specs.find((one) => one.id === id)
    const meter = spec === undefined ? METERS.find((one) => one.id === id) : meterOfSpec(spec)
    if (meter === undefined) throw new Error(`there is no meter ${id}`)
    return meter
  })
}

function tell(message: FromHost): void {
  process.send?.(message, () => {}) // an error is the end of the harness, which `disconnect` tells
}
