import { EXIT, HarnessError, toFailure } from '../../errors.ts'
import type { RunEvent, StoredRun } from '../../types.ts'
import { command, type Context } from '../command.ts'
import type { Arguments } from '../arguments.ts'
import { formatCount } from '../../../reports/format.ts'
import { jsonText, paint } from '../io.ts'
import { memoryOf, refuseTooLarge } from '../memory.ts'
import { keepAnalysis } from '../kept-analysis.ts'
import { packRun } from '../pack.ts'
import { writeReports } from '../reports.ts'
import { chooseReporters } from '../reporters/index.ts'
import { resolveRun } from '../runs.ts'
import { checkData, setData, setVariables } from '../variables.ts'
import { untilDecidedOf } from '../until-decided.ts'

export default command('run', async (args, context) => {
  // 1. the suite; a mistake in it ends here
  setVariables(args.set)
  setData(args.data)
  const { loadSuite } = await import('../../suite/index.ts')
  const loaded = await loadSuite(args.suite)
  checkData(args.data, loaded.suite)
  await refuseWithoutRoom(loaded, args)
  // 2. the run: everything that happened, on disk
  const run = await runWithProgress(loaded, args, context)
  if (run.record.state === 'interrupted') throw interrupted(args, run.record.id)
  // 3. the analysis, and its reports beside the record
  const { analyse } = await import('../../analysis/index.ts')
  const analysis = analyse([run])
  const files = await writeReports(run, analysis, { ...args, io: context.io })
  await packRun(run.dir, context, args)
  await keepAnalysis(run.dir)
  // 4. the result
  const { id, state, cells } = run.record
  const failed = cells.filter((cell) => cell.state === 'failed').length
  const { io } = context
  if (args.json) await io.result(jsonText({ run: { id, dir: run.dir, state }, cellsFailed: failed, files, analysis }))
  else {
    const { summaryTable } = await import('../../../reports/index.ts')
    await io.result(`${summaryTable(analysis, io.stdout)}\nReport: ${files.html}\n`)
    if (failed > 0) io.note(`${paint(io.stderr, 'red', 'error:')} ${formatCount(failed, 'cell')} of ${cells.length} failed; the report says why\n`)
  }
  return failed > 0 || state === 'failed' ? EXIT.failed : EXIT.ok
})

// --- internal ---

/** Models of real sizes may not fit the backend that was asked for: told before anything is opened. */
async function refuseWithoutRoom(loaded: Loaded, { backend, quick, models }: Arguments<'run'>): Promise<void> {
  if (!loaded.suite.models.some(({ options }) => options.random !== undefined)) return
  const { planSuite } = await import('../../run/index.ts')
  const plan = await planSuite(loaded, { quick, ...(models === undefined ? {} : { models: models.split(',').map((model) => model.trim()) }) })
  refuseTooLarge(await memoryOf(plan, loaded.suite), backend)
}

type Loaded = Parameters<typeof import('../../run/index.ts').runSuite>[0]

async function runWithProgress(loaded: Loaded, args: Arguments<'run'>, { io, signal, commandLine }: Context): Promise<StoredRun> {
  const { runSuite } = await import('../../run/index.ts')
  const reporters = chooseReporters(io, args)
  let id: string | undefined
  const onEvent = (event: RunEvent): void => {
    if (event.type === 'run-start') id = event.id
    reporters.onEvent(event)
  }
  try {
    return await runSuite(
      loaded,
      {
        out: args.out,
        quick: args.quick,
        backend: args.backend,
        untilDecided: untilDecidedOf(args),
        allowCode: args['allow-code'],
        ...(args.seed === undefined ? {} : { seed: args.seed }),
        ...(args.models === undefined ? {} : { models: args.models.split(',').map((model) => model.trim()) }),
        ...(args.resume === undefined ? {} : { resume: await resolveRun(args.resume, args.out) }),
        command: commandLine,
        signal,
        ...(args.json ? {} : { onProgress: (message: string) => io.note(`${message}\n`) }),
      },
      onEvent,
    )
  } catch (error) {
    throw id !== undefined && toFailure(error).code === 'aborted' ? interrupted(args, id) : error
  } finally {
    reporters.close()
  }
}

/** What an interrupted run ends with: how to go on. */
function interrupted(args: Arguments<'run'>, id: string): HarnessError {
  const out = args.out === '.distillbench' ? '' : ` --out ${args.out}`
  return new HarnessError('aborted', 'interrupted; what was finished is kept', { hint: `go on with: distillbench run ${args.suite}${out} --resume ${id}` })
}
