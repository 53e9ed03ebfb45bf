/** Whether a stored baseline may be compared with a run, and what differs without harm. */
import { HarnessError } from '../errors.ts'
import type { CellRecord, Environment, RunRecord } from '../types.ts'

/** What the figures of a baseline depend on, besides the questions and how they were asked. */
export interface Fingerprint {
  host: Environment['host']
  node: string
  tool: string
  /** By model: backend, device and their versions. */
  runtimes: Readonly<Record<string, string>>
}

export function fingerprintOf({ environment, cells }: RunRecord): Fingerprint {
  const done = cells.filter((cell): cell is Extract<CellRecord, { state: 'done' }> => cell.state === 'done')
  const runtimes = Object.fromEntries(done.map(({ key, runtime }) => [key.model, [runtime.backend, runtime.device].join(' on ')]))
  return { host: environment.host, node: environment.node, tool: environment.tool, runtimes }
}

/**
 * Throws HarnessError `usage` that names every difference in what was asked (questions, sampling, graders, loads) and, where
 * `machine` says that speed or energy is compared, in what it ran on. Gives the differences that are only worth knowing.
 */
export function checkComparable(baseline: RunRecord, candidate: RunRecord, { machine }: { machine: boolean }): string[] {
  const asked = askedDifferences(baseline, candidate)
  const ran = machineDifferences(fingerprintOf(baseline), fingerprintOf(candidate))
  const refused = [...asked, ...(machine ? ran.hard : [])]
  if (refused.length > 0)
    throw new HarnessError('usage', `the baseline (run ${baseline.id}) is not comparable with run ${candidate.id}: ${refused.join('; ')}`, {
      hint:
        asked.length > 0
          ? 'save a new baseline from a run of the suite as it is now'
          : 'gate SUITE --rerun-baseline runs both on this machine; or give a policy without rules of speed and energy',
    })
  return [...(machine ? [] : ran.hard), ...ran.soft, ...modelDifferences(baseline, candidate)]
}

/** The same for two suites that are about to run side by side: throws where they ask different things. */
export function checkSameQuestions(baseline: Asked, candidate: Asked): void {
  const refused = askedDifferences(baseline, candidate)
  if (refused.length > 0) throw new HarnessError('usage', `the two suites do not ask the same, so that they cannot be compared: ${refused.join('; ')}`)
}

/** Whether what speed and energy depend on is another; models aside. */
export function machineDiffers(before: Environment, now: Environment): boolean {
  const plain = ({ host, node, tool }: Environment): Fingerprint => ({ host, node, tool, runtimes: {} })
  return machineDifferences(plain(before), plain(now)).hard.length > 0
}

// --- internal ---

type Asked = Pick<RunRecord, 'suite' | 'quick' | 'seed'>

function askedDifferences(baseline: Asked, candidate: Asked): string[] {
  const [before, now] = [baseline.suite, candidate.suite]
  const workloads = before.workloads.flatMap((old): string[] => {
    const own = now.workloads.find(({ id }) => id === old.id)
    if (own === undefined) return [`workload ${old.id} is gone`]
    return [
      ...(own.itemsHash === old.itemsHash ? [] : [`workload ${old.id} has other questions or prompts (${old.items} items before, ${own.items} now)`]),
      ...(own.grader === old.grader && own.graderVersion === old.graderVersion
        ? []
        : [`workload ${old.id} was graded by ${old.grader} ${old.graderVersion} and is now by ${own.grader} ${own.graderVersion}`]),
      ...different(`workload ${old.id}`, 'maxTokens', old.maxTokens, own.maxTokens),
      ...different(`workload ${old.id}`, 'temperature', old.temperature, own.temperature),
    ]
  })
  const loads = before.loads.flatMap((old): string[] => {
    const own = now.loads.find(({ id }) => id === old.id)
    if (own === undefined) return [`load ${old.id} is gone`]
    return JSON.stringify(sorted(old)) === JSON.stringify(sorted(own)) ? [] : [`load ${old.id} has other settings`]
  })
  return [
    ...workloads,
    ...loads,
    ...different('the run', 'quick', baseline.quick, candidate.quick),
    ...(workloads.length > 0 ? different('the run', 'seed', baseline.seed, candidate.seed) : []),
  ]
}

function different(where: string, what: string, before: unknown, now: unknown): string[] {
  return before === now ? [] : [`${where} had ${what} ${String(before)} and now has ${String(now)}`]
}

function sorted(value: object): object {
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** Facts of the host that only one of the two tells are no difference: they are asked for with a time limit. */
const HARD_FACTS = ['cpu', 'logicalCpus', 'gpu', 'gpuDriver', 'arch', 'virtualMachine']

function machineDifferences(before: Fingerprint, now: Fingerprint): { hard: string[]; soft: string[] } {
  const [hard, soft]: [string[], string[]] = [[], []]
  for (const key of Object.keys(before.host)) {
    const [old, own] = [before.host[key], now.host[key]]
    if (own === undefined || old === own || key === 'memoryBytes') continue
    ;(HARD_FACTS.includes(key) ? hard : soft).push(`the machine had ${key} ${String(old)} and now has ${String(own)}`)
  }
  if (major(before.node) !== major(now.node)) hard.push(`Node was ${before.node} and is now ${now.node}`)
  else if (before.node !== now.node) soft.push(`Node was ${before.node} and is now ${now.node}`)
  if (before.tool !== now.tool) soft.push(`${before.tool} is now ${now.tool}`)
  for (const [model, old] of Object.entries(before.runtimes)) {
    const own = now.runtimes[model]
    if (own !== undefined && own !== old) hard.push(`${model} ran on ${old} and now runs on ${own}`)
  }
  return { hard, soft }
}

function major(version: string): string {
  return version.split('.')[0] ?? version
}

/** What is being judged: other weights, another endpoint, another price. */
function modelDifferences(baseline: RunRecord, candidate: RunRecord): string[] {
  return baseline.suite.models.flatMap((old): string[] => {
    const own = candidate.suite.models.find(({ id }) => id === old.id)
    if (own === undefined) return [`model ${old.id} is gone`]
    const parts = [
      ...(JSON.stringify(old.options) === JSON.stringify(own.options) ? [] : ['options']),
      ...(old.adapter === own.adapter ? [] : ['adapter']),
      ...(JSON.stringify(old.price) === JSON.stringify(own.price) ? [] : ['price']),
    ]
    return parts.length === 0 ? [] : [`model ${old.id} has other ${parts.join(' and ')}`]
  })
}
