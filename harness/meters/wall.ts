/** A wall meter whose logger appends CSV lines, `timestamp,watts`, while the run goes on (as PTDaemon does in MLPerf). */
import { open, stat } from 'node:fs/promises'
import type { Meter, MeterSpec } from '../types.ts'
import { meterFrom } from './sensor.ts'

type Spec = Extract<MeterSpec, { kind: 'wall' }>

const SILENT_MS = 10_000

/** Reads what was appended since the last look. The logger's own times are used, less `clockOffsetMs`. */
export function wall(spec: Spec): Meter {
  return meterFrom({
    id: spec.id,
    summary: `watts at the socket from ${spec.file}`,
    unit: 'W',
    kind: 'instant',
    scope: 'wall',
    spec,
    ...(spec.model === undefined ? {} : { model: spec.model }),
    async open() {
      const there = await stat(spec.file).catch(() => undefined)
      if (there === undefined) return { state: 'absent', why: `${spec.file} is not there; start the logger of the wall meter first` }
      let position = there.size
      let rest = ''
      let newest = Date.now()
      return {
        state: 'ok',
        value: {
          how: `watts at the socket as appended to ${spec.file}, by the times of its lines${spec.clockOffsetMs === undefined ? '' : `, less ${spec.clockOffsetMs} ms`}`,
          async read(clock) {
            const added = await textAfter(spec.file, position)
            position += Buffer.byteLength(added)
            const lines = (rest + added).split('\n')
            rest = (lines.pop() ?? '').slice(-10_000)
            const last = lines.map((line) => lineOf(line, spec)).findLast((one) => one !== undefined)
            if (last === undefined) {
              if (Date.now() - newest > SILENT_MS) throw new Error(`${spec.file} got no line for ${SILENT_MS / 1000} s`)
              return undefined
            }
            newest = Date.now()
            // Wall clock to run clock, by what both show now.
            return { t: clock() - (Date.now() - (last.time - (spec.clockOffsetMs ?? 0))), v: last.watts }
          },
        },
      }
    },
  })
}

/** Time (milliseconds since 1970) and watts of a line; undefined for a heading, half a line, or a value that is no number. */
export function lineOf(line: string, { zone }: Pick<Spec, 'zone'>): { time: number; watts: number } | undefined {
  const [when = '', text = ''] = line.split(',').map((cell) => cell.trim().replace(/^"|"$/g, ''))
  if (!/^-?\d+(?:\.\d+)?$/.test(text)) return undefined
  if (/^\d+(?:\.\d+)?$/.test(when)) return { time: Number(when) * (Number(when) > 1e11 ? 1 : 1000), watts: Number(text) }
  const zoned = /(?:Z|[+-]\d\d:?\d\d)$/.test(when)
  const time = Date.parse(zoned ? when : `${when.replace(/^(\d+)[/-](\d+)[/-](\d+)[ T]/, '$1-$2-$3T')}${zone ?? ''}`)
  return Number.isFinite(time) ? { time, watts: Number(text) } : undefined
}

// --- internal ---

async function textAfter(file: string, position: number): Promise<string> {
  const handle = await open(file, 'r')
  try {
    const { size } = await handle.stat()
    if (size < position) throw new Error(`${file} became shorter`)
    const buffer = Buffer.alloc(Math.min(size - position, 1 << 20))
    await handle.read(buffer, 0, buffer.length, position)
    return buffer.toString('utf8')
  } finally {
    await handle.close()
  }
}
