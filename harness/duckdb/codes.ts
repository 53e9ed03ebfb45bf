/** Texts of a column as numbers, in the order in which they first come: most rows repeat a text, and making a string of each would be most of the time. */
import type { DuckDBDataChunk, DuckDBVector } from '@duckdb/node-api'
import { quote, type Database } from './open.ts'

/** A column that is read as numbers. */
export interface Coded {
  /** Columns of the selection, in order. */
  sql: readonly string[]
  /** Number of the text by row, −1 for NULL; `first` is the index of the column's first part in the chunk. */
  numbers(chunk: DuckDBDataChunk, first: number): Int32Array
  /** By number, so far. */
  texts: readonly string[]
}

/** For columns of few texts: an enumeration of the database, whose numbers it has at hand. Undefined where there are too many, or one has a NUL. */
export async function codedNames({ connection }: Database, from: string, column: string): Promise<Coded | undefined> {
  const [[found] = []] = (await connection.runAndReadAll(`SELECT list(DISTINCT "${column}") FILTER (WHERE "${column}" IS NOT NULL) FROM ${from}`)).getRowsJS()
  const values = (found ?? []) as string[]
  // The list of an enumeration is handed over as texts that end at a NUL.
  if (values.length === 0 || values.length > MOST_NAMES || values.some((value) => value.includes('\u0000'))) return undefined
  const type = `${column}_names`
  await connection.run(`CREATE TYPE "${type}" AS ENUM (${values.map(quote).join(', ')})`)
  const texts: string[] = []
  const known = new Int32Array(values.length).fill(-1)
  return {
    sql: [`coalesce(enum_code("${column}"::"${type}")::INTEGER, -1)`],
    texts,
    numbers: (chunk, first) =>
      (rawItems(chunk.getColumnVector(first)) as Int32Array).map((code) => {
        if (code < 0) return -1
        if (known[code]! < 0) known[code] = texts.push(values[code]!) - 1
        return known[code]!
      }),
  }
}

/** For texts of which there are many: told apart by their MD5, 128 bits that no two share by chance; a string is made of the first of each, of what is `shown` of it; an empty one where nothing is. */
export function codedTexts(sql: string, shown: string | undefined): Coded {
  const digest = `coalesce(md5_number(${sql}), 0::UHUGEINT)`
  const texts: string[] = []
  const table = new DigestTable()
  return {
    sql: shown === undefined ? [digest] : [digest, shown],
    texts,
    numbers(chunk, first) {
      const digests = rawWords(chunk.getColumnVector(first), chunk.rowCount)
      const textAt = shown === undefined ? () => '' : textsIn(chunk.getColumnVector(first + 1))
      const numbers = new Int32Array(chunk.rowCount)
      for (let row = 0; row < numbers.length; row++) {
        const at = 4 * row
        if (digests[at] === 0 && digests[at + 1] === 0 && digests[at + 2] === 0 && digests[at + 3] === 0) {
          numbers[row] = -1
          continue
        }
        const number = table.add(digests, at)
        if (number === texts.length) texts.push(textAt(row))
        numbers[row] = number
      }
      return numbers
    },
  }
}

/** The values of a vector without NULLs, as they lie in memory: the package has them, and a method that gives one at a time. */
export function rawItems(vector: DuckDBVector): Float64Array | Int32Array {
  return (vector as unknown as { items: Float64Array | Int32Array }).items
}

// --- internal ---

/** Names of which there are more are told apart as other texts are. */
const MOST_NAMES = 10_000

/** Texts of a vector that are not NULL. Up to 12 bytes lie in the vector itself, and are read from there; the package takes several objects for each. */
function textsIn(vector: DuckDBVector): (row: number) => string {
  const { dataView } = vector as unknown as { dataView: DataView }
  const bytes = Buffer.from(dataView.buffer, dataView.byteOffset, dataView.byteLength)
  return (row) => {
    const length = dataView.getUint32(16 * row, true)
    return length <= 12 ? bytes.toString('utf8', 16 * row + 4, 16 * row + 4 + length) : (vector.getItem(row) as string)
  }
}

function rawWords(vector: DuckDBVector, rows: number): Uint32Array {
  const { dataView } = vector as unknown as { dataView: DataView }
  return new Uint32Array(dataView.buffer, dataView.byteOffset, 4 * rows)
}

/** Numbers digests of four words in the order in which they come; open addressing. */
class DigestTable {
  #count = 0
  #last = -1
  #mask = 1023
  /** By number. */
  #words = new Uint32Array(4 * 512)
  /** By slot. */
  #numbers = new Int32Array(1024).fill(-1)

  add(from: Uint32Array, at: number): number {
    // Models answer the same items in the same order: after one comes the one that came after it before.
    const guess = this.#last + 1
    if (guess < this.#count && this.#is(guess, from, at)) return (this.#last = guess)
    let slot = from[at]! & this.#mask
    for (let number = this.#numbers[slot]!; number >= 0; number = this.#numbers[slot]!) {
      if (this.#is(number, from, at)) return (this.#last = number)
      slot = (slot + 1) & this.#mask
    }
    const number = this.#count++
    this.#numbers[slot] = number
    for (let i = 0; i < 4; i++) this.#words[4 * number + i] = from[at + i]!
    if (2 * this.#count > this.#mask) this.#grow()
    return (this.#last = number)
  }

  #is(number: number, from: Uint32Array, at: number): boolean {
    const [words, own] = [this.#words, 4 * number]
    return words[own] === from[at] && words[own + 1] === from[at + 1] && words[own + 2] === from[at + 2] && words[own + 3] === from[at + 3]
  }

  #grow(): void {
    const size = 2 * (this.#mask + 1)
    this.#mask = size - 1
    this.#numbers = new Int32Array(size).fill(-1)
    const words = new Uint32Array(2 * size)
    words.set(this.#words)
    this.#words = words
    for (let number = 0; number < this.#count; number++) {
      let slot = words[4 * number]! & this.#mask
      while (this.#numbers[slot]! >= 0) slot = (slot + 1) & this.#mask
      this.#numbers[slot] = number
    }
  }
}
