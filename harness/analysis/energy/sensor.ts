/**
 * What is known of a power sensor: how long it averages, how often it moves, and for how much of the time it looks.
 * Figures: Yang, Adamek and Armour, "Part-time Power Measurements", arXiv 2312.02741, and the workbook beside it.
 */

export type SensorKind = 'counter' | 'instant' | 'average'

export interface Sensor {
  kind: SensorKind
  /** Time over which one value is the mean; ms. Undefined: as long as one update. */
  averagingMs?: number
  /** Time between two values of the sensor; ms. Undefined: what the readings show. */
  updateMs?: number
  /** Standard uncertainty of its scale, as a ratio: the same for everything that is measured with it. Undefined: not known. */
  gain?: number
  /** How much that scale itself differs between loads, as a ratio: what does not cancel between two contestants. */
  linearity?: number
}

/** What a series says of itself. */
export interface Described {
  meter: string
  how: string
  unit: string
  kind?: string | undefined
  device?: string | undefined
  scope?: string | undefined
  /** Read from elsewhere, at the pace of whoever keeps it. */
  described?: true
}

export function sensorOf(series: Described): Sensor {
  const kind = kindOf(series)
  const text = `${series.device ?? ''} ${series.how}`
  const partTime = PART_TIME.test(text)
  const gain = { gain: GAIN, linearity: partTime ? 2 * LINEARITY : LINEARITY }
  if (series.described === true) return { kind, ...(series.scope === 'gpu' ? gain : {}) }
  if (!BOARD_SENSOR.test(series.meter)) return { kind, ...(kind === 'average' ? { averagingMs: SLOW_MS } : {}) }
  if (kind === 'counter') return { kind, ...gain }
  if (kind === 'average') return { kind, averagingMs: SLOW_MS, updateMs: UPDATE_MS, ...gain }
  return { kind, updateMs: UPDATE_MS, averagingMs: partTime ? PART_TIME_MS : UPDATE_MS, ...gain }
}

/** Share of the time that the sensor looks at: 0.25 where it averages 25 ms of every 100. */
export function coverageOf({ kind, averagingMs, updateMs }: Sensor): number {
  return kind === 'counter' || averagingMs === undefined || updateMs === undefined ? 1 : Math.min(1, averagingMs / updateMs)
}

// --- internal ---

/** Sensors of GPU boards, which that paper looked at; it saw errors near 5% that are constant for one card. */
const BOARD_SENSOR = /^(?:nvidia|nvml|dcgm|amd)/
/** A limit of ±5% taken as uniform: 5% ÷ √3. */
const GAIN = 0.05 / Math.sqrt(3)
/** The scale of one RTX 3090 at 130 W and at 300 W differs by 0.5%, that of one A100 by more: read from the recorded traces that `bench:energy` replays. */
const LINEARITY = 0.005
const UPDATE_MS = 100
/** `power.draw.average`, and `power.draw` of most boards since Ampere. */
const SLOW_MS = 1000
/** Boards whose instant power is the mean of 25 ms in every 100. */
const PART_TIME = /\b(?:A100|A800|A30|H100|H800|H200|GH200)\b/
const PART_TIME_MS = 25

function kindOf({ kind, how, unit }: Described): SensorKind {
  if (kind === 'counter' || kind === 'instant' || kind === 'average') return kind
  if (unit === 'J') return 'counter'
  return /\.average\b|averaged over up to 1 s/.test(how) ? 'average' : 'instant'
}
