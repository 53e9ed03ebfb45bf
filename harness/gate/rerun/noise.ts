/** What the last gate run of a suite on this machine says about its noise: rules that no number of pairs we ask could decide. */
import { describeDifference, listRuns, readRun } from '../../run/index.ts'
import type { GatePolicy, RunRecord } from '../../types.ts'
import { machineDiffers } from '../comparable.ts'
import type { DeadRule } from '../dead.ts'
import { percent } from '../evidence.ts'
import { judge } from '../judge.ts'
import { dependsOnMachine } from '../machine.ts'
import { LOOKS } from './looks.ts'
import { splitRun, type Arms } from './merge.ts'

export interface NoiseQuestion extends Arms {
  policy: GatePolicy
  /** Name that the run of both sides has. */
  suite: string
  out: string
  /** As the run that is about to start would be described. */
  asked: Pick<RunRecord, 'suite' | 'quick'>
  environment: RunRecord['environment']
}

/**
 * Of the rules that somebody wrote, that decide and that are about the machine: those that the last run left undecided, and whose
 * pairs scattered so much that even the last look could not show a change as large as the limit. Without such a run there are none.
 */
export async function deadByNoise({ policy, suite, out, asked, environment, candidate, baseline }: NoiseQuestion): Promise<DeadRule[]> {
  const last = (await listRuns(out)).filter((run) => run.suite === suite && run.state === 'done').at(-1)
  if (last === undefined) return []
  const run = await readRun(last.dir, { out })
  if (machineDiffers(run.record.environment, environment) || !sameItems(run.record, asked)) return []
  const rules = policy.rules.filter(
    ({ byDefault, level, limit, metric }) => byDefault !== true && level === 'error' && limit.kind === 'regression' && dependsOnMachine(metric, undefined),
  )
  if (rules.length === 0) return []
  const sides = splitRun(run, { candidate, baseline })
  const { findings } = judge({
    policy: { ...policy, rules },
    source: '',
    hash: '',
    candidate: sides.candidate,
    baseline: { name: '', run: sides.baseline },
    ran: 'together',
    describe: describeDifference,
  })
  const most = LOOKS.at(-1)!
  return rules.flatMap(({ id, limit }): DeadRule[] => {
    const dead = findings.filter(({ rule, outcome, detectable }) => rule === id && outcome === 'undecided' && (detectable?.pairsForLimit ?? 0) > most)
    const worst = dead.toSorted((a, b) => b.detectable!.pairsForLimit - a.detectable!.pairsForLimit)[0]
    if (worst?.detectable === undefined || limit.kind !== 'regression') return []
    const { change, pairsForLimit } = worst.detectable
    return [
      {
        rule: id,
        why: `in run ${last.id} its ${worst.pairs} pairs of blocks scattered so much that less than ${percent(change)} could not be shown, and the limit is ${percent(limit.most)}; about ${pairsForLimit} pairs would do, and ${most} are asked at most`,
      },
    ]
  })
}

// --- internal ---

function sameItems(before: Pick<RunRecord, 'suite' | 'quick'>, now: Pick<RunRecord, 'suite' | 'quick'>): boolean {
  const key = ({ suite, quick }: typeof now): string =>
    JSON.stringify([quick, suite.workloads.map(({ id, itemsHash }) => [id, itemsHash]), suite.loads.map(({ id }) => id)])
  return key(before) === key(now)
}
