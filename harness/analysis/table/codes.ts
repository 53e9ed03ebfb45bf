/** Words of a sample as numbers of the table. */
import type { Grade, Sample, Unknown } from '../../types.ts'

export const FINISHES = ['stop', 'length', 'tool-calls', 'content-filter', 'error'] as const satisfies readonly Sample['finish'][]
export const FAILED = FINISHES.indexOf('error')
export const CUT_OFF = FINISHES.indexOf('length')

/** Times are of events, token counts are estimates; and what a recorded answer does not tell. */
export const FLAG = { event: 1, estimate: 2, /** No answer was written: texts were given, and their likelihoods told. */ given: 128 } as const
const UNTOLD: Record<Unknown, number> = { times: 4, promptTokens: 8, outputTokens: 16, finish: 32, text: 64 }

/** Right by log-likelihoods as they are, by byte and by character; `told`: a grade says so. */
export const BY_LENGTH = { raw: 1, bytes: 2, characters: 4, told: 8 } as const

export function byLengthBits(by: Grade['by']): number {
  if (by === undefined) return 0
  return BY_LENGTH.told | (['raw', 'bytes', 'characters'] as const).reduce((bits, how) => bits | (by[how] >= 1 ? BY_LENGTH[how] : 0), 0)
}

export function finishCode(finish: Sample['finish']): number {
  return FINISHES.indexOf(finish)
}

export function untoldBits(unknown: readonly Unknown[] | undefined): number {
  return unknown === undefined ? 0 : unknown.reduce((bits, one) => bits | UNTOLD[one], 0)
}
