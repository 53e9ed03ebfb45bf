import { graderKind } from '../grader.ts'
import { normalise, type TextOptions } from '../text.ts'
import { TEXT_SHAPE } from './exact.ts'

/**
 * The target occurs in the answer. Misleads where the target is short or where the answer names all candidates:
 * "not 7 but 8" includes 7, and so does 17.
 */
export const includes = graderKind<TextOptions>({
  summary: 'the target occurs somewhere in the answer',
  version: '2',
  shape: TEXT_SHAPE,
  judge: (options) => (text, target) => {
    const wanted = normalise(target, options)
    if (wanted === '') return { correct: false, detail: 'the target is empty' }
    const correct = normalise(text, options).includes(wanted)
    return correct ? { correct, answer: wanted } : { correct }
  },
})
