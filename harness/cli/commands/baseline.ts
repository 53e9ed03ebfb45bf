import { EXIT, HarnessError, nearest } from '../../errors.ts'
import { command } from '../command.ts'
import { jsonText } from '../io.ts'
import { resolveRun } from '../runs.ts'

export default command('baseline', async (args, { io }) => {
  const gate = await import('../../gate/index.ts')
  const [verb = 'list', name, ...rest] = args.words
  const say = (value: object, text: string): Promise<void> => io.result(args.json ? jsonText(value) : text)
  if (verb === 'list') {
    const heads = await gate.listBaselines(args.runs)
    const empty = 'No baselines yet. Keep a run as one: distillbench baseline save NAME RUN\n'
    await say(
      { baselines: heads },
      heads.length === 0
        ? empty
        : heads.map(({ name: own, suite, run, savedAt }) => `${own}  ${suite}, run ${run}, saved ${savedAt.slice(0, 16).replace('T', ' ')}\n`).join(''),
    )
    return EXIT.ok
  }
  if (!VERBS.includes(verb)) {
    const guess = nearest(verb, VERBS)
    throw new HarnessError('usage', `baseline knows no "${verb}"${guess === undefined ? '' : `; did you mean ${guess}?`}`, {
      hint: `it knows ${VERBS.join(', ')}`,
    })
  }
  if (name === undefined) throw new HarnessError('usage', `baseline ${verb} needs the name of a baseline`, { hint: `distillbench baseline ${verb} NAME` })
  const most = verb === 'save' ? 1 : 0
  if (rest.length > most) throw new HarnessError('usage', `baseline ${verb}: "${rest[most]}" is one too many`, { hint: 'see `distillbench baseline --help`' })
  if (verb === 'save') {
    const { readRun } = await import('../../run/index.ts')
    const run = await readRun(await resolveRun(rest[0] ?? 'latest', args.runs), { out: args.runs, texts: false })
    const head = await gate.saveBaseline(args.runs, name, run, new Date())
    await say({ baseline: head }, `Saved run ${head.run} of ${head.suite} as baseline ${name}.\n`)
  } else if (verb === 'show') {
    const { head, run } = await gate.loadBaseline(args.runs, name)
    await say(
      { baseline: head, suite: run.record.suite },
      describe(
        head,
        run.record.suite.models.map(({ id }) => id),
      ),
    )
  } else {
    await gate.removeBaseline(args.runs, name)
    await say({ removed: name }, `Removed baseline ${name}.\n`)
  }
  return EXIT.ok
})

// --- internal ---

const VERBS: readonly string[] = ['save', 'list', 'show', 'rm']

function describe(head: import('../../gate/index.ts').BaselineHead, models: readonly string[]): string {
  const { name, suite, run, savedAt, fingerprint } = head
  const lines = [
    `${name}: run ${run} of suite ${suite}, saved ${savedAt}`,
    `models: ${models.map((id) => (fingerprint.runtimes[id] === undefined ? id : `${id} (${fingerprint.runtimes[id]})`)).join(', ')}`,
    `machine: ${Object.entries(fingerprint.host)
      .map(([key, value]) => `${key} ${value}`)
      .join(', ')}`,
    `versions: ${fingerprint.tool}, Node ${fingerprint.node}`,
  ]
  return `${lines.join('\n')}\n`
}
