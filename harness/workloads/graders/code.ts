import { z } from 'zod'
import { toFailure } from '../../errors.ts'
import { LANGUAGES, probeSandbox, runTests, type Language } from '../code/languages.ts'
import { graderKind } from '../grader.ts'
import { clip } from '../text.ts'

export interface CodeOptions {
  readonly language: Language
  /** Of the processor, and twice as many of the clock; default 10. */
  readonly seconds?: number
}

/**
 * The tests of the target pass when they are run after the answer's code: the first block between ``` marks, else all of it. A line
 * `#<answer>` in the target says where the code goes: what stands before it was given to the model. It is run only where the user
 * allowed that (`--allow-code`), in a sandbox; where there is none that holds, answers stay without a grade.
 */
export const code = graderKind<CodeOptions>({
  summary: 'code that passes the tests of the target; run in a sandbox, and only with --allow-code',
  version: '1',
  shape: {
    language: z.enum(LANGUAGES).describe('Language of the answer and of the tests'),
    seconds: z.number().min(1).max(120).optional().describe('Limit of processor time, and twice that of the clock; default 10'),
  },
  ready:
    ({ language }) =>
    async (leave) => {
      if (leave.code !== true) return NOT_ALLOWED
      const able = await probeSandbox(language)
      return able.state === 'ok' ? undefined : able.state === 'absent' ? able.why : able.error.message
    },
  judge: () => () => ({ correct: false, unsettled: true }),
  settle:
    ({ language, seconds = 10 }) =>
    async (text, target, _extra, signal, leave) => {
      if (leave.code !== true) return { correct: false, ungraded: true, detail: `the code was not run: ${NOT_ALLOWED}` }
      const { given, tests } = partsOf(target)
      if (tests.trim() === '') return { correct: false, ungraded: true, detail: 'the target holds no tests' }
      const own = codeOf(text, language)
      const answer = clip(own)
      if (own.length > LONGEST) return { correct: false, answer, detail: `more than ${LONGEST} characters of code` }
      try {
        const tested = await runTests(language, { given, code: own, tests }, seconds, signal)
        return tested.passed ? { correct: true, answer } : { correct: false, answer, detail: tested.why }
      } catch (error) {
        if (signal.aborted) throw error
        return { correct: false, ungraded: true, detail: `the code was not run: ${toFailure(error).message}` }
      }
    },
})

// --- internal ---

const NOT_ALLOWED = 'running code that a model wrote needs --allow-code'
const LONGEST = 262_144
const NAMES: Readonly<Record<Language, readonly string[]>> = { python: ['python', 'python3', 'py'], javascript: ['javascript', 'js'] }

function partsOf(target: string): { given: string; tests: string } {
  const place = /(?:#|\/\/) {0,2}<answer>[ \t]{0,8}\n/.exec(target)
  return place === null ? { given: '', tests: target } : { given: target.slice(0, place.index), tests: target.slice(place.index + place[0].length) }
}

/** The first block that is marked as of this language, else the first one; one that was never closed goes to the end. */
function codeOf(text: string, language: Language): string {
  const parts = text.split(/^[ \t]{0,8}```([^\n`]{0,40})$/m) // text, mark, block, mark, text, mark, block …
  const blocks: { name: string; code: string }[] = []
  for (let i = 1; i + 1 < parts.length; i += 4) blocks.push({ name: parts[i]!.trim().toLowerCase(), code: parts[i + 1]!.replace(/^\n/, '') })
  return (blocks.find(({ name }) => NAMES[language].includes(name)) ?? blocks[0])?.code ?? text
}
