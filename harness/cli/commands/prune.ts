import { EXIT, HarnessError } from '../../errors.ts'
import { command } from '../command.ts'
import { bytesText } from '../format.ts'
import { jsonText } from '../io.ts'

export default command('prune', async (args, { io }) => {
  const youngerThanMs = args['older-than'] === undefined ? undefined : ageOf(args['older-than'])
  if (args.keep === undefined && youngerThanMs === undefined)
    throw new HarnessError('usage', 'prune needs to know what may go: --keep N, --older-than AGE, or both', {
      hint: 'distillbench prune --keep 20 --older-than 30d --dry-run',
    })
  const { pruneRuns } = await import('../../run/index.ts')
  const { listBaselines } = await import('../../gate/index.ts')
  const named = new Map((await listBaselines(args.runs)).map(({ run, name }) => [run, `baseline ${name} was saved from it`]))
  const dryRun = args['dry-run']
  const { removed, kept, runs, bytes } = await pruneRuns(args.runs, {
    named,
    dryRun,
    now: new Date(),
    ...(args.keep === undefined ? {} : { keep: args.keep }),
    ...(youngerThanMs === undefined ? {} : { youngerThanMs }),
    ...(args.suite === undefined ? {} : { suite: args.suite }),
  })
  if (args.json) {
    await io.result(jsonText({ dryRun, runs, bytes, removed, kept }))
    return EXIT.ok
  }
  const lines = [
    ...removed.map(({ id, bytes: own }) => `${dryRun ? 'would remove' : 'removed'}  ${id}  ${bytesText(own)}`),
    ...kept.map(({ id, why }) => `kept  ${id}: ${why}`),
    removed.length === 0
      ? `Nothing to remove among ${runs} ${runs === 1 ? 'run' : 'runs'} in ${args.runs}.`
      : `${removed.length} of ${runs} runs ${dryRun ? 'would go' : 'removed'}, ${bytesText(bytes)} ${dryRun ? 'would be free' : 'freed'}.`,
  ]
  await io.result(`${lines.join('\n')}\n`)
  return EXIT.ok
})

// --- internal ---

/** `12h`, `30d`, `8w` in milliseconds. */
function ageOf(text: string): number {
  const [, amount, unit] = /^(\d+(?:\.\d+)?)(h|d|w)$/.exec(text) ?? []
  if (amount === undefined) throw new HarnessError('usage', `--older-than ${text} is no age`, { hint: 'such as 12h, 30d or 8w' })
  return Number(amount) * { h: 3_600_000, d: 86_400_000, w: 604_800_000 }[unit as 'h' | 'd' | 'w']
}
