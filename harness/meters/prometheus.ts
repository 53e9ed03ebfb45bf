/** Power or energy from a Prometheus endpoint, such as that of the DCGM exporter, for a server on another host. */
import type { Meter, MeterSpec } from '../types.ts'
import { Break } from './poll.ts'
import { meterFrom } from './sensor.ts'

type Spec = Extract<MeterSpec, { kind: 'prometheus' }>

const ENERGY = 'DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION' // millijoules
const TIMEOUT_MS = 2000
const MOST_BYTES = 8 << 20

/** Reads one metric, summed over the series that have the labels. Only the address that the suite names is asked, and redirects are refused. */
export function prometheus(spec: Spec): Meter {
  const metric = spec.metric ?? ENERGY
  const unit = spec.unit ?? (metric === ENERGY ? 'J' : 'W')
  const scale = spec.scale ?? (metric === ENERGY ? 0.001 : 1)
  return meterFrom({
    id: spec.id,
    summary: `${metric} from ${spec.url}`,
    unit,
    kind: unit === 'J' ? 'counter' : 'instant',
    scope: 'gpu',
    spec,
    ...(spec.model === undefined ? {} : { model: spec.model }),
    async open(signal) {
      let before: Map<string, number> | undefined
      return {
        state: 'ok',
        value: {
          how: `${metric} from ${spec.url}, stamped half way between question and answer; the exporter may renew it seldom`,
          async read(clock) {
            const asked = clock()
            const found = samplesOf(await fetchText(spec.url, signal), metric, spec.labels ?? {})
            const t = (asked + clock()) / 2
            if (found.size === 0) throw new Error(`${spec.url} has no ${metric}${spec.labels === undefined ? '' : ' with these labels'}`)
            const last = before
            before = found
            if (last !== undefined && (last.size !== found.size || [...last.keys()].some((key) => !found.has(key))))
              throw new Break(`${spec.url}: the devices behind ${metric} changed`)
            if (unit === 'J' && last !== undefined && [...found].some(([key, value]) => value < last.get(key)!))
              throw new Break(`${spec.url}: ${metric} was reset`)
            return { t, v: [...found.values()].reduce((sum, value) => sum + value, 0) * scale }
          },
        },
      }
    },
  })
}

/** Values of a metric in the text format of Prometheus, by labels as written. Values that are no numbers are left out. */
export function samplesOf(text: string, metric: string, labels: Readonly<Record<string, string>>): Map<string, number> {
  const found = new Map<string, number>()
  for (const line of text.split('\n')) {
    if (!line.startsWith(metric)) continue
    const match = LINE.exec(line.slice(metric.length))
    if (match === null) continue
    const [, braces = '', value = ''] = match
    const own = new Map([...braces.matchAll(LABEL)].map(([, name, content]) => [name, unescape(content ?? '')]))
    const number = Number(value)
    if (!Number.isFinite(number) || Object.entries(labels).some(([name, wanted]) => own.get(name) !== wanted)) continue
    found.set(braces, number)
  }
  return found
}

// --- internal ---

/** After the name: labels, whose values may hold anything escaped, then the value, then perhaps a time. */
const LINE = /^(?:\{((?:[^"}]|"(?:[^"\\]|\\.)*")*)\})?\s+([^\s]+)(?:\s+-?\d+)?\s*$/
const LABEL = /([a-zA-Z_]\w*)\s*=\s*"((?:[^"\\]|\\.)*)"/g

function unescape(text: string): string {
  return text.replace(/\\(.)/g, (_, letter: string) => (letter === 'n' ? '\n' : letter))
}

async function fetchText(url: string, signal: AbortSignal): Promise<string> {
  const limit = AbortSignal.timeout(TIMEOUT_MS)
  try {
    const response = await fetch(url, { signal: AbortSignal.any([signal, limit]), redirect: 'error', headers: { accept: 'text/plain' } })
    if (!response.ok) {
      await response.body?.cancel()
      throw new Error(`it answered ${response.status}`)
    }
    let [text, bytes] = ['', 0]
    const decoder = new TextDecoder()
    for await (const chunk of response.body ?? []) {
      bytes += (chunk as Uint8Array).length
      if (bytes > MOST_BYTES) throw new Error('its answer is longer than 8 MiB')
      text += decoder.decode(chunk as Uint8Array, { stream: true })
    }
    return text
  } catch (error) {
    const why = limit.aborted ? `no answer within ${TIMEOUT_MS / 1000} s` : (((error as Error).cause as Error | undefined)?.message ?? (error as Error).message)
    throw new Error(`${url}: ${why}`, { cause: error })
  }
}
