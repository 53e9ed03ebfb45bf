/** Prices in other currencies than US dollars, by the dated rates of the suite. */
import { z } from 'zod'
import type { Price } from '../types.ts'
import type { Issue } from './issues.ts'
import { strict } from './strict.ts'

export interface RateInput {
  readonly usd: number
  readonly source: string
  readonly date: string
}

const text = z.string().min(1)
const Code = z.string().regex(/^[A-Z]{3}$/, 'must be a currency code of three letters, such as EUR')
export const CurrencyCode = Code.optional().describe('Currency of the amounts, one of `currencies`; default: US dollars')
export const CurrenciesSchema = z
  .record(
    Code,
    strict({
      usd: z.number().positive().describe('US dollars for one unit of the currency'),
      source: text.describe('Who gives the rate'),
      date: z.iso.date('must be a date such as 2025-02-06'),
    }),
  )
  .default({})
  .describe('Rates of other currencies, for prices that name one')

type Currencies = z.output<typeof CurrenciesSchema>
type Stated = Price & { currency?: string | undefined }

/** In US dollars, with the rate in the words of the source. The rate of a currency that `checkCurrencies` let pass is there. */
export function inUsd({ currency, ...price }: Stated, currencies: Currencies): Price {
  const rate = currency === undefined ? undefined : currencies[currency]
  if (currency === undefined || rate === undefined) return price as Price
  const amounts = Object.fromEntries(
    Object.entries(price).map(([key, value]) => [key, AMOUNTS.has(key) && typeof value === 'number' ? value * rate.usd : value]),
  ) as unknown as Price
  return { ...amounts, source: `${price.source}; ${currency} at ${rate.usd} USD, ${rate.source}, ${rate.date}` }
}

/** Prices must name a currency that has a rate. */
export function checkCurrencies(prices: readonly { path: Issue['path']; currency: string | undefined }[], currencies: Currencies): Issue[] {
  const known = Object.keys(currencies)
  return prices.flatMap(({ path, currency }) =>
    currency === undefined || known.includes(currency)
      ? []
      : [
          {
            path: [...path, 'currency'],
            message: `is ${currency}, of which the suite gives no rate; add currencies: { ${currency}: { usd: …, source: …, date: … } }`,
          },
        ],
  )
}

// --- internal ---

const AMOUNTS: ReadonlySet<string> = new Set(['usdPerHour', 'purchaseUsd', 'usdPerKwh', 'inputPerMtoken', 'outputPerMtoken', 'cachedInputPerMtoken'])
