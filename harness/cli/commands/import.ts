import { EXIT, HarnessError } from '../../errors.ts'
import type { FileOfRole } from '../../import/index.ts'
import type { Arguments } from '../arguments.ts'
import { command } from '../command.ts'
import { jsonText } from '../io.ts'
import { keepAnalysis } from '../kept-analysis.ts'
import { packRun } from '../pack.ts'
import { writeReports } from '../reports.ts'

export default command('import', async (args, { io, signal, commandLine }) => {
  // 1. the files, as a run
  const { importAnswers } = await import('../../import/index.ts')
  const { readRunTable, streamSamples } = await import('../../run/index.ts')
  const { id, dir } = await importAnswers({
    out: args.out,
    files: filesOf(args),
    ...(args.dataset === undefined ? {} : { dataset: args.dataset }),
    ...(args.name === undefined ? {} : { name: nameOf(args.name) }),
    ...(args.grader === undefined ? {} : { grader: args.grader }),
    ...(args.score === undefined ? {} : { score: args.score }),
    by: args.by as 'auto' | 'id' | 'hash',
    allowMissing: args['allow-missing'],
    margin: marginOf(args.margin ?? 0.02),
    command: commandLine,
    signal,
  })
  // 2. the analysis, and its reports beside the record
  await packRun(dir, { io, signal }, args) // first: columns are read faster, and the files may be larger than memory
  const run = await readRunTable(dir)
  const { analyse, withTexts } = await import('../../analysis/index.ts')
  const analysis = await withTexts(analyse([run]))
  const files = await writeReports(run, analysis, { ...args, io }, streamSamples(dir))
  await keepAnalysis(dir)
  // 3. the result
  if (args.json) for (const { message } of run.record.warnings) io.note(`${JSON.stringify({ type: 'warning', message })}\n`)
  if (args.json) await io.result(jsonText({ run: { id, dir, state: run.record.state }, files, analysis }))
  else {
    const { summaryTable } = await import('../../../reports/index.ts')
    await io.result(`${summaryTable(analysis, io.stdout)}\nReport: ${files.html}\n`)
  }
  return EXIT.ok
})

// --- internal ---

function filesOf({ file, teacher, student, control }: Arguments<'import'>): FileOfRole[] {
  const [first, ...rest] = file
  const chosen = teacher ?? first
  if (chosen === undefined) throw new HarnessError('usage', 'no answers to import', { hint: 'distillbench import --teacher FILE --student FILE' })
  if (teacher !== undefined && file.length > 0)
    throw new HarnessError('usage', `"${first}" stands beside --teacher, so its role is not clear`, { hint: 'put --student or --control in front of it' })
  return [
    { role: 'teacher', word: chosen },
    ...[...student, ...rest].map((word): FileOfRole => ({ role: 'student', word })),
    ...control.map((word): FileOfRole => ({ role: 'control', word })),
  ]
}

function marginOf(margin: number): number {
  if (margin <= 1) return margin
  throw new HarnessError('usage', `option --margin is a ratio of at most 1, and was given ${margin}`, { hint: '0.02 is two points' })
}

function nameOf(name: string): string {
  if (/^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,62}[A-Za-z0-9_-])?$/.test(name)) return name
  throw new HarnessError('usage', `option --name must be 1 to 64 letters, digits, dots, dashes or underscores, and was given "${name}"`, {
    hint: 'it is a part of the run’s folder',
  })
}
