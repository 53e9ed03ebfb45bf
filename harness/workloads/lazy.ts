/** Packages that few graders need: loaded when the first of them is made, since importing a suite should cost nothing. */
import { createRequire } from 'node:module'

/** RE2: regular expressions in linear time. */
export function re2(): typeof import('re2js') {
  return require('re2js') as typeof import('re2js')
}

/** JSON Schema, draft 2020-12. */
export function ajv2020(): typeof import('ajv/dist/2020.js') {
  return require('ajv/dist/2020.js') as typeof import('ajv/dist/2020.js')
}

// --- internal ---

const require = createRequire(import.meta.url)
