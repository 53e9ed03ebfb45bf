import { join } from 'node:path'
import { EXIT } from '../../errors.ts'
import type { TableRun } from '../../types.ts'
import { command } from '../command.ts'
import { writeWhole } from '../files.ts'
import { jsonText } from '../io.ts'
import { resolveRun } from '../runs.ts'

export default command('report', async (args, { io }) => {
  const { readRunTable } = await import('../../run/index.ts')
  const { analyse, withPrompts } = await import('../../analysis/index.ts')
  const { renderReport, summaryTable } = await import('../../../reports/index.ts')

  const runs: TableRun[] = []
  for (const word of args.run) runs.push(await readRunTable(await resolveRun(word, args.runs), { out: args.runs }))
  const analysis = await withPrompts(analyse(runs))
  const format = args.format ?? (args.json ? 'json' : 'html')
  const text = await renderReport(analysis, format)

  const file = args.out ?? (format === 'html' && io.stdout.isTerminal ? join(runs.length === 1 ? (runs[0]?.dir ?? args.runs) : args.runs, 'report.html') : '-')
  if (file === '-') {
    await io.result(text)
    return EXIT.ok
  }
  await writeWhole(file, text)
  await io.result(args.json ? jsonText({ format, file }) : `${summaryTable(analysis, io.stdout)}\nReport: ${file}\n`)
  return EXIT.ok
})
