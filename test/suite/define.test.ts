import { expect, expectTypeOf, it } from 'vitest'
import { defineSuite, type SuiteInput } from '../../harness/suite/index.ts'

it('returns what it was given, with the literal types kept', () => {
  const suite = defineSuite({
    name: 'a',
    models: { big: { role: 'teacher', adapter: 'tfjs', options: { deep: { er: 1 } } } },
    loads: [{ kind: 'batch', size: 8 }],
  })
  expect(suite.loads[0].size).toBe(8)
  expectTypeOf(suite.models.big.role).toEqualTypeOf<'teacher'>()
  expectTypeOf(suite).toExtend<SuiteInput>()
})

it('a misspelt key is a compiler error, at any depth', () => {
  // @ts-expect-error: sed is not a key
  defineSuite({ name: 'a', models: {}, sed: 1 })
  // @ts-expect-error: weights belong into options
  defineSuite({ name: 'a', models: { t: { role: 'teacher', adapter: 'x', weights: 'y' } } })
  // @ts-expect-error: maxTokes is not a key
  defineSuite({ name: 'a', models: {}, workloads: [{ id: 'w', kind: 'list', items: [], maxTokes: 1 }] })
  // @ts-expect-error: a price needs its source
  defineSuite({ name: 'a', models: {}, price: { kind: 'hourly', usdPerHour: 1, date: '2025-01-01' } })
  const suite = defineSuite({
    name: 'a',
    models: {},
    workloads: [
      {
        id: 'w',
        kind: 'list',
        items: (seed) => [{ prompt: seed.toFixed(), target: 1 }],
        grader: { id: 'g', version: '1', grade: (_, text) => ({ score: text.length, grader: 'g' }) },
      },
      { id: 'f', kind: 'file', file: 'q.jsonl', grader: { id: 'exact', ignoreCase: true } },
    ],
  })
  expect(suite.workloads).toHaveLength(2)
})
