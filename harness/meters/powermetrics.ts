/** Apple silicon through `powermetrics`, which needs root: the chip's own estimate of what its processors, GPU and neural engine draw. */
import { openCommand } from './command.ts'
import { plistDocuments } from './json-stream.ts'
import { meterFrom } from './sensor.ts'
import type { Meter } from '../types.ts'

export const applePower = powermetrics('apple', 'combined_power', 'CPU, GPU and neural engine')
export const appleGpu = powermetrics('apple-gpu', 'gpu_power', 'GPU')

/**
 * Milliwatts of a key of the `processor` dictionary, as watts; the key holds the mean over the sample. Undefined where the document has no such
 * number. Where the key is missing, energy in millijoules (`gpu_energy`, `combined_energy`) ÷ the length of the sample is taken.
 */
export function plistWatts(text: string, key: string): number | undefined {
  const processor = text.slice(Math.max(0, text.indexOf('<key>processor</key>')))
  const power = numberOf(processor, key)
  if (power !== undefined) return power / 1000
  const [energy, elapsed] = [numberOf(processor, key.replace(/_power$/, '_energy')), numberOf(text, 'elapsed_ns')]
  return energy === undefined || elapsed === undefined || !(elapsed > 0) ? undefined : energy / 1000 / (elapsed / 1e9)
}

// --- internal ---

function numberOf(text: string, key: string): number | undefined {
  const found = new RegExp(`<key>${key}</key>\\s*<(?:integer|real)>(\\d+(?:\\.\\d+)?(?:e[+-]?\\d+)?)</`, 'i').exec(text)?.[1]
  return found === undefined ? undefined : Number(found)
}

function powermetrics(id: string, key: string, what: string): Meter {
  return meterFrom({
    id,
    summary: `power of Apple silicon: ${what}`,
    unit: 'W',
    kind: 'instant', // means of one interval each, put at its middle
    scope: key === 'gpu_power' ? 'gpu' : 'system',
    async open(signal, context) {
      const every = Math.max(20, Math.round(context?.intervalMs ?? 100))
      const stream = await openCommand(
        {
          command: 'powermetrics',
          args: ['--samplers', 'cpu_power,gpu_power', '--format', 'plist', '--sample-rate', String(every)],
          silentMs: Math.max(5000, 20 * every),
          reader: (value, wrong) =>
            plistDocuments((text) => {
              const watts = plistWatts(text, key)
              if (watts === undefined) wrong(`powermetrics told no ${key}`)
              else value(watts)
            }),
        },
        signal,
      )
      return {
        state: 'ok',
        value: {
          how: `${what} by powermetrics (${key}), mean of ${every} ms, stamped on arrival; the chip’s own estimate, without memory and display`,
          async read(clock) {
            const watts = stream.take()
            return watts === undefined ? undefined : { t: clock() - every / 2, v: watts }
          },
          close: () => stream.close(),
        },
      }
    },
  })
}
