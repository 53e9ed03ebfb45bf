/**
 * The analysis that `run` and `import` leave beside a record stands for a new one as long as it is what a new one would be:
 * of the same files, by the same code. Of a million samples a new one takes tens of seconds.
 */
import { createHash } from 'node:crypto'
import { createReadStream, existsSync, readFileSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { locateRun, readRunTable } from '../run/index.ts'
import type { Analysis, TableRun } from '../types.ts'
import { writeWhole } from './files.ts'
import { resolveRun } from './runs.ts'

/** To be called when nothing of the run will change any more. */
export async function keepAnalysis(dir: string): Promise<void> {
  const key = await keyOf(dir)
  if (key !== undefined) await writeWhole(join(dir, KEY), `${key}\n`)
}

/** Analysis of stored runs, with their texts, and their folders: the kept one where there is one run and it has one. */
export async function analysisOf(words: readonly string[], out: string): Promise<{ analysis: Analysis; dirs: string[] }> {
  const dirs: string[] = []
  for (const word of words) dirs.push(locateRun(await resolveRun(word, out), out))
  const [only, ...others] = dirs
  const kept = only === undefined || others.length > 0 ? undefined : await keptAnalysis(only)
  if (kept !== undefined) return { analysis: kept, dirs }
  const { analyse, withTexts } = await import('../analysis/index.ts')
  const runs: TableRun[] = []
  for (const dir of dirs) runs.push(await readRunTable(dir))
  return { analysis: await withTexts(analyse(runs)), dirs }
}

// --- internal ---

const ANALYSIS = 'analysis.json'
const KEY = 'analysis.key'
const BUILD = fileURLToPath(new URL('../../build.json', import.meta.url))

async function keptAnalysis(dir: string): Promise<Analysis | undefined> {
  const [path, key] = [join(dir, ANALYSIS), join(dir, KEY)]
  if (!existsSync(path) || !existsSync(key) || readFileSync(key, 'utf8').trim() !== (await keyOf(dir))) return undefined
  const analysis: unknown = JSON.parse(readFileSync(path, 'utf8'))
  const { isAnalysis } = await import('../../reports/schema/analysis.ts')
  return isAnalysis(analysis) ? analysis : undefined
}

/**
 * Of the record, its samples, series and analysis, byte by byte, of the compiled code, and of the arithmetic of this Node.
 * Undefined where the code is not compiled, for then nobody knows whether it has changed.
 */
async function keyOf(dir: string): Promise<string | undefined> {
  if (!existsSync(BUILD)) return undefined
  const hash = createHash('sha256').update(`${readFileSync(BUILD, 'utf8')} ${process.versions.v8}`)
  // Large samples are a folder of parts.
  const files = readdirSync(dir, { recursive: true, encoding: 'utf8' }).filter(
    (name) => /\.(?:json|jsonl|parquet)$/.test(name) && statSync(join(dir, name)).isFile(),
  )
  for (const name of files.toSorted()) {
    hash.update(`\n${name}\n`)
    for await (const bytes of createReadStream(join(dir, name))) hash.update(bytes as Uint8Array)
  }
  return hash.digest('hex')
}
