import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { blendedPrice } from '../../harness/analysis/price.ts'
import { comparePrices, parseBlend } from '../../harness/prices/compare.ts'
import { findPrice, priceSources, suitePrices } from '../../harness/prices/index.ts'
import { LIBRARY, PROVIDER_IDS } from '../../harness/prices/library.ts'

const at = '2025-02-06'

test('o1 and R1 on 6 February 2025: $26.25 and $0.96 blended, 27.3 times, and the quoted 8.75 beside it', async () => {
  const found = [await findPrice({ model: 'o1', at }), await findPrice({ model: 'deepseek-reasoner', at })]
  const { models, ratios } = comparePrices(found, parseBlend('3:1'))
  expect(models.map(({ blended }) => blended)).toEqual([26.25, 0.96])
  expect(ratios[0]?.blended).toBeCloseTo(27.34, 2)
  expect(ratios[0]?.quoted?.ratio).toBe(8.75)
  expect(models[1]?.quoted[0]).toMatchObject({ blended: 3, source: expect.stringContaining('press') as string })
})

test('the blend weighs input three times, not output; the reversed rule gives other figures', () => {
  expect(blendedPrice({ input: 10, output: 50 })).toBe(20)
  expect(blendedPrice({ input: 15, output: 60 })).toBe(26.25)
  expect(blendedPrice({ input: 15, output: 60 }, { input: 1, output: 3 })).toBe(48.75)
  expect(parseBlend('3:1')).toEqual({ input: 3, output: 1 })
  for (const text of ['3', '0:0', '3:', '-1:2', '3:1:1', 'a:b']) expect(() => parseBlend(text)).toThrow(/parts of input and output/)
})

test('a blend lies between the two prices, whatever the parts', () => {
  const part = fc.integer({ min: 0, max: 1000 })
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1e3, noNaN: true }), fc.double({ min: 0, max: 1e3, noNaN: true }), part, part, (input, output, i, o) => {
      fc.pre(i + o > 0)
      const blend = blendedPrice({ input, output }, { input: i, output: o })
      expect(blend).toBeGreaterThanOrEqual(Math.min(input, output) - 1e-9)
      expect(blend).toBeLessThanOrEqual(Math.max(input, output) + 1e-9)
    }),
  )
})

test('the cut of o1-mini on 2025-01-31 is known, and so is what cached input would have cost before, as an estimate', async () => {
  const before = await findPrice({ model: 'o1-mini', at: '2025-01-30' })
  expect(before.price).toMatchObject({ input: 3, output: 12, cachedInput: { value: 1.5, origin: 'estimated' } })
  expect(before.cautions.join()).toContain('cached input is estimated')
  expect((await findPrice({ model: 'o1-mini', at: '2025-01-31' })).price).toMatchObject({ input: 1.1, output: 4.4, cachedInput: { origin: 'published' } })
})

test('R1 has no price before it was sold, though the library would give one', async () => {
  await expect(findPrice({ model: 'deepseek-reasoner', at: '2025-01-19' })).rejects.toThrow(/first sold on 2025-01-20/)
  await expect(findPrice({ model: 'deepseek-r1', at: '2024-06-01' })).rejects.toThrow(/2025-01-20/)
})

test('after the last day on which a price was seen the newer list is asked, and its lack of a date is said', async () => {
  const now = await findPrice({ model: 'deepseek-reasoner', at: '2026-10-01' })
  expect(now.price.source).toContain(LIBRARY.version)
  expect(now.price.input).toBe(0.55) // noon; the library has a lower price for the night
  expect(now.cautions.join()).toMatch(/since when.*depends on the hour/)
})

test('an unknown model gets the nearest names and never a price of 0', async () => {
  await expect(findPrice({ model: 'deepseek-reasonner', at })).rejects.toThrow(/near it are deepseek-reasoner/)
  await expect(findPrice({ model: 'o1-banana', at })).rejects.toThrow(/no price of "o1-banana" is known; near it are o1/)
  await expect(findPrice({ model: 'o1', at, provider: 'opnai' })).rejects.toThrow(/did you mean openai/)
  await expect(findPrice({ model: 'o1', at, provider: 'deepseek' })).rejects.toThrow(/at deepseek is known/)
})

test('a distilled model is not priced like its teacher because its name begins alike; who sells it is named', async () => {
  await expect(findPrice({ model: 'deepseek-r1-distill-llama-70b', at, provider: 'deepseek' })).rejects.toThrow(/no price/)
  await expect(findPrice({ model: 'deepseek-r1-distill-llama-70b', at })).rejects.toThrow(/sold by \d+ companies/)
  expect((await findPrice({ model: 'claude-3-5-sonnet-20241022', at })).price).toMatchObject({ provider: 'anthropic', input: 3, output: 15 })
  const own = await findPrice({ model: 'openai/o1', at })
  expect(own.price.provider).toBe('openai')
})

test('the price of the suite wins over the built-in one from its date on', async () => {
  const price = { kind: 'token', inputPerMtoken: 2, outputPerMtoken: 6, source: 'contract', date: '2025-02-01' } as const
  const sources = priceSources(suitePrices([{ id: 'o1', name: 'o1', role: 'teacher', adapter: 'openai', options: {}, price }]))
  expect((await findPrice({ model: 'o1', at: '2025-02-01' }, sources)).price.source).toBe('contract')
  expect((await findPrice({ model: 'o1', at: '2025-01-31' }, sources)).price.input).toBe(15)
})

test('the library is the pinned one, and no provider of it is left out', async () => {
  const { dependencies } = JSON.parse(readFileSync('package.json', 'utf8')) as { dependencies: Record<string, string> }
  expect(dependencies[LIBRARY.name]).toBe(LIBRARY.version)
  const bundled = readFileSync(`node_modules/${LIBRARY.name}/dist/index.js`, 'utf8')
  const ids = [...bundled.matchAll(/^ {4}id: "([^"]+)",\n {4}name: "/gm)].map((match) => match[1]!)
  expect(ids.length).toBeGreaterThan(30)
  expect(ids.filter((id) => !PROVIDER_IDS.includes(id))).toEqual([])
})
