import { EXIT } from '../../errors.ts'
import { command } from '../command.ts'
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
  if (found.without > 0)
    io.note(
      `${found.without} ${found.without === 1 ? 'run has' : 'runs have'} no metrics.csv and are left out; distillbench report RUN --format csv --out metrics.csv writes it\n`,
    )
  return EXIT.ok
})
