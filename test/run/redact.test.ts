import { expect, test } from 'vitest'
import { redact } from '../../harness/run/redact.ts'

test('values of variables that hold secrets are replaced by their names, longest first', () => {
  const env = { OPENAI_API_KEY: 'sk-abcdef', HF_TOKEN: 'sk-abcdef-longer', DB_PASSWORD: 'hunter22', PATH: '/usr/bin', SHORT_KEY: 'abc' }
  expect(redact('sk-abcdef-longer sk-abcdef hunter22 /usr/bin abc', env)).toBe('[HF_TOKEN] [OPENAI_API_KEY] [DB_PASSWORD] /usr/bin abc')
})

test('a text without secrets stays as it is', () => {
  expect(redact('nothing here', { API_KEY: 'something-else', EMPTY_KEY: '' })).toBe('nothing here')
})
