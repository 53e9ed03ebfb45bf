/** Answers of any size, written no faster than they are read. */
import type { ServerResponse } from 'node:http'
import type { Reply } from './stream.ts'

const PIECE = 65_536

/** Streams or sends so many characters of text; ends early when the client leaves. */
export async function hugeReply({ facts, events, response }: Reply, huge: { characters: number; oneEvent: boolean }): Promise<void> {
  const { ask } = facts
  const chat = ask.endpoint === 'chat'
  const template = ask.stream ? events.empty() : events.whole()
  const [before, after] = halves(template, chat ? '"content":"' : '"text":"')
  const pieces = Math.ceil(huge.characters / PIECE)
  const sizeOf = (i: number): number => Math.min(PIECE, huge.characters - i * PIECE)
  const write = async (text: string): Promise<void> => {
    if (!response.write(text, 'latin1') && !response.destroyed) await drained(response)
  }
  response.writeHead(200, { 'content-type': ask.stream ? 'text/event-stream' : 'application/json' })
  const whole = huge.oneEvent || !ask.stream
  if (whole) await write((ask.stream ? 'data: ' : '') + before)
  for (let i = 0; i < pieces && !response.destroyed; i++) {
    const text = 'x'.repeat(sizeOf(i))
    await write(whole ? text : `data: ${before}${text}${after}\n\n`)
  }
  if (whole) await write(after + (ask.stream ? '\n\n' : ''))
  if (ask.stream) await write(`data: ${events.finish()}\n\ndata: [DONE]\n\n`)
  if (!response.destroyed) response.end()
}

// --- internal ---

function halves(text: string, mark: string): [string, string] {
  const at = text.indexOf(mark) + mark.length
  return [text.slice(0, at), text.slice(text.indexOf('"', at))]
}

/** The client has read on, or is gone. */
function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      response.off('drain', done).off('close', done)
      resolve()
    }
    response.on('drain', done).on('close', done)
  })
}
