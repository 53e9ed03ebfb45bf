import { existsSync } from 'node:fs'
import { EXIT } from '../../errors.ts'
import type { GradingRecord, RunRecord } from '../../types.ts'
import { formatCount } from '../../../reports/format.ts'
import { wrap } from '../../../reports/text.ts'
import { command } from '../command.ts'
import { jsonText } from '../io.ts'
import { keepAnalysis } from '../kept-analysis.ts'
import { chooseReporters } from '../reporters/index.ts'
import { writeReports } from '../reports.ts'
import { resolveRun } from '../runs.ts'
import { checkData, setData, setVariables } from '../variables.ts'

export default command('grade', async (args, { io, signal, commandLine }) => {
  // 1. the run, and the suite that says how to grade
  setVariables(args.set)
  setData(args.data)
  const { gradeRun, locateRun, readRunTable, streamSamples } = await import('../../run/index.ts')
  const dir = locateRun(await resolveRun(args.run, args.runs), args.runs)
  const { record } = await readRunTable(dir)
  const { loadSuite } = await import('../../suite/index.ts')
  const loaded = await loadSuite(args.suite ?? suiteOf(record))
  checkData(args.data, loaded.suite)
  // 2. the grades
  const reporters = chooseReporters(io, args)
  let added: GradingRecord | undefined
  try {
    added = await gradeRun(dir, loaded, {
      allowCode: args['allow-code'],
      again: args.again,
      command: commandLine,
      signal,
      onEvent: (event) => reporters.onEvent(event),
      ...(args.json ? {} : { onProgress: (message: string) => io.note(`${message}\n`) }),
    })
  } finally {
    reporters.close()
  }
  if (added === undefined) {
    const nothing = 'Nothing to do: every answer has a grade by the grader that the suite names. --again grades all of them.'
    await io.result(args.json ? jsonText({ run: { id: record.id, dir }, grading: null }) : `${wrap(nothing, io.stdout.width).join('\n')}\n`)
    return EXIT.ok
  }
  // 3. the analysis and its reports, as of now
  const run = await readRunTable(dir)
  const { analyse, withTexts } = await import('../../analysis/index.ts')
  const analysis = await withTexts(analyse([run]))
  const files = await writeReports(run, analysis, { ...args, io }, streamSamples(dir))
  await keepAnalysis(dir)
  // 4. the result
  if (args.json) await io.result(jsonText({ run: { id: record.id, dir, state: record.state }, grading: added, files, analysis }))
  else {
    const { summaryTable } = await import('../../../reports/index.ts')
    await io.result(`${addedText(added, io.stdout.width)}\n${summaryTable(analysis, io.stdout)}\nReport: ${files.html}\n`)
  }
  return EXIT.ok
})

// --- internal ---

/** A suite that came with another installation is found by its name. */
function suiteOf({ suite: { file, name } }: RunRecord): string {
  return existsSync(file) ? file : name
}

function addedText({ number, workloads }: GradingRecord, width: number): string {
  const lines = workloads.map(({ id, grader, graderVersion, answers, ungraded, changed }) => {
    const without = ungraded === 0 ? '' : `, ${ungraded} of them still without a grade`
    return `${id}: ${formatCount(answers, 'answer')} graded by ${grader} ${graderVersion}${without}; ${changed} ${changed === 1 ? 'has' : 'have'} another score than before, or one for the first time.`
  })
  return [`Grading ${number} of this run:`, ...lines].flatMap((line) => wrap(line, width)).join('\n') + '\n'
}
