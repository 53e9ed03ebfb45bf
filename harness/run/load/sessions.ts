/** Sessions of several turns: which request follows which, after how long, and with what in its history. Lives in a client process. */
import type { Message, Request, Sent, Turn } from '../../types.ts'

export interface Sessions {
  /** Number of the first request of a session; sessions are asked in turn, again and again. */
  first(session: number): number
  /** What the model is asked: with its own answers in the history, where the workload says so. */
  request(number: number, asWritten: Request): Request
  /** The request that follows; undefined where the session is over, which it also is when a turn failed. */
  after(number: number, sent: Sent): { number: number; thinkMs: number } | undefined
}

/** `turns` belong to the requests by their places; those of a session stand together. A number names a request in a round, as elsewhere. */
export function createSessions(turns: readonly Turn[]): Sessions {
  const starts = turns.flatMap(({ session }, i) => (turns[i - 1]?.session === session ? [] : [i]))
  const own = new Map<number, string[]>()
  return {
    first: (session) => Math.floor(session / starts.length) * turns.length + starts[session % starts.length]!,
    request(number, asWritten) {
      const answers = own.get(number)
      if (answers === undefined || typeof asWritten.prompt === 'string') return asWritten
      return { ...asWritten, prompt: answered(asWritten.prompt, answers) }
    },
    after(number, sent) {
      const answers = own.get(number) ?? []
      own.delete(number)
      const place = number % turns.length
      const [turn, next] = [turns[place], turns[place + 1]]
      if (!sent.ok || turn === undefined || next?.session !== turn.session) return undefined
      if (turn.answers === 'model') own.set(number + 1, [...answers, sent.completion.text])
      return { number: number + 1, thinkMs: next.thinkMs }
    },
  }
}

// --- internal ---

/** The chat with these answers in place of its own: one before each message of the user but the first. */
function answered(chat: readonly Message[], answers: readonly string[]): Message[] {
  let users = 0
  return chat.flatMap((message): Message[] => {
    if (message.role === 'assistant') return []
    if (message.role !== 'user' || users++ === 0) return [message]
    return [{ role: 'assistant', content: answers[users - 2] ?? '' }, message]
  })
}
