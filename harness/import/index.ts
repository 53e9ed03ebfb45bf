/** Recorded answers → a run record, so that they are compared and judged like live ones. */
import { createHash } from 'node:crypto'
import { createReadStream, rmSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { HarnessError } from '../errors.ts'
import { packageInfo } from '../package.ts'
import { describeSuite, hashItems } from '../run/hash.ts'
import { cellId } from '../run/plan.ts'
import { createRun, type RunStore } from '../run/store/write.ts'
import { RUN_SCHEMA, type CellRecord, type Item, type ModelSpec, type Plan, type RunRecord, type Suite, type SuiteRecord, type Warning } from '../types.ts'
import { WORKLOAD_KINDS } from '../workloads/index.ts'
import { openContestants, slug, stem, type Contestant, type FileOfRole } from './contestant.ts'
import { chooseGrading, countDisagreements, GIVEN, type Grading } from './grading.ts'
import { cannotRead } from './json.ts'
import { takeNotes } from './notes.ts'
import { matchQuestions, type MatchBy, type Questions } from './questions.ts'
import { missingSample, newShelf, toSample } from './samples.ts'

export { GIVEN } from './grading.ts'
export { READERS } from './readers/index.ts'
export type { FileOfRole } from './contestant.ts'
export type { MatchBy } from './questions.ts'

export interface ImportOptions {
  /** Folder that runs are written to, such as `.distillbench`. */
  readonly out: string
  readonly files: readonly FileOfRole[]
  /** JSON lines with id, prompt, target: what the questions are. */
  readonly dataset?: string
  readonly name?: string
  /** Id of a grader, or `given`. */
  readonly grader?: string
  /** Name of one of the scores that came with the answers. */
  readonly score?: string
  readonly by: MatchBy
  /** Missing answers count as failed instead of being refused. */
  readonly allowMissing: boolean
  /** Non-inferiority margin, as a ratio. */
  readonly margin: number
  readonly command: string
  readonly signal: AbortSignal
}

/**
 * Reads the files twice: once to match the questions, once to grade and write. Answers pass through one at a time. Gives the
 * folder of the run. Throws HarnessError `usage` or `data` before anything is written, `storage` where nothing can be.
 */
export async function importAnswers(options: ImportOptions): Promise<{ id: string; dir: string }> {
  const { signal } = options
  // 1. the files, and what they are about
  const contestants = await openContestants(options.files, options.score, signal)
  const dataset = options.dataset === undefined ? undefined : { file: options.dataset, items: await readDataset(options.dataset) }
  // 2. the questions, and that all were asked the same
  const questions = await matchQuestions(contestants, {
    by: options.by,
    allowMissing: options.allowMissing,
    signal,
    ...(dataset === undefined ? {} : { dataset }),
  })
  const grading = chooseGrading(options.grader, contestants, questions)
  const sources = await Promise.all(contestants.map((contestant, index) => sourceRecord(contestant, questions.tallies[index]!.answers, signal)))
  // 3. the record and its samples
  const suite = suiteOf(options, contestants, questions, grading)
  const store = createRun(options.out, suite.name, new Date())
  try {
    const warnings: Warning[] = [...questions.issues.warnings()]
    const cells: CellRecord[] = []
    for (const [index, contestant] of contestants.entries()) {
      const own = cellsOf(
        contestant,
        suite,
        [...questions.all.values()].map(({ id }) => id),
        questions.tallies[index]!.repeats,
      )
      warnings.push(...(await writeSamples(store, contestant, own, questions, grading, dataset?.items, index, signal)))
      if (questions.tallies[index]!.times > 0) warnings.push(recordedTimes(contestant))
      cells.push(...own.map((cell): CellRecord => ({ ...cell, state: 'recorded', source: sources[index]! })))
    }
    store.writeRecord(recordOf(store.id, options, suite, cells, warnings))
  } catch (error) {
    store.close()
    rmSync(store.dir, { recursive: true, force: true }) // half an import is of no use: the files are all there
    throw error
  }
  store.close()
  return { id: store.id, dir: store.dir }
}

// --- internal ---

const LOAD = 'recorded'
/** So that an interrupt is seen while a fast disk delivers. */
const PAUSE_EVERY = 2000

async function readDataset(file: string): Promise<ReadonlyMap<string, Item>> {
  const items = new Map<string, Item>()
  for await (const item of WORKLOAD_KINDS.file.create({ file }, { id: stem(file), dir: '.' }).items(0)) {
    if (items.has(item.id))
      throw new HarnessError('data', `${file} has two questions with the id "${item.id}"`, {
        hint: 'ids name the question in every comparison; make them unique',
      })
    items.set(item.id, item)
  }
  if (items.size === 0) throw new HarnessError('data', `${file} holds no questions`)
  return items
}

async function sourceRecord(
  { source: { file, format } }: Contestant,
  answers: number,
  signal: AbortSignal,
): Promise<Extract<CellRecord, { state: 'recorded' }>['source']> {
  try {
    const hash = createHash('sha256')
    for await (const chunk of createReadStream(file, { signal, highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>) hash.update(chunk)
    return { file, format, sha256: hash.digest('hex'), bytes: (await stat(file)).size, answers }
  } catch (error) {
    throw cannotRead(error, file, signal)
  }
}

/** The suite that a live run of the same comparison would have. */
function suiteOf(options: ImportOptions, contestants: readonly Contestant[], { all, by }: Questions, { grader }: Grading): SuiteRecord {
  const tasks = new Set(contestants.map(({ source }) => source.task))
  const [task] = tasks.size === 1 ? tasks : []
  const workload = slug(task ?? (options.dataset === undefined ? '' : stem(options.dataset))) || 'answers'
  const models = contestants.map(({ id, name, role, source: { file, format } }): ModelSpec => ({
    id,
    name,
    role,
    adapter: 'recorded',
    options: { file, format },
  }))
  const items = [...all.values()].map(({ id, hash }): Item => ({ id, hash, prompt: '' })).sort((a, b) => (a.id < b.id ? -1 : 1))
  const name = options.name ?? 'import'
  const formats = [...new Set(contestants.map(({ source }) => source.format))].join(', ')
  const suite: Suite = {
    name,
    title: options.name ?? contestants.map((one) => one.name).join(' against '),
    description: `Recorded answers (${formats}), matched by ${by === 'id' ? 'the names' : 'the text'} of the questions. Nothing was run.`,
    seed: 0,
    models,
    workloads: [
      {
        id: workload,
        title: task ?? workload,
        items: () => items,
        grader: { ...grader, grade: () => ({ score: 0, grader: grader.id }) },
        maxTokens: 0,
        temperature: 0,
        stop: [],
      },
    ],
    loads: [{ id: LOAD, kind: 'recorded' }],
    blocks: 1,
    repeats: 1,
    warmup: { requests: 0 },
    timeoutMs: 0,
    meters: [],
    margin: options.margin,
    quick: { items: 0, blocks: 1 },
    facts: [],
    claims: [],
  }
  const plan: Plan = { cells: [], workloads: [{ id: workload, items, itemsHash: hashItems(items) }], requests: 0, maxOutputTokens: 0 }
  const record = describeSuite({ suite, file: options.files.map(({ word }) => word).join(' '), dir: process.cwd() }, plan, models)
  // How the answers were sampled is not known.
  return { ...record, workloads: record.workloads.map(({ maxTokens: _most, temperature: _how, ...rest }) => rest) }
}

type Head = Pick<CellRecord, 'id' | 'key' | 'items'>

/** One cell for each repeat. */
function cellsOf({ id: model }: Contestant, suite: SuiteRecord, items: readonly string[], repeats: number): Head[] {
  return Array.from({ length: repeats }, (_, repeat) => {
    const key = { model, workload: suite.workloads[0]!.id, load: LOAD, repeat, block: 0 }
    return { id: cellId(key), key, items }
  })
}

async function writeSamples(
  store: RunStore,
  contestant: Contestant,
  cells: readonly Head[],
  questions: Questions,
  grading: Grading,
  dataset: ReadonlyMap<string, Item> | undefined,
  index: number,
  signal: AbortSignal,
): Promise<Warning[]> {
  const notes = takeNotes(() => {})
  const disagreements = countDisagreements(contestant, grading.grader.id)
  const shelves = cells.map(newShelf)
  const promptOf = (id: string) => dataset?.get(id)?.prompt
  let read = 0
  for await (const answer of contestant.source.answers(notes)) {
    const question = questions.of(answer)
    const { id: cell, key } = cells[answer.repeat ?? 0]!
    const sample = toSample({ cell, key, question, prompt: promptOf(question.id) }, answer, shelves[key.repeat]!)
    const grade =
      sample.finish === 'error' || (answer.noText === true && grading.grader.id !== GIVEN)
        ? undefined
        : await grading.grade(
            { id: question.id, hash: question.hash, prompt: '', ...(question.target === undefined ? {} : { target: question.target }) },
            answer.output,
            answer.score,
            signal,
          )
    if (grade !== undefined && answer.score !== undefined) disagreements.compare(question.id, grade.score, answer.score)
    store.appendSample(grade === undefined ? sample : { ...sample, grade })
    read += 1
    if (read % PAUSE_EVERY === 0) await setImmediate()
    if (signal.aborted) throw new HarnessError('aborted', 'interrupted; nothing was kept')
  }
  if (read !== questions.tallies[index]!.answers)
    throw new HarnessError('data', `${contestant.label} was changed while it was read`, { hint: 'import it again when its writer has ended' })
  const [first] = cells
  for (const question of questions.missing(index))
    store.appendSample(
      missingSample({ cell: first!.id, key: first!.key, question, prompt: promptOf(question.id) }, basename(contestant.source.file), shelves[0]!),
    )
  return [...notes.warnings(contestant.id), ...disagreements.warnings()]
}

function recordedTimes({ id, label }: Contestant): Warning {
  return { code: 'recorded-times', message: `Times, token counts and cost of ${id} are those of ${label}; they were not measured by this tool.`, model: id }
}

function recordOf(id: string, { command }: ImportOptions, suite: SuiteRecord, cells: readonly CellRecord[], warnings: readonly Warning[]): RunRecord {
  const { name, version } = packageInfo()
  return {
    schema: RUN_SCHEMA,
    id,
    createdAt: new Date().toISOString(),
    tool: { name, version },
    command,
    seed: 0,
    quick: false,
    suite,
    environment: { host: {}, node: process.version, tool: `${name} ${version}` },
    plan: cells.map(({ key }) => key),
    cells,
    meters: [],
    warnings,
    state: 'done',
  }
}
