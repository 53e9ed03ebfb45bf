import { appendFile } from 'node:fs/promises'
import type { GateFormat } from '../../../reports/gate/index.ts'
import { EXIT, HarnessError } from '../../errors.ts'
import type { GateReport, LoadedSuite, StoredRun } from '../../types.ts'
import type { Arguments } from '../arguments.ts'
import { command, type Context } from '../command.ts'
import { writeWhole } from '../files.ts'
import { chooseReporters } from '../reporters/index.ts'
import { resolveRun } from '../runs.ts'
import { readVariables, setVariables } from '../variables.ts'

export default command('gate', async (args, context) => {
  const { io } = context
  const { renderGate } = await import('../../../reports/gate/index.ts')
  const report = args['rerun-baseline'] === undefined ? await judgeStored(args) : await judgeTogether(args, args['rerun-baseline'], context)
  const format = (args.format ?? (args.json ? 'json' : 'text')) as GateFormat
  const text = renderGate(report, format, io.stdout)
  const summary = process.env.GITHUB_STEP_SUMMARY
  if ((format === 'github' || args.annotate) && summary !== undefined && summary !== '') await appendFile(summary, renderGate(report, 'md', io.stdout))
  if (args.annotate && format !== 'github') io.note(renderGate(report, 'github', io.stderr))
  if (args.out === undefined || args.out === '-') await io.result(text)
  else {
    await writeWhole(args.out, text)
    await io.result(renderGate(report, args.json ? 'json' : 'text', io.stdout))
  }
  return EXITS[report.outcome]
})

// --- internal ---

const EXITS: Record<GateReport['outcome'], number> = { pass: EXIT.ok, fail: EXIT.gateFailed, undecided: EXIT.undecided }
const DEFAULT_BUDGET = '15m'

/** A run that is there, against a baseline that was saved, or by itself. */
async function judgeStored(args: Arguments<'gate'>): Promise<GateReport> {
  for (const option of ['baseline-set', 'budget'] as const)
    if ((args[option]?.length ?? 0) > 0) throw new HarnessError('usage', `--${option} belongs to --rerun-baseline`, { hint: 'see `distillbench gate --help`' })
  const { readRun, describeDifference } = await import('../../run/index.ts')
  const gate = await import('../../gate/index.ts')
  const read = async (word: string): Promise<StoredRun> => readRun(await resolveRun(word, args.runs), { out: args.runs })
  const candidate = await read(args.run)
  const policy = await gate.loadPolicy(args.policy, candidate.record.suite, process.cwd())
  const baseline = args.baseline === undefined ? undefined : await baselineOf(args.baseline, args.runs, read)
  const machine = gate.comparesMachines(policy.policy, candidate.record.suite.models)
  const differences = baseline === undefined ? [] : gate.checkComparable(baseline.run.record, candidate.record, { machine })
  if (baseline !== undefined) gate.refuseDeadRules(policy.policy, candidate.record, 'apart')
  return gate.judge({
    ...policy,
    candidate,
    ...(baseline === undefined ? {} : { baseline }),
    ran: baseline === undefined ? 'alone' : 'apart',
    describe: describeDifference,
    differences,
  })
}

async function baselineOf(word: string, out: string, read: (word: string) => Promise<StoredRun>): Promise<{ name: string; run: StoredRun }> {
  const { hasBaseline, loadBaseline } = await import('../../gate/index.ts')
  if (await hasBaseline(out, word)) return { name: word, run: (await loadBaseline(out, word)).run }
  return { name: word, run: await read(word) }
}

/** A suite and its baseline, run side by side now. */
async function judgeTogether(args: Arguments<'gate'>, what: string, context: Context): Promise<GateReport> {
  if (args.baseline !== undefined) throw new HarnessError('usage', '--baseline names what was stored and --rerun-baseline what is run now; give one of them')
  setVariables(args.set)
  const variables = readVariables('baseline-set', args['baseline-set'])
  const { io, signal, commandLine } = context
  const gate = await import('../../gate/index.ts')
  const { loadSuite } = await import('../../suite/index.ts')
  const budgetMs = gate.parseBudget(args.budget ?? DEFAULT_BUDGET)
  if (budgetMs === undefined) throw new HarnessError('usage', `--budget ${args.budget} is no time`, { hint: 'such as 90s, 10m or 1h' })
  const candidate = await loadSuite(args.run)
  const old = what.startsWith('git:') ? await gate.checkOut(what.slice('git:'.length), args.run, process.cwd(), signal) : undefined
  try {
    const baseline: LoadedSuite = await loadSuite(old?.suite ?? what)
    const { policy, source, hash } = await gate.loadPolicy(args.policy, candidate.suite, process.cwd())
    const reporters = chooseReporters(io, args)
    try {
      return await gate.rerun(
        {
          candidate,
          baseline,
          variables,
          policy,
          source,
          hash,
          name: old === undefined ? what : `${what} (${old.commit})`,
          out: args.runs,
          budgetMs,
          quick: args.quick,
          anyway: args.anyway,
          backend: args.backend,
          ...(args.seed === undefined ? {} : { seed: args.seed }),
          command: commandLine,
          signal,
        },
        { onEvent: (event) => reporters.onEvent(event), onLook: (report, why) => args.json || io.note(lookLine(report, why)) },
      )
    } finally {
      reporters.close()
    }
  } finally {
    await old?.remove()
  }
}

function lookLine({ look, outcome }: GateReport, why: string | undefined): string {
  return `gate: ${outcome} after ${look?.pairs ?? 0} pairs of blocks${why === undefined ? '; adding pairs' : ''}\n`
}
