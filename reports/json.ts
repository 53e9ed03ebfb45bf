/** JSON: the analysis itself (schema `analysis/1`), so that nothing a report shows has to be scraped from it. */
import type { Analysis } from '../harness/types.ts'

export function renderJson(analysis: Analysis): string {
  return `${JSON.stringify(analysis, undefined, 2)}\n`
}

/** For a `<script type="application/json">`: no character in it can end the element or start a comment. */
export function embeddableJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[<>&\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
