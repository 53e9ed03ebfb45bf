/**
 * What earlier answers of a server have taught. The events of all answers are alike but for their heads (id, time, model), and but for the
 * text: so what a first event, the last one and the usage say is known after one answer, and so is the template of the others.
 */
import type { Delta } from './chunk.ts'
import { matchTemplate, type Template } from './template.ts'

export class Learned {
  private readonly deltas = new Map<string, Delta>()
  /** Of the rest of an event. */
  private readonly templates: { [channel in Template['channel']]?: Template } = {}

  /** What an event says whose rest is this; undefined where that is not known. Not to be changed. */
  delta(rest: string): Delta | undefined {
    return this.deltas.get(rest)
  }

  /** Keeps what an event without text said. */
  keep(rest: string, delta: Delta): void {
    if (delta.answer !== '' || delta.reasoning !== '' || delta.toolCalls.length > 0 || delta.error !== undefined || rest.length > LONGEST) return
    if (this.deltas.size >= MOST) this.deltas.clear() // usages are of all kinds
    this.deltas.set(ownCopy(rest), delta)
  }

  /** A template that was proved, of an event with this head. */
  keepTemplate({ prefix, suffix, channel }: Template, head: string): void {
    this.templates[channel] = { prefix: ownCopy(prefix.slice(head.length)), suffix: ownCopy(suffix), channel }
  }

  /** The template for an event, where its rest, from `start` on, is one that has been proved. */
  templateFor(source: string, start: number, end: number, head: string): Template | undefined {
    for (const template of [this.templates.answer, this.templates.reasoning])
      if (template !== undefined && matchTemplate(template, source, start, end) !== undefined) return { ...template, prefix: head + template.prefix }
    return undefined
  }
}

/**
 * The beginning of an event up to `"choices": [`, where nothing in it matters: only fields that nobody reads, with values that are surely JSON.
 * What such an event says is what `{` and its rest say. Undefined for others. `known`: the head of another event.
 */
export function headOf(source: string, start: number, end: number, known?: string): string | undefined {
  if (known !== undefined && source.startsWith(known, start) && isRest(source, start + known.length)) return known
  HEAD.lastIndex = start
  return HEAD.test(source) && HEAD.lastIndex <= end && isRest(source, HEAD.lastIndex) ? source.slice(start, HEAD.lastIndex) : undefined
}

// --- internal ---

/** ASCII without escapes; whole numbers as JSON writes them. */
const HEAD = /\{(?:"(?:id|object|created|model|system_fingerprint|service_tier)": ?(?:"[ !#-[\]-~]*"|0|[1-9][0-9]{0,14}|null), ?)*/y
/** Where `choices` is no list, other fields matter. */
function isRest(source: string, from: number): boolean {
  return source.startsWith('"choices":[', from) || source.startsWith('"choices": [', from)
}

const MOST = 64
const LONGEST = 1024

/** A part of a string holds on to all of it, which is a chunk of the stream. */
function ownCopy(latin1: string): string {
  return Buffer.from(latin1, 'latin1').toString('latin1')
}
