/** Adapters: how a model is opened. Built-in ones by id, a user's own by the path of its module. */
import { existsSync } from 'node:fs'
import { extname, isAbsolute, relative, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { z } from 'zod'
import { HarnessError, nearest } from '../errors.ts'
import type { MemoryNeed, ModelAdapter, ModelSpec, Observed } from '../types.ts'
import { whyNoLikelihoods } from './openai/can-tell.ts'

interface Builtin {
  readonly id: string
  readonly summary: string
  readonly runsIn: ModelAdapter['runsIn']
  readonly scores?: boolean
  readonly whyNoLikelihoods?: ModelAdapter['whyNoLikelihoods']
  readonly load: () => Promise<{ default: ModelAdapter }>
  /** What its models need of memory, for those that compute in a process of ours. */
  readonly room?: () => Promise<Room>
}

/** Memory of models, told without opening them. */
export interface Room {
  memoryNeed(spec: ModelSpec, shape: { batch: number; tokens: number }): Promise<Observed<MemoryNeed>>
  /** Why it cannot run on this backend here; undefined where it may. */
  whyTooLarge(need: MemoryNeed, backend: string): string | undefined
}

/** Built-in adapters. Where each runs is told here too, so that a plan loads no model runtime. */
export const ADAPTERS: readonly Builtin[] = [
  {
    id: 'tfjs',
    summary: 'a small transformer on TensorFlow.js, in a process of its own (tensorflow, webgpu, wasm or cpu)',
    runsIn: 'child',
    scores: true,
    load: () => import('./tfjs/index.ts'),
    room: () => import('./tfjs/room.ts'),
  },
  {
    id: 'openai',
    summary: 'any server with an OpenAI-compatible API (vLLM, SGLang, llama.cpp, Ollama, OpenAI …)',
    runsIn: 'client',
    whyNoLikelihoods,
    load: () => import('./openai/index.ts'),
  },
  {
    id: 'mock',
    summary: 'a made-up model behind a mock server that is started for it (docs/mock.md): for demonstrations and tests',
    runsIn: 'client',
    whyNoLikelihoods: ({ client }) => whyNoLikelihoods(typeof client === 'object' && client !== null ? client : {}),
    load: () => import('./mock/index.ts'),
  },
  {
    id: 'recorded',
    summary: 'answers from a file, brought in by `distillbench import`; nothing is run',
    runsIn: 'none',
    load: () => import('./recorded/index.ts'),
  },
  { id: 'published', summary: 'published figures only; nothing is run', runsIn: 'none', load: () => import('./published/index.ts') },
]

/**
 * The adapter with this id, or the default export of the module at this path (`.ts`, `.mts`, `.js`, `.mjs`), which may be
 * relative to `dir`. Nothing is imported before it is asked for. Throws HarnessError `usage` when there is none.
 */
export async function getAdapter(id: string, dir: string = process.cwd()): Promise<ModelAdapter> {
  const builtin = ADAPTERS.find((adapter) => adapter.id === id)
  if (builtin !== undefined) return (await builtin.load()).default
  return checkAdapter((await importAdapter(locate(id, dir), id)).default, id)
}

/** Where models of this adapter run; loads nothing for a built-in one. Throws as `getAdapter` does. */
export async function adapterPlace(id: string, dir: string = process.cwd()): Promise<ModelAdapter['runsIn']> {
  return ADAPTERS.find((adapter) => adapter.id === id)?.runsIn ?? (await getAdapter(id, dir)).runsIn
}

/** Whether models of this adapter can say how likely a text is. Throws as `getAdapter` does. */
export async function adapterScores(id: string, dir: string = process.cwd()): Promise<boolean> {
  const builtin = ADAPTERS.find((adapter) => adapter.id === id)
  if (builtin !== undefined) return builtin.scores ?? false
  const { runsIn, scores } = await getAdapter(id, dir)
  return runsIn === 'child' && scores === true
}

/** Why a model cannot say how likely given texts are, as far as can be told before it is opened. Throws as `getAdapter` does. */
export async function whyNoLikelihoodsOf(
  { adapter: id, options }: Pick<ModelSpec, 'adapter' | 'options'>,
  dir: string = process.cwd(),
): Promise<string | undefined> {
  const builtin = ADAPTERS.find((adapter) => adapter.id === id)
  return builtin === undefined ? (await getAdapter(id, dir)).whyNoLikelihoods?.(options) : builtin.whyNoLikelihoods?.(options)
}

/** How much memory models of this adapter take; undefined where that is not ours to know. */
export async function adapterRoom(id: string): Promise<Room | undefined> {
  return ADAPTERS.find((adapter) => adapter.id === id)?.room?.()
}

// --- internal ---

const TYPESCRIPT = ['.ts', '.mts']
const EXTENSIONS = [...TYPESCRIPT, '.js', '.mjs']

function locate(id: string, dir: string): string {
  if (!id.includes('/') && !EXTENSIONS.includes(extname(id))) {
    const known = ADAPTERS.map((adapter) => adapter.id)
    const guess = nearest(id, known)
    throw new HarnessError('usage', `there is no adapter "${id}"${guess === undefined ? '' : `; did you mean ${guess}?`}`, {
      hint: `adapters: ${known.join(', ')}; or the path of a module whose default export is an adapter`,
    })
  }
  const file = resolve(dir, id)
  if (!EXTENSIONS.includes(extname(file)))
    throw new HarnessError('usage', `the adapter ${shown(id, dir)} is no module`, { hint: `adapters end in ${EXTENSIONS.join(', ')}` })
  if (!existsSync(file)) throw new HarnessError('usage', `the adapter ${shown(id, dir)} does not exist`, { hint: `looked for ${file}` })
  return file
}

/** A path below `dir` without it. */
function shown(id: string, dir: string): string {
  const path = isAbsolute(id) ? relative(dir, id) : id
  return path.startsWith('..') ? id : path
}

async function importAdapter(file: string, id: string): Promise<Record<string, unknown>> {
  try {
    if (!TYPESCRIPT.includes(extname(file))) return (await import(pathToFileURL(file).href)) as Record<string, unknown>
    const { createJiti } = await import('jiti')
    // `import … from 'distillbench'` inside it means the package that is running.
    const jiti = createJiti(import.meta.url, { fsCache: false, interopDefault: false, virtualModules: { distillbench: await import('../index.ts') } })
    return await jiti.import<Record<string, unknown>>(file)
  } catch (error) {
    if (error instanceof HarnessError) throw error
    const [message] = (error instanceof Error ? error.message : String(error)).split('\n')
    throw new HarnessError('usage', `the adapter ${id} could not be loaded: ${message}`, { cause: error })
  }
}

const isFunction = z.custom<(...args: never[]) => unknown>((value) => typeof value === 'function', 'must be a function')
const AdapterSchema = z.object(
  {
    id: z.string('must be a text').min(1, 'must not be empty'),
    summary: z.string('must be a text'),
    runsIn: z.enum(['child', 'client', 'parent', 'none'], 'must be child, client, parent or none'),
    open: isFunction,
  },
  'must be an object with id, summary, runsIn and open',
)

function checkAdapter(value: unknown, id: string): ModelAdapter {
  const parsed = AdapterSchema.safeParse(value)
  if (parsed.success) return value as ModelAdapter // the object itself: its methods may need their `this`
  if (value === undefined)
    throw new HarnessError('usage', `the adapter ${id} has no default export`, { hint: 'end it with `export default { id, summary, runsIn, open }`' })
  const problems = parsed.error.issues.map(({ path, message }) => [path.join('.'), message].filter((part) => part !== '').join(' '))
  throw new HarnessError('usage', `the default export of the adapter ${id} is not an adapter: ${problems.join('; ')}`)
}
