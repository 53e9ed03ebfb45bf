import { appendFile } from 'node:fs/promises'
import type { GateFormat } from '../../../reports/gate/index.ts'
import { EXIT } from '../../errors.ts'
import type { GateReport, StoredRun } from '../../types.ts'
import { command } from '../command.ts'
import { writeWhole } from '../files.ts'
import { resolveRun } from '../runs.ts'

export default command('gate', async (args, { io }) => {
  const { readRun, describeDifference } = await import('../../run/index.ts')
  const gate = await import('../../gate/index.ts')
  const { renderGate } = await import('../../../reports/gate/index.ts')
  const read = async (word: string): Promise<StoredRun> => readRun(await resolveRun(word, args.runs), { out: args.runs })

  const candidate = await read(args.run)
  const { policy, source, hash } = await gate.loadPolicy(args.policy, candidate.record.suite, process.cwd())
  const baseline = args.baseline === undefined ? undefined : await baselineOf(args.baseline, args.runs, read)
  const machine = gate.comparesMachines(policy, candidate.record.suite.models)
  const differences = baseline === undefined ? [] : gate.checkComparable(baseline.run.record, candidate.record, { machine })
  const report = gate.judge({
    policy,
    source,
    hash,
    candidate,
    ...(baseline === undefined ? {} : { baseline }),
    ran: baseline === undefined ? 'alone' : 'apart',
    describe: describeDifference,
    differences,
  })
  const format = (args.format ?? (args.json ? 'json' : 'text')) as GateFormat
  const text = renderGate(report, format, io.stdout)
  if (format === 'github' && process.env.GITHUB_STEP_SUMMARY) await appendFile(process.env.GITHUB_STEP_SUMMARY, renderGate(report, 'md', io.stdout))
  if (args.out === undefined || args.out === '-') await io.result(text)
  else {
    await writeWhole(args.out, text)
    await io.result(renderGate(report, args.json ? 'json' : 'text', io.stdout))
  }
  return EXITS[report.outcome]
})

// --- internal ---

const EXITS: Record<GateReport['outcome'], number> = { pass: EXIT.ok, fail: EXIT.gateFailed, undecided: EXIT.undecided }

async function baselineOf(word: string, out: string, read: (word: string) => Promise<StoredRun>): Promise<{ name: string; run: StoredRun }> {
  const { hasBaseline, loadBaseline } = await import('../../gate/index.ts')
  if (await hasBaseline(out, word)) return { name: word, run: (await loadBaseline(out, word)).run }
  return { name: word, run: await read(word) }
}
