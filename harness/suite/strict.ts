/** Pieces that the schemas of a suite share. */
import { z } from 'zod'
import { nearest } from '../errors.ts'

/** One schema per key of `T`, and each takes nothing that `T` does not allow. */
export type ShapeOf<T> = { [K in keyof T]-?: z.ZodType<unknown, T[K] | undefined> }

/**
 * A strict object whose message for an unknown key names the nearest known one. zod reports all unknown keys of an
 * object in one issue; the lines of the message are in the order of its keys.
 */
export function strict<Shape extends z.ZodRawShape>(shape: Shape): z.ZodObject<Shape, z.core.$strict> {
  const known = Object.keys(shape)
  return z.strictObject(shape, {
    error: (issue) => (issue.code === 'unrecognized_keys' ? issue.keys.map((key) => unknownKey(key, known)).join('\n') : undefined),
  })
}

/** Fit for file names on every system, and for cell ids, whose parts are joined by slashes. */
export const Id = z
  .string()
  .regex(
    /^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,62}[A-Za-z0-9_-])?$/,
    'must be 1 to 64 letters, digits, dots, dashes or underscores, and begin with a letter or digit',
  )

/** Says of a key that it is not known, and which one was probably meant. */
export function unknownKey(key: string, known: readonly string[]): string {
  const guess = nearest(key, known)
  return `is not a known key; ${guess === undefined ? `known here: ${known.join(', ')}` : `did you mean ${guess}?`}`
}
