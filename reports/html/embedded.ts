/** The analysis inside the page, for the button that saves it: read by our script, run by nobody. */
import { constants, deflateRawSync } from 'node:zlib'
import type { Analysis } from '../../harness/types.ts'
import { embeddableJson } from '../json.ts'
import { trusted, type Html } from './markup.ts'

/**
 * Small ones as JSON that can be read in the source of the page. Larger ones as base64 of raw deflate of JSON (anything that
 * inflates can read it), with quantiles as steps and every other fraction with DIGITS digits, which is more than was measured.
 */
export function embedded(analysis: Analysis): Html {
  const json = embeddableJson(analysis)
  if (json.length < COMPRESS_FROM) return trusted(`<script type="application/json" id="analysis">${json}</script>`)
  const packed = deflateRawSync(packedJson(analysis), { level: 9, memLevel: 7, strategy: constants.Z_FILTERED }).toString('base64')
  return trusted(`<script type="application/base64" data-encoding="deflate-raw" id="analysis">${packed}</script>`)
}

/** For the script of the page: a function of the JSON that is in the page, packed or not, that gives the JSON of the analysis. */
export const UNPACK = `(json) => JSON.stringify(JSON.parse(json, (key, value) => {
  if (key !== 'quantiles' || !value.steps) return value
  let sum = 0
  return value.steps.map((step) => (sum += step) / 10 ** value.decimals)
}))`

// --- internal ---

const COMPRESS_FROM = 100_000
const DIGITS = 7

function packedJson(analysis: Analysis): string {
  return JSON.stringify(analysis, (key, value: unknown) => {
    if (key === 'quantiles' && Array.isArray(value)) return stepsOf(value as number[])
    return typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(DIGITS)) : value
  })
}

/** Ascending values as whole steps of the last decimal, which loses nothing; as they are where that would. */
function stepsOf(values: readonly number[]): { decimals: number; steps: number[] } | readonly number[] {
  const decimals = Math.max(0, ...values.map((value) => (String(value).split('.')[1] ?? '').length))
  const whole = values.map((value) => Math.round(value * 10 ** decimals))
  if (whole.some((value, i) => value / 10 ** decimals !== values[i] || !Number.isSafeInteger(value))) return values
  return { decimals, steps: whole.map((value, i) => value - (whole[i - 1] ?? 0)) }
}
