import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bodyOf } from '../../../harness/models/openai/body.ts'
import { loadChatTemplate } from '../../../harness/models/openai/chat-template.ts'
import { readOptions } from '../../../harness/models/openai/options.ts'

const TEMPLATE =
  "{{ bos_token }}{% for m in messages %}<|{{ m['role'] }}|>{{ m['content'] | trim }}{{ eos_token }}\n{% endfor %}{% if add_generation_prompt %}<|assistant|>{% endif %}"
const MESSAGES = [
  { role: 'system', content: 'Be brief. {{ messages }}' },
  { role: 'user', content: ' Why? ' },
] as const
let dir: string
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'template-'))
})
afterAll(() => rmSync(dir, { recursive: true }))
const write = (name: string, text: string): string => {
  writeFileSync(join(dir, name), text)
  return join(dir, name)
}
const spec = (options: object) =>
  ({ id: 'm', name: 'm', role: 'teacher', adapter: 'openai', options: { url: 'http://127.0.0.1:1/v1', model: 'x', ...options } }) as const
const request = (prompt: string | typeof MESSAGES) => ({ prompt, maxTokens: 5, temperature: 0, seed: 1, stop: [] })

test('a chat becomes one text by the template, and what messages hold is not evaluated', async () => {
  const render = await loadChatTemplate(write('chat.jinja', TEMPLATE), 'm')
  const { options } = readOptions(spec({ api: 'completions' }))
  const prompt = (JSON.parse(bodyOf(options, request(MESSAGES), render)) as { prompt: string }).prompt
  expect(prompt).toBe('<|system|>Be brief. {{ messages }}\n<|user|>Why?\n<|assistant|>')
  expect(JSON.parse(bodyOf(options, request('Why?'), render))).toMatchObject({ prompt: '<|user|>Why?\n<|assistant|>' })
  expect(JSON.parse(bodyOf(options, request(MESSAGES)))).toMatchObject({ prompt: 'Be brief. {{ messages }}\n\n Why? ' })
})

test('the template of a tokenizer_config.json comes with its end token', async () => {
  const file = write(
    'tokenizer_config.json',
    JSON.stringify({ chat_template: [{ name: 'default', template: TEMPLATE }], eos_token: { content: '</s>' }, bos_token: '<s>' }),
  )
  expect((await loadChatTemplate(file, 'm'))([{ role: 'user', content: 'Hi' }])).toBe('<|user|>Hi</s>\n<|assistant|>')
})

test.each([
  ['none.jinja', undefined, 'cannot be read'],
  ['bad.jinja', '{% for x in %}', 'is no chat template'],
  ['raises.jinja', "{{ raise_exception('no') }}", 'is no chat template'],
  ['empty.json', '{}', 'holds no chat_template'],
])('%s is refused', async (name, text, message) => {
  const file = text === undefined ? join(dir, name) : write(name, text)
  await expect(loadChatTemplate(file, 'm')).rejects.toMatchObject({ code: 'usage', message: expect.stringContaining(message) })
})

test('a chat endpoint takes no template', () => {
  expect(() => readOptions(spec({ chatTemplate: './x.jinja' }))).toThrow('chatTemplate is for api: completions')
})
