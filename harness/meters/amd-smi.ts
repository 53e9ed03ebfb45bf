/** AMD GPUs through `amd-smi metric --power --json --watch`, for machines where the hardware monitors of the kernel are out of reach. */
import { z } from 'zod'
import { openCommand } from './command.ts'
import { jsonDocuments } from './json-stream.ts'
import { meterFrom } from './sensor.ts'

export const amdSmi = meterFrom({
  id: 'amd-smi',
  summary: 'power of AMD GPUs by amd-smi',
  unit: 'W',
  kind: 'instant',
  scope: 'gpu',
  async open(signal) {
    const stream = await openCommand(
      {
        command: 'amd-smi',
        args: ['metric', '--power', '--json', '--watch', '1'],
        silentMs: 10_000,
        reader: (value, wrong) =>
          jsonDocuments((text) => {
            const watts = socketWatts(text)
            if (typeof watts === 'number') value(watts)
            else wrong(watts)
          }),
      },
      signal,
    )
    return {
      state: 'ok',
      value: {
        how: 'socket power of all AMD GPUs by amd-smi, once a second, stamped on arrival; the boards only',
        async read(clock) {
          const watts = stream.take()
          return watts === undefined ? undefined : { t: clock(), v: watts }
        },
        close: () => stream.close(),
      },
    }
  },
})

/**
 * Watts of all GPUs in a document of `amd-smi metric --power --json`, or why there are none. The forms of ROCm 6 and 7: a list of GPUs, or an
 * object with it under `gpu_data`; a number with its unit, a bare number, or "N/A".
 */
export function socketWatts(text: string): number | string {
  let data: unknown
  try {
    data = JSON.parse(text)
  } catch {
    return 'amd-smi wrote something that is no JSON'
  }
  const parsed = Document.safeParse(data)
  if (!parsed.success) return 'amd-smi wrote another form of JSON than is known here'
  const gpus = Array.isArray(parsed.data) ? parsed.data : parsed.data.gpu_data
  if (gpus.length === 0) return 'amd-smi lists no GPU'
  let sum = 0
  for (const { gpu, power } of gpus) {
    const watts = power.socket_power ?? power.current_socket_power ?? power.average_socket_power
    const value = typeof watts === 'object' ? watts.value : watts
    const number = typeof value === 'string' && /^\d+(?:\.\d+)?$/.test(value) ? Number(value) : value
    if (typeof number !== 'number') return `amd-smi said "${number}" for the power of GPU ${gpu}`
    sum += number
  }
  return sum
}

// --- internal ---

const Cell = z.union([z.number(), z.string(), z.object({ value: z.union([z.number(), z.string()]), unit: z.literal('W').optional() })])
const Gpu = z.object({
  gpu: z.number(),
  power: z.object({ socket_power: Cell.optional(), current_socket_power: Cell.optional(), average_socket_power: Cell.optional() }),
})
const Document = z.union([z.array(Gpu), z.object({ gpu_data: z.array(Gpu) })])
