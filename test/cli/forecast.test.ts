import { expect, test } from 'vitest'
import { forecast } from '../../harness/cli/forecast.ts'
import type { CellKey, CellRecord, Item, ModelSpec, Plan, Sample, StoredRun, Suite } from '../../harness/types.ts'

const keyOf = (model: string, block = 0): CellKey => ({ model, workload: 'sums', load: 'sequential', repeat: 0, block })
const items = (n: number): Item[] => Array.from({ length: n }, (_, i) => ({ id: `i${i}`, hash: '0', prompt: '1+1=' }))
const planOf = (...cells: { key: CellKey; items: Item[] }[]): Plan => ({
  cells: cells.map((cell, i) => ({ id: String(i), ...cell })),
  workloads: [],
  requests: 0,
  maxOutputTokens: 0,
})
const suiteOf = (...models: Partial<ModelSpec>[]): Suite =>
  ({ name: 's', models: models.map((model) => ({ name: '', role: 'student', adapter: 'tfjs', options: {}, ...model })) }) as unknown as Suite

/** A run in which a cell took 2 s to open and warm up, then `msPerItem` for each of ten items of 5 + 20 tokens. */
function runOf(model: string, msPerItem: number): StoredRun {
  const key = keyOf(model)
  const cell = {
    id: model,
    key,
    items: items(10).map(({ id }) => id),
    state: 'done',
    phases: { open: { startMs: 100, endMs: 600 }, warmup: { startMs: 600, endMs: 2000 }, measure: { startMs: 2100, endMs: 2100 + 10 * msPerItem } },
  } as unknown as CellRecord
  const samples = items(10).map((item) => ({ cell: model, key, item: item.id, promptTokens: 5, outputTokens: 20 }) as unknown as Sample)
  return { record: { cells: [cell] } as unknown as StoredRun['record'], samples, series: [], dir: '' }
}

test('time, tokens and cost of a plan come from the newest run that knows the cell', () => {
  const price = { kind: 'hourly', usdPerHour: 3600, source: '', date: '' } as const
  const plan = planOf({ key: keyOf('a', 0), items: items(20) }, { key: keyOf('a', 1), items: items(5) })
  const result = forecast(plan, suiteOf({ id: 'a', price }), [runOf('a', 100), runOf('a', 900)])
  expect(result.cells.map(({ ms }) => ms)).toEqual([
    { state: 'ok', value: 4000 },
    { state: 'ok', value: 2500 },
  ])
  expect(result.models[0]).toMatchObject({ promptTokens: { value: 125 }, outputTokens: { value: 500 }, usd: { value: 6.5 } })
})

test('a token price is billed by input and output tokens', () => {
  const price = { kind: 'token', inputPerMtoken: 1e6, outputPerMtoken: 2e6, source: '', date: '' } as const
  const result = forecast(planOf({ key: keyOf('a'), items: items(1) }), suiteOf({ id: 'a', price }), [runOf('a', 100)])
  expect(result.usd).toEqual({ state: 'ok', value: 45 })
})

test('what no run knows is unknown, and so is every sum with it', () => {
  const plan = planOf({ key: keyOf('a'), items: items(1) }, { key: keyOf('b'), items: items(1) })
  const result = forecast(plan, suiteOf({ id: 'a' }, { id: 'b' }), [runOf('a', 100)])
  expect(result.cells.map(({ ms }) => ms.state)).toEqual(['ok', 'absent'])
  expect(result.ms).toMatchObject({ state: 'absent', why: 'no earlier run tells' })
  expect(result.usd).toMatchObject({ state: 'absent', why: 'the suite sets no price' })
})
