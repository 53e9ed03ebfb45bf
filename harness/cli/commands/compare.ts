import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { EXIT, HarnessError } from '../../errors.ts'
import type { StoredRun } from '../../types.ts'
import { command } from '../command.ts'
import { jsonText } from '../io.ts'
import { resolveRun } from '../runs.ts'

export default command('compare', async (args, { io }) => {
  const { readRun, describeDifference } = await import('../../run/index.ts')
  const { analyse, combineRuns } = await import('../../analysis/index.ts')
  const { fidelityLines, summaryTable, testLines, viewOf } = await import('../../../reports/index.ts')
  const words = args.run.map((word) => readWord(word, args.runs))
  if (words.length < 2 && words[0]?.model === undefined)
    throw new HarnessError('usage', 'compare needs two runs or more', { hint: 'distillbench compare RUN RUN; within one run, its report compares all models' })
  if (words.length < 2) throw new HarnessError('usage', 'compare needs something to compare with', { hint: `distillbench compare ${args.run[0]} RUN` })
  // A run that is named twice is read once.
  const read = new Map<string, Promise<StoredRun>>()
  const load = async (word: string): Promise<StoredRun> => {
    const id = await resolveRun(word, args.runs)
    const run = read.get(id) ?? readRun(id, { out: args.runs }) // with texts: whether two wrong answers are the same is in them
    read.set(id, run)
    return run
  }
  const picks = []
  for (const { run, model } of words) picks.push({ run: await load(run), model })
  const analysis = analyse(combineRuns(picks, { by: args.by as 'hash' | 'id', describe: describeDifference }))
  await io.result(
    args.json
      ? jsonText({ analysis })
      : `${summaryTable(analysis, io.stdout)}\n${[...testLines(viewOf(analysis)), ...fidelityLines(viewOf(analysis))].join('\n')}\n`,
  )
  return EXIT.ok
})

// --- internal ---

/** `RUN` or `RUN:MODEL`; a folder may have a colon in its name. */
function readWord(word: string, runs: string): { run: string; model?: string } {
  const colon = word.lastIndexOf(':')
  const model = word.slice(colon + 1)
  if (colon <= 0 || !/^[\w.-]+$/.test(model) || [word, join(runs, 'runs', word)].some((path) => existsSync(path))) return { run: word }
  return { run: word.slice(0, colon), model }
}
