/** The sentences inside an analysis in Korean: definitions by the metric's id, verdicts from their numbers, the rest from the phrases. */
import type { Analysis } from '../../../harness/types.ts'
import { METRICS } from './metrics.ts'
import { translated } from './phrases.ts'
import { routingSentence, taskSentence, verdictSentence } from './verdicts.ts'

/** Numbers, names, quotations and what models wrote stay as they are; so does a sentence that nobody has translated. */
export function inKorean(analysis: Analysis): Analysis {
  const verdicts = analysis.verdicts.map((verdict) => ({
    ...verdict,
    sentence: verdictSentence(verdict),
    tasks: verdict.tasks.map((task) => ({ ...task, sentence: taskSentence(task, verdict.margin) })),
  }))
  const routing = analysis.routing.map((row) =>
    row.result.state === 'ok'
      ? { ...row, result: { ...row.result, value: { ...row.result.value, sentence: routingSentence(row.rule, row.result.value) } } }
      : row,
  )
  const metrics = analysis.metrics.map((metric) => {
    const [title, definition, misleads] = METRICS[metric.id] ?? [metric.title, metric.definition, metric.misleads]
    return { ...metric, title, definition, misleads }
  })
  const walked = Object.fromEntries(WALKED.map((key) => [key, walk(analysis[key], '')])) as Pick<Analysis, (typeof WALKED)[number]>
  return { ...analysis, ...walked, metrics, verdicts: walk(verdicts, '') as Analysis['verdicts'], routing: walk(routing, '') as Analysis['routing'] }
}

// --- internal ---

/** Parts of an analysis that hold sentences of ours. */
const WALKED = ['rows', 'ratios', 'fidelity', 'judged', 'grading', 'gap', 'stages', 'roofline', 'power', 'lifecycle', 'warnings'] as const
/** Where they stand. */
const SENTENCES: ReadonlySet<string> = new Set(['why', 'how', 'method', 'sentence', 'message', 'cautions', 'reasons'])
/** Long, and without a sentence of ours: what models wrote, and columns of numbers. */
const PASSED_OVER: ReadonlySet<string> = new Set(['flips', 'bins', 'curve', 'phases', 'error'])

function walk(value: unknown, key: string): unknown {
  if (typeof value === 'string') return SENTENCES.has(key) ? translated(value) : value
  if (value === null || typeof value !== 'object' || PASSED_OVER.has(key)) return value
  if (Array.isArray(value)) return value.map((one) => walk(one, key))
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, walk(one, name)]))
}
