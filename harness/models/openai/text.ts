/** Text that comes in pieces, most of them as bytes: kept as bytes and decoded in large pieces, which is cheaper than one by one. */
import { TextDecoder } from 'node:util'

export class InvalidUtf8 extends Error {}

export class TextBuilder {
  private done = ''
  /** Bytes as latin1 characters, not decoded yet. */
  private raw = ''
  private decoder: TextDecoder | undefined
  private inside = false

  /** Bytes as latin1 characters. Throws InvalidUtf8 here, or when more comes. */
  bytes(latin1: string): void {
    this.raw += latin1
    if (this.raw.length > LARGE) this.flush(false) // also lets go of the chunks that the pieces are parts of
  }

  /** Decoded text. */
  text(text: string): void {
    if (isAscii(text)) return this.bytes(text)
    this.flush(true)
    this.done += text
  }

  get isEmpty(): boolean {
    return this.done === '' && this.raw === ''
  }

  /** All of it. Throws InvalidUtf8. */
  finish(): string {
    this.flush(true)
    return this.done
  }

  /** As much of it as can be read, at most `limit` characters; never throws. */
  salvage(limit: number): string {
    return (this.done + Buffer.from(this.raw.slice(0, 4 * limit), 'latin1').toString('utf8')).slice(0, limit)
  }

  // --- internal ---

  private flush(last: boolean): void {
    if (!this.inside && isAscii(this.raw)) {
      this.done += this.raw
    } else {
      this.decoder ??= new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
      try {
        this.done += this.decoder.decode(Buffer.from(this.raw, 'latin1'), { stream: !last })
      } catch (error) {
        throw new InvalidUtf8('invalid UTF-8', { cause: error })
      }
      this.inside = !last
    }
    this.raw = ''
  }
}

/** The text of bytes that are given as latin1 characters. Throws InvalidUtf8. */
export function decodeLatin1(latin1: string): string {
  if (isAscii(latin1)) return latin1
  try {
    return DECODER.decode(Buffer.from(latin1, 'latin1'))
  } catch (error) {
    throw new InvalidUtf8('invalid UTF-8', { cause: error })
  }
}

/** No character above 127. */
export function isAscii(text: string): boolean {
  return !NOT_ASCII.test(text)
}

const LARGE = 16_384
const NOT_ASCII = /[\u0080-\uffff]/
const DECODER = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
