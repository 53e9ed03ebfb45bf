/** Models priced side by side: blends, ratios of the first to each other one, and blends that somebody quotes. */
import { blendedPrice } from '../analysis/price.ts'
import { HarnessError } from '../errors.ts'
import type { QuotedBlend } from '../types.ts'
import { QUOTED_BLENDS } from './corrections.ts'
import type { FoundPrice } from './index.ts'
import { timeOf } from './period.ts'

export interface Blend {
  input: number
  output: number
}
export interface PricedModel extends FoundPrice {
  blended: number
  quoted: readonly QuotedBlend[]
}
/** `of` ÷ `to`; a ratio is absent where it would be divided by 0. */
export interface PriceRatio {
  of: string
  to: string
  input?: number
  output?: number
  blended?: number
  quoted?: { ratio: number; of: QuotedBlend; to: QuotedBlend }
}
export interface PriceComparison {
  blend: Blend
  models: readonly PricedModel[]
  ratios: readonly PriceRatio[]
}

/** `3:1` as parts of input and output. */
export function parseBlend(text: string): Blend {
  const match = /^(\d{1,6}(?:\.\d{1,6})?):(\d{1,6}(?:\.\d{1,6})?)$/.exec(text)
  const blend = { input: Number(match?.[1]), output: Number(match?.[2]) }
  if (match === null || blend.input + blend.output === 0)
    throw new HarnessError('usage', `a blend is parts of input and output tokens such as 3:1, and was given "${text}"`)
  return blend
}

export function comparePrices(found: readonly FoundPrice[], blend: Blend): PriceComparison {
  const models = found.map((one): PricedModel => ({ ...one, blended: exact(blendedPrice(one.price, blend)), quoted: quotedFor(one, blend) }))
  const [first, ...others] = models
  return { blend, models, ratios: first === undefined ? [] : others.map((other) => ratioOf(first, other)) }
}

// --- internal ---

/** Quoted blends of the same seller, rule and time: those of a day on which the price held that is shown. */
function quotedFor({ price, at }: FoundPrice, blend: Blend): QuotedBlend[] {
  return QUOTED_BLENDS.filter(({ model, provider, input, output, date }) => {
    const sameRule = input * blend.output === output * blend.input
    const [from, end] = [price.from ?? at, price.until ?? price.seen ?? at].map(timeOf)
    return model === price.model && provider === price.provider && sameRule && timeOf(date) >= from! && timeOf(date) <= end!
  })
}

function ratioOf(first: PricedModel, other: PricedModel): PriceRatio {
  const one = (name: 'input' | 'output' | 'blended', top: number, bottom: number): Partial<PriceRatio> => (bottom > 0 ? { [name]: top / bottom } : {})
  const pair = first.quoted.flatMap((of) =>
    other.quoted.flatMap((to) => (of.source === to.source && to.blended > 0 ? [{ ratio: of.blended / to.blended, of, to }] : [])),
  )[0]
  return {
    of: first.asked,
    to: other.asked,
    ...one('input', first.price.input, other.price.input),
    ...one('output', first.price.output, other.price.output),
    ...one('blended', first.blended, other.blended),
    ...(pair === undefined ? {} : { quoted: pair }),
  }
}

/** Prices are decimal numbers of a few digits: 0.96, not 0.9600000000000001. */
function exact(value: number): number {
  return Number(value.toPrecision(12))
}
