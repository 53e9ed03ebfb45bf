/** How numbers of each unit are shown, in the words of one language. The numbers are the same in all of them. */
import type { Unit } from '../harness/types.ts'

/** How one column or axis is shown: the value times `times`, between `prefix` and `suffix`. `label` names the unit in words, `to` stands between two ends. */
export interface Scale {
  times: number
  prefix: string
  suffix: string
  label: string
  to: string
}

/** Largest step first; the first one whose `from` the value reaches is used. */
export interface Units {
  /** In the place of a number that is not finite. */
  unknown: string
  steps: Record<Unit, readonly (Scale & { from: number })[]>
}

/** What the units are called: `[suffix, label]`, the suffix with the space before it. */
export interface UnitWords {
  unknown: string
  to: string
  perToken: string
  perAnswer: string
  bytes: string
  count: string
  hours: Named
  millionHours: Named
  tokens: Named
  tokensPerSecond: Named
  requestsPerSecond: Named
  billionUsd: Named
  millionUsd: Named
  usdPerMtoken: Named
  usdPerAnswer: Named
  usdPer1000Answers: Named
  usdPerMillionAnswers: Named
  usdPerHour: Named
  rating: string
  percentile: Named
  billion: Named
  million: Named
  thousand: Named
  parameters: string
  nats: Named
  bitsPerByte: Named
  perplexity: string
}
type Named = readonly [suffix: string, label: string]

export function unitsOf(words: UnitWords): Units {
  const step = (from: number, times: number, prefix: string, suffix: string, label: string) => ({ from, times, prefix, suffix, label, to: words.to })
  const plain = (suffix: string, label: string) => [step(0, 1, '', suffix, label)]
  const energy = (per: string) => [
    step(3.6e6, 1 / 3.6e6, '', ` kWh${per}`, `kWh${per}`),
    step(1e3, 1e-3, '', ` kJ${per}`, `kJ${per}`),
    step(1, 1, '', ` J${per}`, `J${per}`),
    step(1e-3, 1e3, '', ` mJ${per}`, `mJ${per}`),
    step(0, 1e6, '', ` µJ${per}`, `µJ${per}`),
  ]
  const carbon = (per: string) => [
    step(1e6, 1e-6, '', ` t CO2${per}`, `t CO2${per}`),
    step(1e3, 1e-3, '', ` kg CO2${per}`, `kg CO2${per}`),
    step(1, 1, '', ` g CO2${per}`, `g CO2${per}`),
    step(1e-3, 1e3, '', ` mg CO2${per}`, `mg CO2${per}`),
    step(0, 1e6, '', ` µg CO2${per}`, `µg CO2${per}`),
  ]
  const bytes = (per: string) => [
    step(1e9, 1e-9, '', ` GB${per}`, `GB${per}`),
    step(1e6, 1e-6, '', ` MB${per}`, `MB${per}`),
    step(1e3, 1e-3, '', ` kB${per}`, `kB${per}`),
    step(0, 1, '', ` B${per}`, `${words.bytes}${per}`),
  ]
  const steps: Units['steps'] = {
    ratio: [step(0, 100, '', '%', '%')],
    percent: plain('%', '%'),
    count: plain('', words.count),
    ms: [step(10_000, 1e-3, '', ' s', 's'), step(1, 1, '', ' ms', 'ms'), step(0, 1e3, '', ' µs', 'µs')],
    s: [step(7200, 1 / 3600, '', ' h', 'h'), step(120, 1 / 60, '', ' min', 'min'), step(1, 1, '', ' s', 's'), step(0, 1e3, '', ' ms', 'ms')],
    h: [step(1e6, 1e-6, '', ...words.millionHours), step(0, 1, '', ...words.hours)],
    token: plain(...words.tokens),
    'token/s': plain(...words.tokensPerSecond),
    'request/s': plain(...words.requestsPerSecond),
    byte: bytes(''),
    'byte/s': bytes('/s'),
    W: [step(1000, 1e-3, '', ' kW', 'kW'), step(0, 1, '', ' W', 'W')],
    J: energy(''),
    'J/token': energy(words.perToken),
    'J/answer': energy(words.perAnswer),
    gCO2: carbon(''),
    'gCO2/answer': carbon(words.perAnswer),
    USD: [step(1e9, 1e-9, '$', ...words.billionUsd), step(1e6, 1e-6, '$', ...words.millionUsd), step(0, 1, '$', '', 'USD')],
    'USD/Mtoken': [step(0, 1, '$', ...words.usdPerMtoken)],
    'USD/answer': [
      step(0.1, 1, '$', ...words.usdPerAnswer),
      step(1e-4, 1e3, '$', ...words.usdPer1000Answers),
      step(0, 1e6, '$', ...words.usdPerMillionAnswers),
    ],
    'USD/h': [step(0, 1, '$', ...words.usdPerHour)],
    rating: plain('', words.rating),
    percentile: plain(...words.percentile),
    parameter: [
      step(1e9, 1e-9, '', ...words.billion),
      step(1e6, 1e-6, '', ...words.million),
      step(1e4, 1e-3, '', ...words.thousand),
      step(0, 1, '', '', words.parameters),
    ],
    celsius: plain(' °C', '°C'),
    MHz: plain(' MHz', 'MHz'),
    nat: plain(...words.nats),
    'bit/byte': plain(...words.bitsPerByte),
    perplexity: plain('', words.perplexity),
  }
  return { unknown: words.unknown, steps }
}

export const ENGLISH_UNITS: Units = unitsOf({
  unknown: 'unknown',
  to: ' to ',
  perToken: ' per token',
  perAnswer: ' per answer',
  bytes: 'bytes',
  count: 'count',
  hours: [' h', 'hours'],
  millionHours: [' million h', 'million hours'],
  tokens: [' tokens', 'tokens'],
  tokensPerSecond: [' tokens/s', 'tokens/s'],
  requestsPerSecond: [' requests/s', 'requests/s'],
  billionUsd: [' billion', 'billion USD'],
  millionUsd: [' million', 'million USD'],
  usdPerMtoken: [' per million tokens', 'USD per million tokens'],
  usdPerAnswer: [' per answer', 'USD per answer'],
  usdPer1000Answers: [' per 1,000 answers', 'USD per 1,000 answers'],
  usdPerMillionAnswers: [' per million answers', 'USD per million answers'],
  usdPerHour: ['/h', 'USD per hour'],
  rating: 'rating',
  percentile: [' (percentile)', 'percentile'],
  billion: [' billion', 'billion'],
  million: [' million', 'million'],
  thousand: [' thousand', 'thousand'],
  parameters: 'parameters',
  nats: [' nats', 'nats'],
  bitsPerByte: [' bits per byte', 'bits per byte'],
  perplexity: 'perplexity',
})
