/** Chat templates (Jinja): what a chat is as one text, for completion endpoints. The template is the user's own file; nothing in it reaches Node. */
import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { HarnessError } from '../../errors.ts'
import type { Message } from '../../types.ts'

export type RenderChat = (messages: readonly Message[]) => string

/**
 * Reads a `.jinja` file, or the `chat_template` of a tokenizer_config.json. The token that begins a text is left out, since servers put
 * it there themselves. Throws HarnessError `usage` for a file or a template that cannot be read.
 */
export async function loadChatTemplate(file: string, model: string): Promise<RenderChat> {
  const refuse = (what: string): HarnessError => new HarnessError('usage', `models.${model}.options.chatTemplate: ${file} ${what}`)
  const { source, eos } = readSource(file, refuse)
  const { Template } = await import('@huggingface/jinja')
  try {
    const template = new Template(source)
    const ready: RenderChat = (messages) => template.render({ messages, add_generation_prompt: true, bos_token: '', eos_token: eos })
    ready([{ role: 'user', content: 'x' }]) // a template that cannot be rendered is refused before anything is asked
    return ready
  } catch (error) {
    throw refuse(`is no chat template: ${(error as Error).message.split('\n')[0]}`)
  }
}

// --- internal ---

const Token = z.union([z.string(), z.object({ content: z.string() }).transform(({ content }) => content)])
const ConfigSchema = z.object({
  chat_template: z.union([z.string(), z.array(z.object({ name: z.string(), template: z.string() }))]),
  eos_token: Token.nullish(),
})

function readSource(file: string, refuse: (what: string) => HarnessError): { source: string; eos: string } {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    throw refuse(`cannot be read: ${(error as Error).message}`)
  }
  if (!file.endsWith('.json')) return { source: text, eos: '' }
  const parsed = ConfigSchema.safeParse(tryJson(text))
  if (!parsed.success) throw refuse('holds no chat_template')
  const { chat_template: template, eos_token: eos } = parsed.data
  const source = typeof template === 'string' ? template : (template.find(({ name }) => name === 'default') ?? template[0])?.template
  if (source === undefined) throw refuse('holds no chat_template')
  return { source, eos: eos ?? '' }
}

function tryJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
