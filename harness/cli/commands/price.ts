import { formatFactor, formatPublished } from '../../../reports/format.ts'
import { wrap } from '../../../reports/text.ts'
import { EXIT, HarnessError } from '../../errors.ts'
import type { FoundPrice } from '../../prices/index.ts'
import type { PriceComparison, PriceRatio } from '../../prices/compare.ts'
import { command } from '../command.ts'
import { textTable } from '../format.ts'
import { jsonText } from '../io.ts'

export default command('price', async (args, { io }) => {
  const { findPrice, isTime, priceSources, suitePrices } = await import('../../prices/index.ts')
  const { comparePrices, parseBlend } = await import('../../prices/compare.ts')
  const at = args.at ?? new Date().toISOString().slice(0, 10)
  if (!isTime(at)) throw new HarnessError('usage', `option --at is a day such as 2025-02-06 or a moment such as 2025-02-08T17:00Z, and was given "${at}"`)
  const own = args.suite === undefined ? [] : suitePrices((await (await import('../../suite/index.ts')).loadSuite(args.suite)).suite.models)
  const sources = priceSources(own)
  const blend = parseBlend(args.blend)
  const found: FoundPrice[] = []
  for (const model of new Set(args.model))
    found.push(await findPrice({ model, at, ...(args.provider === undefined ? {} : { provider: args.provider }) }, sources))
  const comparison = comparePrices(found, blend)
  await io.result(args.json ? jsonText({ at, unit: 'USD/Mtoken', origin: 'published', ...comparison }) : priceText(comparison, at, args.blend, io.stdout.width))
  return EXIT.ok
})

// --- internal ---

function priceText({ models, ratios }: PriceComparison, at: string, blend: string, width: number): string {
  const head = ['model', 'seller', 'input', 'cached', 'output', `blend ${blend}`]
  const rows = models.map(({ asked, price, blended }) => {
    const cached = price.cachedInput
    const cachedText = cached === undefined ? '—' : `${usd(cached.value)}${cached.origin === 'estimated' ? '*' : ''}`
    return [asked, price.provider, usd(price.input), cachedText, usd(price.output), usd(blended)]
  })
  const quoted = models.flatMap((one) => one.quoted.map((quote) => ({ asked: one.asked, quote })))
  const notes = models.flatMap(({ asked, price, cautions }) => [
    `${asked}: ${heldText(price)}; ${price.source}${price.url === undefined ? '' : ` (${price.url})`}`,
    ...cautions.map((caution) => `${asked}: ${caution}`),
  ])
  return [
    `List prices at ${at}, US dollars per million tokens\n\n${textTable(head, rows, width)}`,
    ...(ratios.length === 0 ? [] : [ratios.map(ratioText).join('')]),
    ...(quoted.length === 0
      ? []
      : [
          `Quoted, not computed here:\n${quoted.map(({ asked, quote }) => item(`${asked} ${usd(quote.blended)} blended: ${quote.source}; ${quote.note}`, width)).join('')}${ratios.flatMap((ratio) => quotedRatio(ratio, width)).join('')}`,
        ]),
    `Sources and notes:\n${notes.map((note) => item(note, width)).join('')}${item(BLEND_NOTE, width)}`,
  ].join('\n')
}

const BLEND_NOTE =
  'A blend says what tokens cost, not what an answer costs: reasoning is billed as output, and models write different amounts of it (Epoch AI leaves reasoning models out of such comparisons for that reason).'

function ratioText({ of, to, input, output, blended }: PriceRatio): string {
  if (blended === undefined) return `${of} against ${to}: no ratio, because ${to} is listed at no charge\n`
  const parts = [input === undefined ? [] : [`input ${formatFactor(input)}`], output === undefined ? [] : [`output ${formatFactor(output)}`]].flat()
  return `${of} ÷ ${to}: blended ${formatFactor(blended)} times (${parts.join(', ')})\n`
}

function quotedRatio({ of, to, quoted }: PriceRatio, width: number): string[] {
  return quoted === undefined ? [] : [item(`${of} ÷ ${to}: ${formatFactor(quoted.ratio)} times by these quoted figures`, width)]
}

function heldText({ from, firstSeen, until, seen }: FoundPrice['price']): string {
  if (from === undefined) return seen === undefined ? 'undated' : `undated, in force on ${seen}`
  const end = until === undefined ? (seen === undefined || seen === from ? '' : `, still in force on ${seen}`) : ` until ${until}`
  return `${firstSeen === true ? 'in force on' : 'from'} ${from}${end}`
}

function usd(value: number): string {
  return formatPublished(value, 'USD')
}

function item(text: string, width: number): string {
  return `${wrap(text, Math.max(20, width - 4))
    .map((line, i) => (i === 0 ? `  - ${line}` : `    ${line}`))
    .join('\n')}\n`
}
