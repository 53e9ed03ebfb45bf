/** Items on which a model and its teacher differ: for a reader who wants to see why. */
import type { Analysis, Flip, FlipKind, Flips, RowTexts, SampleTable } from '../../types.ts'
import { scoreOf, tells } from '../table/rows.ts'
import { cut, excerpt, excerptsOfTwo } from './excerpts.ts'
import type { AnswerPairs } from './pairs.ts'

export function flipsOf({ length, table, model, teacher }: AnswerPairs): Flips {
  const found: Record<FlipKind, number[]> = { lost: [], won: [], 'both-wrong': [] }
  const change = (i: number): number => scoreOf(table, model[i]!) - scoreOf(table, teacher[i]!)
  for (let i = 0; i < length; i++) {
    const kind = kindOf(table, model[i]!, teacher[i]!)
    if (kind !== undefined) found[kind].push(i)
  }
  const listed = (kind: FlipKind): Flip[] =>
    found[kind]
      .toSorted((a, b) => Math.abs(change(b)) - Math.abs(change(a)))
      .slice(0, MOST[kind])
      .map((i) => flipOf(table, kind, model[i]!, teacher[i]!))
  return {
    lost: found.lost.length,
    won: found.won.length,
    bothWrong: found['both-wrong'].length,
    listed: [...listed('lost'), ...listed('won'), ...listed('both-wrong')],
  }
}

/** The analysis with the texts of the flips that it lists, where they were not read with the runs. */
export async function withTexts(analysis: Analysis): Promise<Analysis> {
  const wanted = new Map<SampleTable, Set<number>>()
  for (const { flips } of analysis.fidelity)
    for (const flip of flips.listed) {
      const place = places.get(flip)
      if (place?.table.fetchTexts === undefined) continue
      const rows = wanted.get(place.table) ?? new Set()
      wanted.set(place.table, rows.add(place.model).add(place.teacher))
    }
  if (wanted.size === 0) return analysis
  const texts = new Map<SampleTable, ReadonlyMap<number, RowTexts>>()
  for (const [table, rows] of wanted) texts.set(table, await table.fetchTexts!([...rows]))
  const filled = (flip: Flip): Flip => {
    const place = places.get(flip)
    const found = place === undefined ? undefined : texts.get(place.table)
    return place === undefined || found === undefined ? flip : told(flip, place, found.get(place.model), found.get(place.teacher))
  }
  return { ...analysis, fidelity: analysis.fidelity.map((one) => ({ ...one, flips: { ...one.flips, listed: one.flips.listed.map(filled) } })) }
}

// --- internal ---

const MOST: Record<FlipKind, number> = { lost: 50, won: 20, 'both-wrong': 20 }
const LONGEST_ANSWER = 200

interface Place {
  table: SampleTable
  model: number
  teacher: number
}
/** Where a flip came from; not a part of the analysis. */
const places = new WeakMap<Flip, Place>()

function kindOf(table: SampleTable, model: number, teacher: number): FlipKind | undefined {
  const [own, base] = [scoreOf(table, model), scoreOf(table, teacher)]
  if (own !== base) return own < base ? 'lost' : 'won'
  const differ = table.answer[model] !== table.answer[teacher] && [model, teacher].every((row) => tells(table, row, ['text']))
  return own < 1 && differ ? 'both-wrong' : undefined
}

function flipOf(table: SampleTable, kind: FlipKind, model: number, teacher: number): Flip {
  const side = (row: number): Flip['model'] => ({ answer: cut(table.answers[table.answer[row]!]!, LONGEST_ANSWER), score: scoreOf(table, row) })
  const slice = table.slice[model]!
  const bare: Flip = {
    kind,
    item: table.names[table.item[model]!]!,
    repeat: table.keys[table.key[model]!]!.repeat,
    ...(slice < 0 ? {} : { slice: table.slices[slice]! }),
    prompt: excerpt(''),
    teacher: side(teacher),
    model: side(model),
  }
  const place = { table, model, teacher }
  const flip = told(bare, place, table.texts(model), table.texts(teacher))
  places.set(flip, place)
  return flip
}

/** The flip with what was asked and answered. A text that a file of answers does not hold stays absent. */
function told(flip: Flip, { table, ...rows }: Place, model: RowTexts | undefined, teacher: RowTexts | undefined): Flip {
  if (model === undefined || teacher === undefined) return flip
  const [own, base] = excerptsOfTwo(model.text, teacher.text)
  const target = model.target ?? teacher.target
  return {
    ...flip,
    prompt: excerpt(model.prompt),
    ...(target === undefined ? {} : { target: cut(target, LONGEST_ANSWER) }),
    teacher: { ...flip.teacher, ...(tells(table, rows.teacher, ['text']) ? { text: base } : {}) },
    model: { ...flip.model, ...(tells(table, rows.model, ['text']) ? { text: own } : {}) },
  }
}
