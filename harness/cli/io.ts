/** The two streams of the command line: stdout carries the result, stderr everything else. */
import { inspect } from 'node:util'

export interface Io {
  /** The result; the only writer to stdout. Resolves when the text is handed over, so that a slow pipe is waited for. */
  result(text: string): Promise<void>
  /** Progress, warnings, errors. */
  note(text: string): void
  stdout: Look
  stderr: Look
}

/** How text may look on a stream. `width` is in columns. */
export interface Look {
  isTerminal: boolean
  color: boolean
  width: number
}

/** The streams of this process. A reader that has gone away (`| head`) is no error. */
export function processIo(): Io {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', ignoreClosedPipe)
  return {
    result: (text) =>
      new Promise((resolve) => {
        process.stdout.write(text, () => resolve())
      }),
    note: (text) => void process.stderr.write(text),
    stdout: lookOf(process.stdout),
    stderr: lookOf(process.stderr),
  }
}

/** Reads the width and colours of a stream; NO_COLOR and FORCE_COLOR are honoured by Node's own rule. */
export function lookOf(stream: Pick<NodeJS.WriteStream, 'hasColors' | 'columns'> & { isTTY?: boolean }): Look {
  const isTerminal = stream.isTTY === true // absent where the stream is a pipe or a file
  return { isTerminal, color: isTerminal && stream.hasColors(), width: isTerminal && stream.columns > 0 ? stream.columns : 80 }
}

/** One JSON document with a line end; `undefined` members are left out. */
export function jsonText(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`
}

type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan'

/** Colours a text where the stream has colours. */
export function paint(look: Look, style: Style, text: string): string {
  const [open, close] = inspect.colors[style] ?? [0, 0]
  return look.color ? `\u001b[${open}m${text}\u001b[${close}m` : text
}

// --- internal ---

function ignoreClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE' && error.code !== 'ERR_STREAM_DESTROYED') throw error
}
