/** Stored baselines: a run under a name, with the fingerprint of what it ran on. */
import { randomUUID } from 'node:crypto'
import { cp, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { HarnessError, nearest } from '../errors.ts'
import { readRun } from '../run/index.ts'
import type { StoredRun } from '../types.ts'
import { fingerprintOf, type Fingerprint } from './comparable.ts'

export interface BaselineHead {
  schema: 'baseline/1'
  name: string
  savedAt: string
  run: string
  suite: string
  fingerprint: Fingerprint
}

/**
 * Keeps a finished run under `<out>/baselines/NAME`, in place of an earlier one of the name. Reports are left behind; what the
 * gate needs is per item and stays. Throws HarnessError `usage` for a name that is no file name or a run that is not complete.
 */
export async function saveBaseline(out: string, name: string, run: StoredRun, now: Date): Promise<BaselineHead> {
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(name))
    throw new HarnessError('usage', `"${name}" cannot be the name of a baseline`, { hint: 'letters, digits, dots, dashes and underscores, 64 at most' })
  const { record } = run
  if (record.state !== 'done')
    throw new HarnessError('usage', `run ${record.id} is ${record.state}; a baseline must be complete`, {
      hint: `distillbench run SUITE --resume ${record.id} goes on with it`,
    })
  const head: BaselineHead = {
    schema: 'baseline/1',
    name,
    savedAt: now.toISOString(),
    run: record.id,
    suite: record.suite.name,
    fingerprint: fingerprintOf(record),
  }
  const [dir, temporary] = [folderOf(out, name), `${folderOf(out, name)}.${randomUUID().slice(0, 8)}.part`]
  try {
    await mkdir(temporary, { recursive: true })
    for (const file of await readdir(run.dir)) if (KEPT.test(file)) await cp(join(run.dir, file), join(temporary, file), { recursive: true })
    await writeFile(join(temporary, HEAD), `${JSON.stringify(head, null, 2)}\n`)
    const old = `${temporary}.old`
    await rename(dir, old).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error
    })
    await rename(temporary, dir)
    await rm(old, { recursive: true, force: true })
  } catch (error) {
    await rm(temporary, { recursive: true, force: true }).catch(() => undefined)
    if (error instanceof HarnessError) throw error
    throw new HarnessError('storage', `cannot write the baseline ${dir}: ${(error as Error).message}`, { cause: error })
  }
  return head
}

/** By name. A folder that is no baseline is passed over. */
export async function listBaselines(out: string): Promise<BaselineHead[]> {
  const names = await readdir(join(out, FOLDER)).catch(() => [])
  const heads = await Promise.all(names.sort((a, b) => (a < b ? -1 : 1)).map((name) => readHead(join(out, FOLDER, name)).catch(() => undefined)))
  return heads.filter((head) => head !== undefined)
}

/** Throws HarnessError `usage` where there is none of the name, `data` where it is damaged. */
export async function loadBaseline(out: string, name: string): Promise<{ head: BaselineHead; run: StoredRun }> {
  const head = await readHead(folderOf(out, name)).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  })
  if (head === undefined) throw await unknown(out, name)
  return { head, run: await readRun(folderOf(out, name), { out }) }
}

export async function removeBaseline(out: string, name: string): Promise<void> {
  if (!(await listBaselines(out)).some((head) => head.name === name)) throw await unknown(out, name)
  await rm(folderOf(out, name), { recursive: true, force: true })
}

export async function hasBaseline(out: string, name: string): Promise<boolean> {
  return (await listBaselines(out)).some((head) => head.name === name)
}

// --- internal ---

const FOLDER = 'baselines'
const HEAD = 'baseline.json'
/** The record and its data, whatever form it is stored in. */
const KEPT = /^(run\.json|samples\.(jsonl|parquet)|grades-\d+\.jsonl|series\.(jsonl|parquet))$/

const FingerprintSchema = z.object({
  host: z.record(z.string(), z.union([z.string(), z.number()])),
  node: z.string(),
  tool: z.string(),
  runtimes: z.record(z.string(), z.string()),
})
const HeadSchema = z.object({ schema: z.string(), name: z.string(), savedAt: z.string(), run: z.string(), suite: z.string(), fingerprint: FingerprintSchema })

function folderOf(out: string, name: string): string {
  return join(out, FOLDER, name)
}

async function readHead(dir: string): Promise<BaselineHead> {
  const file = join(dir, HEAD)
  const text = await readFile(file, 'utf8')
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw new HarnessError('data', `${file} is damaged: ${(error as Error).message}`, { cause: error })
  }
  const parsed = HeadSchema.safeParse(value)
  if (!parsed.success) throw new HarnessError('data', `${file} is no head of a baseline`)
  const { schema } = parsed.data
  if (schema !== 'baseline/1') throw new HarnessError('data', `${file} has the schema ${schema}, which this version does not know; it reads baseline/1`)
  return { ...parsed.data, schema }
}

async function unknown(out: string, name: string): Promise<HarnessError> {
  const names = (await listBaselines(out)).map((head) => head.name)
  const guess = nearest(name, names)
  return new HarnessError('usage', `there is no baseline "${name}" in ${join(out, FOLDER)}${guess === undefined ? '' : `; did you mean ${guess}?`}`, {
    hint: names.length === 0 ? 'distillbench baseline save NAME RUN keeps one' : `there are: ${names.join(', ')}`,
  })
}
