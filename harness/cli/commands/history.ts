import { EXIT, HarnessError } from '../../errors.ts'
import type { HistorySeries } from '../../history/index.ts'
import type { Arguments } from '../arguments.ts'
import { command } from '../command.ts'
import { writeWhole } from '../files.ts'
import { jsonText } from '../io.ts'

export default command('history', async (args, { io }) => {
  const { historyOf } = await import('../../history/index.ts')
  const { historyText } = await import('../../../reports/history.ts')
  const folders = [args.runs, ...(args.also ?? [])]
  const found = historyOf(folders, {
    metric: args.metric,
    ...(args.suite === undefined ? {} : { suite: args.suite }),
    ...(args.models === undefined ? {} : { models: args.models.split(',').map((model) => model.trim()) }),
    ...(args.workload === undefined ? {} : { workload: args.workload }),
    ...(args.load === undefined ? {} : { load: args.load }),
  })
  if (args.json) await io.result(jsonText({ metric: args.metric, ...found }))
  else if (found.series.length > 0) await io.result(historyText(found.series, args.metric, io.stdout))
  else
    await io.result(
      `No run in ${folders.join(', ')} has a value of ${args.metric}${found.runs === 0 ? ': there are no runs yet' : ` (${found.runs} runs looked at)`}.\n`,
    )
  await writePictures(found.series, args, (text) => io.note(text))
  if (found.without > 0)
    io.note(
      `${found.without} ${found.without === 1 ? 'run has' : 'runs have'} no metrics.csv and are left out; distillbench report RUN --format csv --out metrics.csv writes it\n`,
    )
  return EXIT.ok
})

// --- internal ---

async function writePictures(series: readonly HistorySeries[], { metric, html, svg, lang }: Arguments<'history'>, note: (text: string) => void): Promise<void> {
  if (html === undefined && svg === undefined) return
  const { historyCharts, chartSvg, historyHtml, messagesOf } = await import('../../../reports/html/history.ts') // vega is heavy
  if (series.length === 0) throw new HarnessError('usage', `there is nothing to draw: no run has a value of ${metric}`)
  const words = messagesOf(lang)
  if (svg !== undefined) {
    const [chart, ...more] = historyCharts(series, metric, words)
    if (more.length > 0)
      throw new HarnessError('usage', `--svg holds one chart, and there are ${more.length + 1}`, { hint: 'choose one with --suite, --workload and --load, or write a page with --html' }) // prettier-ignore
    if (chart?.state !== 'drawn') throw new HarnessError('usage', `there is no trend to draw yet: ${chart?.why ?? ''}`)
    await writeWhole(svg, await chartSvg(chart.chart))
    note(`Chart: ${svg}\n`)
  }
  if (html === undefined) return
  await writeWhole(html, await historyHtml(series, metric, words))
  note(`Page: ${html}\n`)
}
