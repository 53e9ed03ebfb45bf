/** Sentences that stay in English on a page of another language are marked as such, so that a screen reader reads them as English. */
import type { Messages } from '../messages/index.ts'
import { html, type Html } from './markup.ts'

export function said({ basics }: Messages, text: string): Html {
  return basics.lang !== 'en' && ENGLISH.test(text) && !/[\uAC00-\uD7A3]/.test(text) ? html`<span lang="en">${text}</span>` : html`${text}`
}

// --- internal ---

/** Three words of small letters in a row are no name. */
const ENGLISH = /\b[a-z]{2,} [a-z]{2,} [a-z]{2,}/
