/** The texts of reports, a folder per language. Renderers get them with the view; nothing here depends on what was rendered before. */
import { HarnessError, nearest } from '../../harness/errors.ts'
import { EN } from './en/index.ts'
import { KO } from './ko/index.ts'

export type Messages = typeof EN
export const LANGUAGES = ['en', 'ko'] as const
export type Language = (typeof LANGUAGES)[number]

const MESSAGES: Record<Language, Messages> = { en: EN, ko: KO }

/** Throws `usage` for a language that there is not. */
export function messagesOf(language: string): Messages {
  const found = LANGUAGES.find((one) => one === language)
  if (found !== undefined) return MESSAGES[found]
  const close = nearest(language, LANGUAGES)
  throw new HarnessError(
    'usage',
    `"${language}" is not a language of reports; there are ${LANGUAGES.join(' and ')}.`,
    close === undefined ? {} : { hint: `Did you mean ${close}?` },
  )
}
