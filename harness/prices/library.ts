/**
 * `@pydantic/genai-prices` as a source: the prices that are bundled with it; it is never asked to fetch newer ones. Most of its prices
 * carry no date, some depend on the hour; both are said in the notes.
 */
import type { MatchLogic, ModelInfo, ModelPrice, Provider } from '@pydantic/genai-prices'
import type { ListPrice, PriceSource } from '../types.ts'

/** The version that package.json pins, and the day on which it was published. */
export const LIBRARY = { name: '@pydantic/genai-prices', version: '0.1.8', date: '2026-09-23' } as const

export const librarySource: PriceSource = {
  id: 'library',
  title: `${LIBRARY.name} ${LIBRARY.version}`,
  async entries(name, provider, at) {
    const { calcPrice } = await load()
    const found = (providerId: string | undefined): ListPrice[] => {
      const hit = calcPrice({}, name, { ...(providerId === undefined ? {} : { providerId }), timestamp: noonOf(at) })
      if (hit === null || (providerId !== undefined && hit.provider.id !== providerId) || !isNamed(name, hit.model)) return []
      const price = entryOf(hit.provider, hit.model, hit.model_price)
      return price === undefined ? [] : [price]
    }
    if (provider !== undefined) return found(provider)
    const maker = found(undefined)
    return maker.length > 0 ? maker : (await allProviders()).flatMap(({ id }) => found(id))
  },
  async names() {
    return (await allProviders()).flatMap(({ models }) => models.map(({ id }) => id))
  },
  async providers() {
    return (await allProviders()).map(({ id }) => id)
  },
}

/** Providers whose prices are bundled; the library has no way to list them. A test finds those that are missing here. */
export const PROVIDER_IDS: readonly string[] = (
  'anthropic arcee avian aws azure baseten cerebras cloudflare cohere cursor deepseek doubleword fireworks github-copilot google groq ' +
  'huggingface_cerebras huggingface_fireworks-ai huggingface_groq huggingface_hyperbolic huggingface_nebius huggingface_novita huggingface_nscale ' +
  'huggingface_ovhcloud huggingface_publicai huggingface_sambanova huggingface_together minimax mistral modal moonshotai novita openai openrouter ' +
  'ovhcloud perplexity quicksilverpro together typesafe voyageai x-ai zai zhipuai'
).split(' ')

// --- internal ---

const load = (): Promise<typeof import('@pydantic/genai-prices')> => import('@pydantic/genai-prices')

async function allProviders(): Promise<Provider[]> {
  const { findProvider } = await load()
  return PROVIDER_IDS.flatMap((providerId) => findProvider({ providerId }) ?? [])
}

/** A day has no hour; where prices depend on it, that of noon is taken and the others are named. */
function noonOf(at: Date): Date {
  return at.getTime() % 86_400_000 === 0 ? new Date(at.getTime() + 43_200_000) : at
}

/**
 * Whether the model is the one that was named. The library also takes whatever begins with a known name: it prices
 * `deepseek-r1-distill-llama-70b` like R1. Only a date or a version may follow a name.
 */
function isNamed(name: string, { id, match }: ModelInfo): boolean {
  const wanted = name.toLowerCase().trim()
  return [id, ...spellings(match)].some((known) => wanted.startsWith(known.toLowerCase()) && VERSION.test(wanted.slice(known.length)))
}

const VERSION = /^(?:[-@:.](?:\d{4}|\d{6}|\d{8}|\d{4}-\d{2}-\d{2}|latest|v\d+(?:[:.]\d+)?))*$/

function spellings(match: MatchLogic): string[] {
  if ('equals' in match) return [match.equals]
  if ('starts_with' in match) return [match.starts_with]
  if ('or' in match) return match.or.flatMap(spellings)
  return []
}

/** Undefined where the model is not sold by text tokens in and out. */
function entryOf(provider: Provider, model: ModelInfo, price: ModelPrice): ListPrice | undefined {
  const [input, output, cached] = [price.input_mtok, price.output_mtok, price.cache_read_mtok].map(baseOf)
  if (input === undefined || output === undefined) return undefined
  const notes = [...hourNote(model), ...(isTiered(price) ? ['long prompts cost more; the price of short ones is given'] : [])]
  const url = provider.pricing_urls?.[0]
  return {
    model: model.id,
    provider: provider.id,
    input,
    output,
    ...(cached === undefined ? {} : { cachedInput: { value: cached, origin: 'published' as const } }),
    seen: LIBRARY.date,
    source: `${LIBRARY.name} ${LIBRARY.version} of ${LIBRARY.date}`,
    ...(url === undefined ? {} : { url }),
    ...(notes.length === 0 ? {} : { notes }),
  }
}

function baseOf(price: ModelPrice[string]): number | undefined {
  return typeof price === 'object' ? price.base : price
}

function isTiered(price: ModelPrice): boolean {
  return [price.input_mtok, price.output_mtok].some((one) => typeof one === 'object')
}

function hourNote({ prices }: ModelInfo): string[] {
  if (!Array.isArray(prices)) return []
  const hours = prices.flatMap(({ constraint, prices: one }) => {
    if (constraint === undefined || !('start_time' in constraint)) return []
    return [`${constraint.start_time.slice(0, 5)} to ${constraint.end_time.slice(0, 5)} UTC $${baseOf(one.input_mtok)} in, $${baseOf(one.output_mtok)} out`]
  })
  return hours.length === 0 ? [] : [`the price depends on the hour (${hours.join('; ')}; else another); that of noon is given where no hour was`]
}
