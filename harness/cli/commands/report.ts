import { join } from 'node:path'
import { EXIT, HarnessError } from '../../errors.ts'
import { writeCharts, type ChartFiles } from '../charts.ts'
import { command } from '../command.ts'
import { writeWhole } from '../files.ts'
import { formatCount } from '../../../reports/format.ts'
import { jsonText } from '../io.ts'
import { noteLarge } from '../reports.ts'

export default command('report', async (args, { io }) => {
  const { analysisOf } = await import('../kept-analysis.ts')
  const { renderReport, summaryTable } = await import('../../../reports/index.ts')

  const { analysis, dirs } = await analysisOf(args.run, args.runs)
  const format = args.format ?? (args.json ? 'json' : 'html')
  const { interactive } = args
  if (interactive && format !== 'html')
    throw new HarnessError('usage', `--interactive is for html; this report is ${format}.`, { hint: 'Leave out one of the two.' })
  const text = await renderReport(analysis, format, args.lang, { interactive })
  if (format === 'html') noteLarge(text, { json: args.json, io })
  const charts = args.charts === undefined ? undefined : await writeCharts(analysis, args.charts, args.lang)
  if (charts !== undefined) io.note(chartsNote(charts, args.charts ?? ''))

  const file = args.out ?? (format === 'html' && io.stdout.isTerminal ? join(dirs.length === 1 ? dirs[0]! : args.runs, 'report.html') : '-')
  if (file === '-') {
    await io.result(text)
    return EXIT.ok
  }
  await writeWhole(file, text)
  await io.result(
    args.json ? jsonText({ format, file, ...(charts === undefined ? {} : { charts }) }) : `${summaryTable(analysis, io.stdout)}\nReport: ${file}\n`,
  )
  return EXIT.ok
})

// --- internal ---

function chartsNote({ svg, png, noPng, missing }: ChartFiles, dir: string): string {
  const kinds = png.length > 0 ? 'SVG and PNG' : 'SVG'
  const left = missing.length === 0 ? '' : ` ${formatCount(missing.length, 'chart')} could not be drawn; the report says why.`
  return `Charts: ${formatCount(svg.length, 'chart')} as ${kinds} in ${dir}.${noPng === undefined ? '' : ` ${noPng}`}${left}\n`
}
