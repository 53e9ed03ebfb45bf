/** `NAME=VALUE` on the command line. */
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { HarnessError } from '../errors.ts'
import type { Suite } from '../types.ts'

/** Sets variables of this process and of those that it starts. */
export function setVariables(assignments: readonly string[] | undefined): void {
  Object.assign(process.env, readVariables('set', assignments))
}

/** Where suites of public benchmarks take their questions from. Throws HarnessError `usage` for a path where nothing is. */
export function setData(path: string | undefined): void {
  if (path === undefined) return
  const absolute = resolve(path)
  if (!existsSync(absolute)) throw new HarnessError('usage', `--data ${path}: there is no such file or folder`)
  process.env.DISTILLBENCH_DATA = absolute
}

/** A copy that nobody reads would be passed over in silence. Throws HarnessError `usage`. */
export function checkData(path: string | undefined, { name, workloads }: Suite): void {
  if (path === undefined || workloads.some(({ takesData }) => takesData)) return
  throw new HarnessError('usage', `--data ${path}: the suite ${name} has questions of its own and takes no copy of others`, {
    hint: 'suites of public benchmarks do, such as gsm8k; in a suite of your own write data: "${DISTILLBENCH_DATA:-}" in a workload of the kind hub, or file: "${DISTILLBENCH_DATA}"',
  })
}

/** Throws HarnessError `usage` for what is no assignment, and for names of keys: a key on a command line would be in its record. */
export function readVariables(option: string, assignments: readonly string[] | undefined): Record<string, string> {
  const variables: Record<string, string> = {}
  for (const assignment of assignments ?? []) {
    const [, name, value] = /^([A-Za-z_][A-Za-z0-9_]*)=(.*)$/s.exec(assignment) ?? []
    if (name === undefined || value === undefined) throw new HarnessError('usage', `--${option} ${assignment} is not NAME=VALUE`)
    if (/KEY|SECRET|PASSWORD|TOKEN$/i.test(name))
      throw new HarnessError('usage', `--${option} ${name} would put a key into the record of the command line`, {
        hint: `export ${name}=… before the command`,
      })
    variables[name] = value
  }
  return variables
}
