/** What the harness and the process of the meters say to each other. */
import { z } from 'zod'

const text = z.string()
const number = z.number()
const optional = z.exactOptional

const Gpu = z.object({ names: z.array(text).readonly(), vendor: optional(text), uuid: optional(text), busId: optional(text), cuda: optional(z.boolean()) })

export const ToHostSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('probe'), ids: z.array(text) }),
  z.object({
    type: z.literal('start'),
    ids: z.array(text),
    specs: z.array(z.unknown()),
    originNs: text,
    intervalMs: number,
    pid: optional(number),
    gpu: optional(Gpu),
  }),
  z.object({ type: z.literal('stop') }),
])
export type ToHost = z.output<typeof ToHostSchema>

const Series = z.object({
  meter: text,
  unit: text,
  origin: z.enum(['measured', 'estimated', 'published']),
  how: text,
  t: z.array(number),
  v: z.array(number),
  kind: optional(z.enum(['counter', 'instant', 'average'])),
  scope: optional(z.enum(['gpu', 'package', 'dram', 'system', 'wall'])),
  device: optional(text),
  model: optional(text),
  gaps: optional(z.array(z.object({ startMs: number, endMs: number, why: text, breaks: optional(z.literal(true)) }))),
})
const Probe = z.union([z.object({ state: z.literal('ok'), value: text }), z.object({ state: z.literal('absent'), why: text })])

export const FromHostSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('probed'), probes: z.array(Probe) }),
  z.object({ type: z.literal('started'), notes: z.array(text) }),
  /** What was read since the last message, by position of the meter. */
  z.object({ type: z.literal('readings'), meters: z.array(z.object({ t: z.array(number), v: z.array(number) })) }),
  z.object({ type: z.literal('stopped'), series: z.array(Series) }),
])
export type FromHost = z.output<typeof FromHostSchema>
