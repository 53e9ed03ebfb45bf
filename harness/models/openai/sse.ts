/**
 * Server-sent events, read as the bytes come (framing of the HTML standard, 9.2.6): lines end in LF, CR or CRLF, `:` begins a
 * comment, several `data:` lines are one event, an empty line ends it. Chunks may be cut anywhere, inside a character too.
 */

/**
 * Takes the data of one event: the characters `start` to `end` of `source`, in which each character is a byte (latin1), so that
 * nothing is copied where an event lies in one chunk. `false` ends the reading.
 */
export type OnData = (source: string, start: number, end: number, event: string) => boolean

/**
 * Reads a whole event, `data: …` and its empty line, that begins at `from`, if it is one of a known kind. Gives where the next one begins,
 * 0 where it is not known, and −1 to end the reading.
 */
export type OnFrame = (chunk: string, from: number) => number

export class SseParser {
  private readonly onData: OnData
  private readonly onFrame: OnFrame
  /** Beginning of a line whose end has not come; joined once, so that a long line costs no more than its length. */
  private partial = ''
  private skipLineFeed = false
  private first = true
  private stopped = false
  // The event so far: the first data line as a piece of `source`, or several joined in `joined`.
  private lines = 0
  private source = ''
  private start = 0
  private end = 0
  private joined = ''
  private event = ''

  /** What `onFrame` reads, `onData` would have been given. */
  constructor(onData: OnData, onFrame: OnFrame = () => 0) {
    this.onData = onData
    this.onFrame = onFrame
  }

  push(bytes: Buffer): void {
    if (this.stopped || bytes.length === 0) return
    const chunk = bytes.toString('latin1')
    let from = 0
    if (this.skipLineFeed) {
      this.skipLineFeed = false
      if (chunk.charCodeAt(0) === LF) from = 1
    }
    let lf = chunk.indexOf('\n', from)
    let cr = chunk.indexOf('\r', from)
    while (lf >= 0 || cr >= 0) {
      if (this.isBetween()) {
        const next = this.frames(chunk, from)
        if (this.stopped) return
        if (next > from) {
          from = next
          lf = chunk.indexOf('\n', from)
          if (cr >= 0 && cr < from) cr = chunk.indexOf('\r', from)
          continue
        }
      }
      const end = cr >= 0 && (lf < 0 || cr < lf) ? cr : lf
      this.line(chunk, from, end)
      if (this.stopped) return
      from = end + 1
      if (end === cr) {
        if (lf === from) from += 1
        else if (from === chunk.length) this.skipLineFeed = true
        cr = chunk.indexOf('\r', from)
      }
      if (lf >= 0 && lf < from) lf = chunk.indexOf('\n', from)
    }
    if (from < chunk.length) this.partial += from === 0 ? chunk : chunk.slice(from)
  }

  /** The stream is over. An event without its empty line is given too: some servers leave it out at the end. */
  finish(): void {
    if (this.stopped) return
    if (this.partial !== '') this.line('', 0, 0)
    if (!this.stopped) this.dispatch()
  }

  // --- internal ---

  /** Whether an event may begin here: the one before has ended, and no line has begun. */
  private isBetween(): boolean {
    return this.lines === 0 && this.partial === '' && this.event === '' && !this.first
  }

  /** Where the events of a known kind end that begin at `from`. */
  private frames(chunk: string, from: number): number {
    let at = from
    for (;;) {
      const next = this.onFrame(chunk, at)
      if (next === 0) return at
      if (next < 0) {
        this.stopped = true
        return at
      }
      at = next
    }
  }

  private line(chunk: string, start: number, end: number): void {
    if (this.partial !== '') {
      const whole = this.partial + chunk.slice(start, end)
      this.partial = ''
      this.wholeLine(whole, 0, whole.length)
    } else this.wholeLine(chunk, start, end)
  }

  private wholeLine(s: string, from: number, end: number): void {
    let start = from
    if (this.first) {
      this.first = false
      if (s.charCodeAt(start) === 0xef && s.slice(start, start + 3) === BYTE_ORDER_MARK) start += 3
    }
    if (start === end) return this.dispatch()
    const c = s.charCodeAt(start)
    if (c === COLON) return
    if (c === LETTER_D && s.charCodeAt(start + 4) === COLON && s.slice(start, start + 4) === 'data') {
      return this.data(s, s.charCodeAt(start + 5) === SPACE && start + 5 < end ? start + 6 : start + 5, end)
    }
    this.field(s.slice(start, end))
  }

  private data(s: string, start: number, end: number): void {
    this.lines += 1
    if (this.lines === 1) {
      this.source = s
      this.start = start
      this.end = end
      return
    }
    if (this.lines === 2) this.joined = this.source.slice(this.start, this.end)
    this.joined += `\n${s.slice(start, end)}`
  }

  /** `id` and `retry` are for clients that connect again, which a measured request never does. */
  private field(line: string): void {
    if (line === 'data') this.data('', 0, 0)
    else if (line === 'event') this.event = ''
    else if (line.startsWith('event:')) this.event = line.slice(line.charCodeAt(6) === SPACE ? 7 : 6)
  }

  private dispatch(): void {
    if (this.lines > 0) {
      const more = this.lines === 1 ? this.onData(this.source, this.start, this.end, this.event) : this.onData(this.joined, 0, this.joined.length, this.event)
      if (!more) this.stopped = true
      this.lines = 0
      this.source = this.joined = ''
    }
    this.event = ''
  }
}

const LF = 10
const SPACE = 32
const COLON = 58
const LETTER_D = 100
const BYTE_ORDER_MARK = '\xef\xbb\xbf'
