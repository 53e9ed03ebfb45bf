import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fillVariables, fromEnvironment } from '../harness/variables.ts'

test.each([
  ['http://${HOST}/v1', { HOST: 'a' }, { value: 'http://a/v1' }],
  ['${A}${B:-x}', { A: ' 1 ' }, { value: '1x' }],
  ['${A:-else}', { A: '  ' }, { value: 'else' }],
  ['${A:-}', {}, { value: '' }],
  ['${A} and ${B}', { A: '1' }, { missing: 'B' }],
  ['$A ${1} ${A', { A: '1' }, { value: '$A ${1} ${A' }],
])('%s', (text, env, filled) => {
  expect(fromEnvironment(text, env)).toEqual(filled)
})

test('what is put in is not looked at again, and texts without a place stay as they are', () => {
  expect(fromEnvironment('${A}', { A: '${B} $&' })).toEqual({ value: '${B} $&' })
  fc.assert(
    fc.property(fc.string(), (text) => {
      fc.pre(!text.includes('${'))
      expect(fillVariables(text, () => 'x')).toBe(text)
    }),
  )
})
