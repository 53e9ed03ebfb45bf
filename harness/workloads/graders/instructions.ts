import { z } from 'zod'
import { graderKind } from '../grader.ts'
import { INSTRUCTIONS } from '../instructions.ts'

export interface InstructionsOptions {
  /** Also try the answer without its first line, its last line and its asterisks, as IFEval's loose score does. */
  readonly loose?: boolean
  /** Score the share of the instructions that were followed, not all or nothing. */
  readonly share?: boolean
}

/**
 * Every instruction of the target is followed: `{ "ids": ["punctuation:no_comma", …], "kwargs": [{ … }, …] }`, as IFEval names them.
 * Strict unless `loose`. An instruction that is not known counts as not followed, and the detail names it.
 */
export const instructions = graderKind<InstructionsOptions>({
  summary: 'instructions that a program can check are followed (named as in IFEval)',
  version: '1',
  shape: {
    loose: z.boolean().optional().describe('Also try the answer without its first line, its last line and its asterisks'),
    share: z.boolean().optional().describe('Score the share of the instructions that were followed, not all or nothing'),
  },
  unreadable: () => (target) => (readTarget(target) === undefined ? 'the target is not { "ids": […], "kwargs": […] }' : undefined),
  judge:
    ({ loose = false, share = false }) =>
    (text, target) => {
      const wanted = readTarget(target) ?? []
      const variants = loose ? looseForms(text) : [text]
      const failed = wanted.filter(({ id, wishes }) => !variants.some((one) => one.trim() !== '' && INSTRUCTIONS[id]?.(one, wishes) === true))
      const score = (wanted.length - failed.length) / wanted.length
      return {
        correct: failed.length === 0,
        ...(share ? { score } : {}),
        ...(failed.length === 0
          ? {}
          : { detail: `not followed: ${failed.map(({ id }) => (Object.hasOwn(INSTRUCTIONS, id) ? id : `${id} (not known)`)).join(', ')}`.slice(0, 300) }),
      }
    },
})

// --- internal ---

const TargetSchema = z.object({ ids: z.array(z.string()).min(1).max(50), kwargs: z.array(z.record(z.string(), z.unknown()).nullish()).optional() })

function readTarget(target: string): { id: string; wishes: Readonly<Record<string, unknown>> }[] | undefined {
  try {
    const { ids, kwargs = [] } = TargetSchema.parse(JSON.parse(target))
    return ids.map((id, i) => ({ id, wishes: Object.fromEntries(Object.entries(kwargs[i] ?? {}).filter(([, value]) => value !== null)) }))
  } catch {
    return undefined
  }
}

function looseForms(text: string): string[] {
  const lines = text.split('\n')
  const forms = [text, lines.slice(1).join('\n').trim(), lines.slice(0, -1).join('\n').trim(), lines.slice(1, -1).join('\n').trim()]
  return [...forms, ...forms.map((one) => one.replaceAll('*', ''))]
}
