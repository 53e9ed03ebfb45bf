import { expect, test } from 'vitest'
import { nearest } from '../harness/errors.ts'

test.each([
  ['wsam', ['auto', 'wasm', 'cpu'], 'wasm'],
  ['jso', ['html', 'md', 'json'], 'json'],
  ['HTLM', ['html', 'md', 'json'], 'html'],
  ['accuarcy', ['accuracy', 'latency'], 'accuracy'],
  ['rnu', ['run', 'plan'], 'run'],
  ['svc', ['html', 'md', 'csv', 'json'], undefined],
  ['pdf', ['html', 'md', 'csv', 'json'], undefined],
  ['x', ['y'], undefined],
  ['', ['a'], undefined],
])('%j among %j is meant as %s', (word, known, meant) => {
  expect(nearest(word, known)).toBe(meant)
})
