import { createHash } from 'node:crypto'
import type { Given, Message } from '../types.ts'

/**
 * Identifies a question with its answer: SHA-256 of the JSON of both, first 16 hex digits. Two runs may be paired
 * item by item only where these agree. Lone surrogates are escaped by JSON, so different strings never collide by encoding.
 * Texts that are given in place of a written answer are part of the question.
 */
export function itemHash(prompt: string | readonly Message[], target?: string, given?: Given): string {
  const canonical = typeof prompt === 'string' ? prompt : prompt.map(({ role, content }) => [role, content])
  return createHash('sha256')
    .update(JSON.stringify([canonical, target ?? null, ...(given === undefined ? [] : [given.context, given.texts])]))
    .digest('hex')
    .slice(0, 16)
}
