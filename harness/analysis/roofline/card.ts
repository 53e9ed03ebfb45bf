/** What a token costs by the card of a model. Lower bounds: attention scores, embeddings and work buffers are left out. */
import type { ModelCard, Observed } from '../../types.ts'
import { absent } from '../observed.ts'

/** FLOP per token, read or written: a multiplication and an addition for each active parameter (Kaplan et al., arXiv 2001.08361, section 2.1). */
export function flopPerToken({ parametersActive, parametersTotal }: ModelCard): Observed<number> {
  const active = parametersActive ?? parametersTotal
  return active === undefined ? absent('the card tells no number of parameters: give one in the suite (card)') : { state: 'ok', value: 2 * active }
}

/**
 * Bytes of weights that one decode step of `batch` requests reads. Of a dense model all, once for the whole batch. Of a mixture of
 * experts the part that all tokens share, and of the routed experts the share that the batch touches; at batch 1 the active parameters.
 */
export function weightBytesPerStep({ parametersTotal, parametersActive, experts, dtype }: ModelCard, batch: number): Observed<number> {
  const total = parametersTotal ?? parametersActive
  const bytes = bytesOf(dtype)
  if (total === undefined) return absent('the card tells no number of parameters')
  if (bytes === undefined) return absent(`the width of weights "${dtype}" is not known: give dtype in the suite (card)`)
  const active = parametersActive ?? total
  if (active === total) return { state: 'ok', value: total * bytes }
  if (batch <= 1) return { state: 'ok', value: active * bytes }
  if (experts === undefined || experts.count <= experts.perToken)
    return absent('how many experts a batch touches is not known: give experts in the suite (card)')
  const perExpert = (total - active) / (experts.count - experts.perToken) // total = shared + count × e, active = shared + perToken × e
  const shared = active - experts.perToken * perExpert
  if (shared < 0) return absent('total, active parameters and experts of the card do not fit each other')
  return { state: 'ok', value: (shared + experts.count * perExpert * touchedShare(experts.count, experts.perToken, batch)) * bytes }
}

/** Share of the experts that a batch touches, if each token picks `perToken` of `experts` evenly: 1 − (1 − k ÷ E)^B. */
export function touchedShare(experts: number, perToken: number, batch: number): number {
  return 1 - (1 - perToken / experts) ** batch
}

/** The rate at which weights of this format are multiplied: of 4-bit and 8-bit integers that of 16 bits, which they are unpacked to as a rule. */
export function rateOf(dtype: string): 'f32' | 'f16' | 'f8' | undefined {
  return FORMATS.find(([pattern]) => pattern.test(dtype))?.[2]
}

// --- internal ---

function bytesOf(dtype: string): number | undefined {
  return FORMATS.find(([pattern]) => pattern.test(dtype))?.[1]
}

const FORMATS: readonly (readonly [pattern: RegExp, bytes: number, rate: 'f32' | 'f16' | 'f8'])[] = [
  [/^(?:float32|fp32|f32)$/i, 4, 'f32'],
  [/^(?:float16|fp16|f16|half|bfloat16|bf16)$/i, 2, 'f16'],
  [/^(?:float8\w*|fp8\w*|f8)$/i, 1, 'f8'],
  [/^(?:int8|w8a16|q8_0)$/i, 1, 'f16'],
  [/^(?:int4|nf4|w4a16|awq|gptq|mxfp4|fp4)$/i, 0.5, 'f16'],
]
