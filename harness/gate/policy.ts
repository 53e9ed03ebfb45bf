/** Where the rules of a gate come from: a policy file, the suite of the run, or the defaults. */
import { createHash } from 'node:crypto'
import { fromZod, suiteError } from '../suite/issues.ts'
import { GateSchema, resolveGate } from '../suite/gate.ts'
import { readDataFile } from '../suite/source.ts'
import type { GatePolicy, RunRecord } from '../types.ts'

export interface SourcedPolicy {
  policy: GatePolicy
  /** The file, `suite NAME`, or `default rules`. */
  source: string
  hash: string
}

/** Throws HarnessError `usage` with file, line and path of every mistake. */
export async function loadPolicy(file: string | undefined, suite: Pick<RunRecord['suite'], 'name' | 'margin' | 'gate'>, cwd: string): Promise<SourcedPolicy> {
  if (file === undefined) {
    const policy = suite.gate ?? resolveGate({}, suite.margin)
    return { policy, source: suite.gate === undefined ? 'default rules' : `suite ${suite.name}`, hash: hashOf(policy) }
  }
  const source = await readDataFile(file, cwd)
  // A suite file may be given as a policy: its rules are under `gate`.
  const value = source.value !== null && typeof source.value === 'object' && 'gate' in source.value ? source.value.gate : source.value
  const parsed = GateSchema.safeParse(value, { reportInput: true })
  if (!parsed.success) throw suiteError(source, fromZod(parsed.error))
  const policy = resolveGate(parsed.data, suite.margin)
  return { policy, source: source.name, hash: hashOf(policy) }
}

// --- internal ---

function hashOf(policy: GatePolicy): string {
  return createHash('sha256').update(JSON.stringify(policy)).digest('hex').slice(0, 16)
}
