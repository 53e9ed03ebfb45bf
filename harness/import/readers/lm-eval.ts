/**
 * Format `lm-eval`: the `samples_<task>_<time>.jsonl` that lm-evaluation-harness writes with `--log_samples`. A question stands
 * there once for each filter of its task, with the same raw answer and another score. Where a task is scored by
 * log-likelihood, the answer is the continuation with the highest one.
 */
import { basename, dirname } from 'node:path'
import { z } from 'zod'
import { HarnessError, nearest } from '../../errors.ts'
import type { Answer, Choice, Notes, Reader, Source } from '../answer.ts'
import { check, compact } from '../json.ts'
import { readJsonLines } from '../lines.ts'

export const lmEval: Reader = {
  id: 'lm-eval',
  summary: 'samples_*.jsonl of lm-evaluation-harness (--log_samples)',
  recognises: ({ firstLine }) => firstLine !== undefined && 'doc_id' in firstLine && 'resps' in firstLine,
  open: (path, choice, signal) => Promise.resolve(openLmEval(path, choice, signal)),
}

const Pair = z.tuple([z.union([z.number(), z.string()]), z.union([z.string(), z.boolean()])])
const Resps = z.union([z.array(z.array(z.string()).min(1)).min(1), z.array(z.array(Pair).min(1)).min(1)], 'is no list of answers')
/** Older versions write lists, newer ones maps with the names `gen_args_0` and `arg_0`. */
const Arguments = z.union([z.array(z.array(z.unknown())), z.record(z.string(), z.record(z.string(), z.unknown()))])
const LineSchema = z.looseObject({
  doc_id: z.union([z.int(), z.string()]),
  doc: z.unknown().optional(),
  target: z.unknown().optional(),
  arguments: Arguments.optional(),
  resps: Resps,
  filter: z.string().default('none'),
  metrics: z.array(z.string()).default([]),
})
type Sample = z.infer<typeof LineSchema>

// --- internal ---

function openLmEval(path: string, { column, score }: Choice, signal: AbortSignal): Source {
  if (column !== undefined) throw new HarnessError('usage', `${path} holds answers of one model; "#${column}" names one of several`)
  const folder = basename(dirname(path))
  return {
    file: path,
    format: 'lm-eval',
    ...(folder.includes('__') ? { model: folder.replace('__', '/') } : {}),
    task: taskOf(path),
    answers: (notes) => answers(path, score, signal, notes),
  }
}

/** `samples_gsm8k_2025-02-06T10-11-12.345678.jsonl` → `gsm8k` */
function taskOf(path: string): string {
  return basename(path)
    .replace(/\.jsonl$/, '')
    .replace(/^samples_/, '')
    .replace(/_\d{4}-\d{2}-\d{2}T[\d-]+(?:\.\d+)?$/, '')
}

async function* answers(path: string, wanted: string | undefined, signal: AbortSignal, notes: Notes): AsyncGenerator<Answer> {
  const filters = new Set<string>()
  const names = new Set<string>()
  let chosen: { filter: string; metric: string | undefined } | undefined
  for await (const { where, value } of readJsonLines(path, signal, notes.cutShort)) {
    const sample = check(LineSchema, value, where, 'is this a samples file of lm-evaluation-harness?')
    filters.add(sample.filter)
    for (const metric of numbersOf(sample)) names.add(`${metric},${sample.filter}`)
    chosen ??= choose(sample, wanted)
    if (chosen?.filter === sample.filter) yield* toAnswers(sample, chosen.metric, where)
  }
  if (chosen === undefined && filters.size > 0) throw noScore(path, wanted ?? '', names)
  if (wanted === undefined && chosen !== undefined && filters.size > 1)
    notes.add(
      'several-scores',
      `${basename(path)} has scores of the filters ${[...filters].join(', ')}; those of ${chosen.filter} were kept (--score chooses).`,
    )
}

/** The first filter and metric, or those that `wanted` names: `strict-match`, `exact_match` or `exact_match,strict-match`. */
function choose(sample: Sample, wanted: string | undefined): { filter: string; metric: string | undefined } | undefined {
  const metrics = numbersOf(sample)
  if (wanted === undefined) return { filter: sample.filter, metric: metrics[0] }
  const metric = metrics.find((name) => wanted === name || wanted === `${name},${sample.filter}`) ?? (wanted === sample.filter ? metrics[0] : undefined)
  return metric === undefined ? undefined : { filter: sample.filter, metric }
}

function numbersOf(sample: Sample): string[] {
  return sample.metrics.filter((name) => typeof sample[name] === 'number')
}

function noScore(path: string, wanted: string, names: ReadonlySet<string>): HarnessError {
  const guess = nearest(wanted, names)
  return new HarnessError('usage', `${path} has no score "${wanted}"${guess === undefined ? '' : `; did you mean ${guess}?`}`, {
    hint: `its scores, as metric,filter: ${[...names].join('; ') || 'none'}`,
  })
}

function* toAnswers(sample: Sample, metric: string | undefined, where: string): Generator<Answer> {
  const value = metric === undefined ? undefined : sample[metric]
  const score = typeof value === 'number' && value >= 0 && value <= 1 ? value : undefined // perplexities and the like are no scores of an answer
  const common = { where, id: String(sample.doc_id), prompt: promptOf(sample, 0), score }
  if (typeof sample.resps[0]?.[0] === 'string') {
    const texts = (sample.resps as string[][]).flat()
    for (const [repeat, output] of texts.entries())
      // The score is of all repeats together, so it is no single answer's where there are several.
      yield compact({ ...common, output, target: targetOf(sample), repeat, score: texts.length === 1 ? score : undefined })
    return
  }
  yield compact({ ...common, ...likeliest(sample, where), repeat: 0 })
}

/** Of several continuations the one with the highest log-likelihood. */
function likeliest(sample: Sample, where: string): { output: string; target?: string | undefined } {
  const values = (sample.resps as z.infer<typeof Pair>[][]).map((list) => Number(list[0]?.[0]))
  if (values.length < 2 || values.some((value) => Number.isNaN(value)))
    throw new HarnessError('data', `${where} has no answer that could be compared: its task measures likelihood, not answers`, {
      hint: 'perplexity tasks are not imported; tasks that generate or choose are',
    })
  const best = values.indexOf(Math.max(...values))
  const texts = values.map((_, index) => continuationOf(sample, index) ?? String(index))
  const target = targetOf(sample)
  const index = target !== undefined && /^\d{1,3}$/.test(target) ? Number(target) : -1
  return { output: texts[best]!, target: texts[index] ?? target }
}

function argumentsOf({ arguments: all }: Sample, index: number): readonly unknown[] | Readonly<Record<string, unknown>> | undefined {
  if (all === undefined) return undefined
  return Array.isArray(all) ? all[index] : all[`gen_args_${index}`]
}

function promptOf(sample: Sample, index: number): string | undefined {
  const own = argumentsOf(sample, index)
  const prompt = Array.isArray(own) ? (own as unknown[])[0] : (own as Record<string, unknown> | undefined)?.arg_0
  return typeof prompt === 'string' ? prompt : undefined
}

function continuationOf(sample: Sample, index: number): string | undefined {
  const own = argumentsOf(sample, index)
  const text = Array.isArray(own) ? (own as unknown[])[1] : (own as Record<string, unknown> | undefined)?.arg_1
  return typeof text === 'string' ? text.trim() : undefined
}

function targetOf({ target }: Sample): string | undefined {
  if (target === undefined || target === null) return undefined
  if (Array.isArray(target)) return target.length === 0 ? undefined : textOf(target[0])
  return textOf(target)
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))
