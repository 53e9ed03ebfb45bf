import { createHash } from 'node:crypto'
import type { Message } from '../types.ts'

/**
 * Identifies a question with its answer: SHA-256 of the JSON of both, first 16 hex digits. Two runs may be paired
 * item by item only where these agree. Lone surrogates are escaped by JSON, so different strings never collide by encoding.
 */
export function itemHash(prompt: string | readonly Message[], target?: string): string {
  const canonical = typeof prompt === 'string' ? prompt : prompt.map(({ role, content }) => [role, content])
  return createHash('sha256')
    .update(JSON.stringify([canonical, target ?? null]))
    .digest('hex')
    .slice(0, 16)
}
