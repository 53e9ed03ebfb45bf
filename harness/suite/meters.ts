/** Meters of a suite: ids of those that every machine may have, and descriptions of others. */
import { resolve } from 'node:path'
import { z } from 'zod'
import { nearest } from '../errors.ts'
import { METERS } from '../meters/index.ts'
import type { MeterSpec } from '../types.ts'
import type { Issue } from './issues.ts'
import { defined } from './loads.ts'
import { Id, strict } from './strict.ts'

/** `id` defaults to the kind, with the model where there is one: `prometheus`, `wall-teacher`. */
export type MeterInput =
  | string
  | {
      readonly kind: 'prometheus'
      readonly id?: string | undefined
      /** Address of the page, such as `http://gpu-host:9400/metrics`. */
      readonly url: string
      /** Default: `DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION`, the counter of the DCGM exporter. */
      readonly metric?: string | undefined
      /** `J`: a counter of energy; `W`: power now. Default: J for the default metric, else W. */
      readonly unit?: 'J' | 'W' | undefined
      /** What one of the metric is in that unit; default 0.001 for the default metric (millijoules), else 1. */
      readonly scale?: number | undefined
      /** Only series that have these labels; default: all, summed. */
      readonly labels?: { readonly [name: string]: string } | undefined
      /** The only model that runs on what it sees; default: all that are behind a server. */
      readonly model?: string | undefined
    }
  | {
      readonly kind: 'wall'
      readonly id?: string | undefined
      /** CSV of `time,watts` that a logger appends to, relative to the suite. */
      readonly file: string
      /** The only model whose machine it sees; default: all that run on this machine. */
      readonly model?: string | undefined
      /** How far the clock of the logger is ahead of that of this machine, milliseconds. */
      readonly clockOffsetMs?: number | undefined
      /** Zone of times that name none, as `+01:00`; default: that of this machine. */
      readonly zone?: string | undefined
    }

const text = z.string().min(1)
const common = {
  id: Id.optional().describe('Name in the record; default: the kind, with the model'),
  model: Id.optional().describe('The only model that it sees; default: prometheus: all behind a server, wall: all on this machine'),
}
const Url = z.url({ protocol: /^https?$/, error: 'must be an address such as http://gpu-host:9400/metrics' }).refine((url) => !/^\w+:\/\/[^/]*@/.test(url), {
  error: 'must hold no user name and no password: the address is kept in the record',
})
const Prometheus = strict({
  kind: z.literal('prometheus').describe('A metric of a Prometheus page, such as that of the DCGM exporter'),
  url: Url.describe('Address of the page'),
  metric: text.optional().describe('Default DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION'),
  unit: z.enum(['J', 'W']).optional().describe('J: a counter of energy; W: power now. Default: J for the default metric, else W'),
  scale: z.number().positive().optional().describe('What one of the metric is in that unit; default 0.001 for the default metric (millijoules), else 1'),
  labels: z.record(z.string(), z.string()).optional().describe('Only series that have these labels; default: all, summed'),
  ...common,
})
const Wall = strict({
  kind: z.literal('wall').describe('A meter at the socket, whose logger appends time,watts to a file'),
  file: text.describe('Path, relative to the suite'),
  clockOffsetMs: z.number().optional().describe('How far the clock of the logger is ahead, milliseconds'),
  zone: z
    .string()
    .regex(/^(?:Z|[+-]\d\d:?\d\d)$/, 'must be a zone such as +01:00')
    .optional()
    .describe('Zone of times that name none; default: that of this machine'),
  ...common,
})
const Described = z.discriminatedUnion('kind', [Prometheus, Wall])
type ParsedMeter = string | z.output<typeof Described>

/** Text first, so that a misspelt id is told with the nearest one, by `checkMeters`. */
export const MeterSchema = z.union([text, Described], {
  error: ({ input }) => (typeof input === 'object' && input !== null ? wrongMeter(input) : 'must be the id of a meter, or a description with a kind'),
})

/** Ids must be known, or new; models must be in the suite. */
export function checkMeters(meters: readonly ParsedMeter[], models: readonly string[]): Issue[] {
  const known = ['auto', ...METERS.map(({ id }) => id)]
  const seen = new Set<string>()
  return meters.flatMap((meter, i): Issue[] => {
    if (typeof meter === 'string') {
      const guess = nearest(meter, known)
      if (known.includes(meter)) return []
      return [{ path: ['meters', i], message: `is no meter: "${meter}"; ${guess === undefined ? `there are ${known.join(', ')}` : `did you mean ${guess}?`}` }]
    }
    const id = meterId(meter)
    const taken = known.includes(id) ? 'the id of another meter' : seen.has(id.toLowerCase()) ? 'an id that another meter of the suite has' : undefined
    seen.add(id.toLowerCase())
    const guess = meter.model === undefined ? undefined : nearest(meter.model, models)
    return [
      ...(taken === undefined
        ? []
        : [{ path: ['meters', i, ...(meter.id === undefined ? [] : ['id'])], message: `has ${taken}, "${id}"; give it one of its own` }]),
      ...(meter.model === undefined || models.includes(meter.model)
        ? []
        : [
            {
              path: ['meters', i, 'model'],
              message: `names the model "${meter.model}", which the suite does not have; ${guess === undefined ? `it has ${models.slice(0, 12).join(', ')}` : `did you mean ${guess}?`}`,
            },
          ]),
    ]
  })
}

/** With its id, and paths absolute from `dir`. */
export function resolveMeter(meter: ParsedMeter, dir: string): string | MeterSpec {
  if (typeof meter === 'string') return meter
  const id = meterId(meter)
  return meter.kind === 'wall' ? { ...defined(meter), id, file: resolve(dir, meter.file) } : { ...defined(meter), id }
}

// --- internal ---

const meterId = ({ id, kind, model }: Exclude<ParsedMeter, string>): string => id ?? (model === undefined ? kind : `${kind}-${model}`)

/** A union tells nothing of its branches; what is wrong with a description is. */
function wrongMeter(input: object): string {
  const issue = Described.safeParse(input).error?.issues[0]
  if (issue === undefined) return 'is no meter'
  return issue.path.length === 0 ? issue.message : `${issue.path.join('.')}: ${issue.message}`
}
