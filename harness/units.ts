/** Units of every number in records, analyses and reports. Imports nothing. */
export const UNITS = [
  'ratio', 'percent', 'count', 'ms', 's', 'token', 'token/s', 'request/s', 'byte', 'byte/s', 'W', 'J', 'J/token', 'J/answer',
  'USD', 'USD/Mtoken', 'USD/answer', 'USD/h', 'h', 'rating', 'percentile', 'parameter', 'celsius', 'MHz', 'nat', 'bit/byte', 'perplexity', 'gCO2', 'gCO2/answer',
] as const
export type Unit = (typeof UNITS)[number]

/**
 * Where a number comes from. `measured`: by this tool, on this machine. `estimated`: from a model of the
 * machine (thermal design power × utilisation). `published`: quoted, with source and date.
 */
export type Origin = 'measured' | 'estimated' | 'published'

const WEAKNESS: Record<Origin, number> = { measured: 0, estimated: 1, published: 2 }

/** The origin of a number computed from several: as weak as its weakest part. */
export function weakestOrigin(...origins: Origin[]): Origin {
  return origins.reduce<Origin>((worst, next) => (WEAKNESS[next] > WEAKNESS[worst] ? next : worst), 'measured')
}
