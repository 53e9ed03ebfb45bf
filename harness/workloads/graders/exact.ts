import { z } from 'zod'
import { graderKind } from '../grader.ts'
import { clip, normalise, type TextOptions } from '../text.ts'

export const TEXT_SHAPE = {
  ignoreCase: z.boolean().optional().describe('Upper and lower case count as equal'),
  ignorePunctuation: z.boolean().optional().describe('Punctuation counts as space'),
}

/** The whole answer equals the target, apart from space and from how accents and Korean syllables are composed. */
export const exact = graderKind<TextOptions>({
  summary: 'the answer equals the target, apart from white space',
  version: '2',
  shape: TEXT_SHAPE,
  judge: (options) => (text, target) => {
    const answer = normalise(text, options)
    return { correct: answer === normalise(target, options), answer: clip(answer) }
  },
})
