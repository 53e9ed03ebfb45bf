/** List prices at a date: the suite's own table first, then the built-in corrections, then the library. Asks no network. */
import { HarnessError, nearest } from '../errors.ts'
import type { ListPrice, ModelSpec, PriceSource } from '../types.ts'
import { ALIASES, CORRECTIONS } from './corrections.ts'
import { librarySource } from './library.ts'
import { changesWithinDay, priceAt, timeOf } from './period.ts'

export { QUOTED_BLENDS } from './corrections.ts'
export { isTime } from './period.ts'

export interface PriceQuery {
  model: string
  /** ISO day or instant. */
  at: string
  provider?: string
}
export interface FoundPrice {
  /** As it was asked for. */
  asked: string
  at: string
  price: ListPrice
  /** What a reader must know: an undated price, one that was not seen in force so late, an hour that matters. */
  cautions: readonly string[]
}

/** The token prices that a suite gives for its models, by their ids. */
export function suitePrices(models: readonly ModelSpec[]): ListPrice[] {
  return models.flatMap(({ id, price }): ListPrice[] => {
    if (price?.kind !== 'token') return []
    const { inputPerMtoken: input, outputPerMtoken: output, cachedInputPerMtoken: cached, source, date } = price
    const cachedInput = cached === undefined ? {} : { cachedInput: { value: cached, origin: 'published' as const } }
    return [{ model: id, provider: 'suite', input, output, ...cachedInput, from: date, firstSeen: true, seen: date, source }]
  })
}

/** A price table as a source; the order of its entries does not matter. */
export function tableSource(id: string, title: string, table: readonly ListPrice[], aliases: Readonly<Record<string, string>> = {}): PriceSource {
  return {
    id,
    title,
    entries: (name, provider) => {
      const wanted = name.toLowerCase()
      const model = Object.hasOwn(aliases, wanted) ? aliases[wanted] : wanted
      return Promise.resolve(table.filter((one) => one.model.toLowerCase() === model && (provider === undefined || one.provider === provider)))
    },
    names: () => Promise.resolve([...table.map(({ model }) => model), ...Object.keys(aliases)]),
    providers: () => Promise.resolve(table.map(({ provider }) => provider)),
  }
}

/** The sources in the order in which they are asked; `own` is the suite's table. */
export function priceSources(own: readonly ListPrice[] = []): readonly PriceSource[] {
  return [tableSource('suite', 'price table of the suite', own), tableSource('built-in', 'built-in dated prices', CORRECTIONS, ALIASES), librarySource]
}

/**
 * The price of a model at a time. A source that knows the time for certain wins over one that does not; of equals the earlier source.
 * @throws HarnessError `usage` for an unknown model or provider (with the nearest names), a time before the first known price, or
 * a model that several companies sell and nobody was chosen. Never a price of 0 for something unknown.
 */
export async function findPrice({ model, at, provider }: PriceQuery, sources: readonly PriceSource[] = priceSources()): Promise<FoundPrice> {
  await checkProvider(provider, sources)
  const [name, seller] = await splitName(model, provider, sources)
  const moment = timeOf(at)
  const uncertain: FoundPrice[] = []
  const later: ListPrice[] = []
  for (const source of sources) {
    const entries = await source.entries(name, seller, new Date(moment))
    const held = priceAt(oneSeller(entries, model), moment)
    if (held.kind === 'too-early') later.push(held.first)
    if (held.kind !== 'held') continue
    const found = { asked: model, at, price: held.price, cautions: cautionsOf(held.price, entries, moment) }
    if (held.certain && held.price.from !== undefined) return found
    if (held.price.from !== undefined || later.length === 0) uncertain.push(found) // who knows no dates cannot know better
  }
  const first = later.sort((a, b) => timeOf(a.from!) - timeOf(b.from!))[0]
  if (uncertain.length === 0 && first !== undefined) throw tooEarly(model, at, first)
  // the newest list knows best what holds after the last day of the others
  const best = uncertain.reduce<FoundPrice | undefined>((last, one) => (last === undefined || seenOf(one) > seenOf(last) ? one : last), undefined)
  if (best === undefined) throw await unknownModel(model, seller, sources)
  return best
}

// --- internal ---

function seenOf({ price }: FoundPrice): string {
  return price.seen ?? ''
}

function cautionsOf(price: ListPrice, all: readonly ListPrice[], at: number): string[] {
  const change = changesWithinDay(all, at)
  const late = price.until === undefined && price.seen !== undefined && at >= timeOf(price.seen) + 86_400_000
  return [
    ...(price.from === undefined ? ['its source does not say since when this price holds, so it may not be the one of this date'] : []),
    ...(late ? [`last seen in force on ${price.seen}`] : []),
    ...(change === undefined ? [] : [`the price changes later on this day, at ${change}`]),
    ...(price.cachedInput?.origin === 'estimated' ? [`cached input is estimated: ${price.cachedInput.how ?? 'by rule'}`] : []),
    ...(price.input === 0 && price.output === 0 ? ['listed at no charge'] : []),
    ...(price.notes ?? []),
  ]
}

/** `openai/o1` and `openai:o1` name the seller, where the first part is one. */
async function splitName(model: string, provider: string | undefined, sources: readonly PriceSource[]): Promise<[string, string | undefined]> {
  const match = /^([\w.-]+)[/:](.+)$/.exec(model)
  if (provider !== undefined || match === null) return [model, provider]
  return (await providersOf(sources)).has(match[1]!) ? [match[2]!, match[1]!] : [model, undefined]
}

async function providersOf(sources: readonly PriceSource[]): Promise<Set<string>> {
  return new Set((await Promise.all(sources.map((source) => source.providers()))).flat())
}

async function checkProvider(provider: string | undefined, sources: readonly PriceSource[]): Promise<void> {
  if (provider === undefined) return
  const known = await providersOf(sources)
  if (known.has(provider)) return
  const close = nearest(provider, known)
  throw new HarnessError('usage', `no price list of a provider "${provider}" is known${close === undefined ? '' : `; did you mean ${close}?`}`, {
    hint: `providers: ${[...known].sort().join(', ')}`,
  })
}

function oneSeller(entries: readonly ListPrice[], model: string): readonly ListPrice[] {
  const sellers = [...new Set(entries.map(({ provider }) => provider))]
  if (sellers.length <= 1) return entries
  throw new HarnessError('usage', `${model} is sold by ${sellers.length} companies at their own prices; say which with --provider`, {
    hint: `sold by ${sellers.join(', ')}`,
  })
}

function tooEarly(model: string, at: string, { from, firstSeen, source }: ListPrice): HarnessError {
  const since = firstSeen === true ? `the first price that is known was seen on ${from}` : `it was first sold on ${from}`
  return new HarnessError('usage', `no price of ${model} is known at ${at}: ${since}`, {
    hint: `source: ${source}; ask for --at ${from?.slice(0, 10)} or later`,
  })
}

async function unknownModel(model: string, provider: string | undefined, sources: readonly PriceSource[]): Promise<HarnessError> {
  const names = [...new Set((await Promise.all(sources.map((source) => source.names()))).flat())]
  const close = nearNames(model, names)
  const where = provider === undefined ? '' : ` at ${provider}`
  return new HarnessError('usage', `no price of "${model}"${where} is known${close.length === 0 ? '' : `; near it are ${close.join(', ')}`}`, {
    hint: 'list prices change often; a suite can give the price of its own models (`price` with kind `token`)',
  })
}

/** Up to three: the one by typing mistake, then those that contain the word or are contained in it, shortest first. */
function nearNames(word: string, names: readonly string[]): string[] {
  const typo = nearest(word, names)
  const lower = word.toLowerCase()
  const related = names
    .filter((name) => name.length >= 2 && (name.toLowerCase().includes(lower) || lower.startsWith(name.toLowerCase())))
    .sort((a, b) => a.length - b.length)
  return [...new Set([...(typo === undefined ? [] : [typo]), ...related])].slice(0, 3)
}
