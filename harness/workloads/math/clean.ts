/** What mathematicians write around an answer and do not mean: units, spacing, signs of currency. */

/** Longer answers are not read as mathematics. */
export const LONGEST_ANSWER = 2000

/** LaTeX without its layout; undefined where it is too long. */
export function cleanLatex(text: string): string | undefined {
  if (text.length > LONGEST_ANSWER) return undefined
  let s = text
    .replace(/\\\\/g, '\uE002') // the end of a row
    .replace(/\\!/g, '')
    .replace(/(?<=\d)\\,(?=\d{3})/g, '\uE001')
    .replace(/\$\$?|\\[()]|(?<!\\)\\[[\]]/g, ' ')
    .replace(/\\(?:left|right|[bB]igg?[lr]?|displaystyle|textstyle|limits|mathrm\s*\{\s*\}|nolimits)(?![a-zA-Z])/g, '')
    .replace(/\\[,!;:]|\\ |~|\\q?quad(?![a-zA-Z])|\\hspace\{[^{}]{0,20}\}/g, ' ')
    .replace(/\\(?:dfrac|tfrac|cfrac)(?![a-zA-Z])/g, '\\frac')
    .replace(/\\(?:leq|leqslant)(?![a-zA-Z])/g, '\\le')
    .replace(/\\(?:geq|geqslant)(?![a-zA-Z])/g, '\\ge')
    .replace(/\\(?:lbrace)(?![a-zA-Z])/g, '\\{')
    .replace(/\\(?:rbrace)(?![a-zA-Z])/g, '\\}')
    .replace(/\\(?:operatorname\*?|mathop)\s{0,4}\{\s{0,4}([a-zA-Z]{1,12})\s{0,4}\}/g, '\\$1')
    .replace(/\{,\}/g, '\uE001') // a thousands separator
    .replace(/\u2212|\u2013/g, '-')
    .replace(/\u00D7/g, '\\times ')
    .replace(/\u00B7|\u22C5/g, '\\cdot ')
    .replace(/\u03C0/g, '\\pi ')
    .replace(/\u221A/g, '\\sqrt ')
    .replace(/\u221E/g, '\\infty ')
    .replace(/\u222A/g, '\\cup ')
    .replace(/\u00B1/g, '\\pm ')
    .replace(/\u00B2/g, '^2')
    .replace(/\u00B3/g, '^3')
    .replace(/\u2264/g, '\\le ')
    .replace(/\u2265/g, '\\ge ')
  s = /\\(?:sin|cos|tan|sec|csc|cot)(?![a-zA-Z])/.test(s) ? s.replace(DEGREES, '\\degmark ') : s.replace(DEGREES, ' ')
  s = s.trim().replace(/[.\s]{1,8}$/, '').trim() // prettier-ignore
  s = s.replace(/^\\\$|\\\$$|(?<=^-?)\\\$/g, '').trim()
  return dropUnits(s)
}

// --- internal ---

const DEGREES = /\^\s{0,4}\{?\s{0,4}\\circ\s{0,4}\}?|\u00B0|\\degree(?![a-zA-Z])/g
const TEXT_UNIT = /(?<=\S)\s{0,4}\\(?:text|mathrm|mbox|textrm|textnormal)\s{0,4}\{[^{}]{0,60}\}(?:\s{0,4}\^\s{0,4}\{?\s{0,4}\d\s{0,4}\}?)?$/
const PLAIN_UNIT =
  /(?<=[\d}])\s{1,4}(?:(?:square|cubic)\s)?(?:degrees?|units?|cm|mm|km|m|meters?|metres?|feet|foot|ft|inch(?:es)?|in|miles?|dollars?|cents?|hours?|minutes?|seconds?|days?|years?|kg|grams?|g|mph|pounds?|ways?|people|students?)(?:\^\{?\d\}?)?$/i

/** A unit behind a number or an expression; alone, a text is the answer. */
function dropUnits(text: string): string {
  let s = text
  for (let i = 0; i < 3; i++) {
    const next = s.replace(/\\(?:and|or)text/g, '').replace(PLAIN_UNIT, '')
    const unit = /\\(?:text|mathrm|mbox|textrm|textnormal)\s{0,4}\{\s{0,4}(?:and|or)\s{0,4}\}/.test(next) ? next : next.replace(TEXT_UNIT, '')
    if (unit === s) break
    s = unit.trim()
  }
  return s
}
