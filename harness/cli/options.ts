/**
 * Every command and option of the command line, declared once: the parser, `--help` and docs/cli.md read this table.
 * Imports no code, so that `--help` answers at once.
 */
import type { EXIT } from '../errors.ts'
import { COST } from './options/cost.ts'
import { GATE } from './options/gate.ts'
import { MEASURE } from './options/measure.ts'
import { READ } from './options/read.ts'
import type { CommandSpec, OptionSpec } from './options/spec.ts'
import { TOOLS } from './options/tools.ts'

export type { CommandSpec, OptionExtras, OptionSpec } from './options/spec.ts'

/** Options that every command knows. */
export const GLOBAL_OPTIONS = {
  json: { type: 'boolean', description: 'The result as one JSON document on stdout; events and errors as JSON lines on stderr' },
  debug: { type: 'boolean', description: 'Show the stack trace of an error' },
  help: { type: 'boolean', alias: 'h', description: 'Show what a command does and its options' },
} satisfies Record<string, OptionSpec>

/** In the order of `--help`. */
export const COMMANDS = {
  run: MEASURE.run,
  plan: MEASURE.plan,
  report: READ.report,
  grade: MEASURE.grade,
  compare: READ.compare,
  gate: GATE.gate,
  history: READ.history,
  view: READ.view,
  prune: READ.prune,
  baseline: GATE.baseline,
  import: MEASURE.import,
  price: COST.price,
  project: COST.project,
  distill: MEASURE.distill,
  mock: TOOLS.mock,
  bundle: TOOLS.bundle,
  query: READ.query,
  list: TOOLS.list,
  doctor: TOOLS.doctor,
} satisfies Record<string, CommandSpec>

export type CommandName = keyof typeof COMMANDS
export const COMMAND_NAMES = Object.keys(COMMANDS) as readonly CommandName[]

/** What each exit code means; the numbers are in errors.ts. */
export const EXIT_MEANINGS = {
  ok: 'fine',
  usage: 'the command line, a suite or another input is invalid',
  gateFailed: 'a rule of the gate failed',
  failed: 'a model, a device or a cell failed; the rest was still reported',
  undecided: 'the gate cannot tell yet',
  interrupted: 'interrupted; what was finished is kept',
} satisfies Partial<Record<keyof typeof EXIT, string>>

/** The options of a command with the global ones, positionals left out. */
export function optionsOf(name: CommandName): Record<string, OptionSpec> {
  const all: Record<string, OptionSpec> = { ...COMMANDS[name].args, ...GLOBAL_OPTIONS }
  return Object.fromEntries(Object.entries(all).filter(([, spec]) => spec.type !== 'positional'))
}

/** The positional of a command; there is at most one. */
export function positionalOf(name: CommandName): { name: string; spec: OptionSpec } | undefined {
  const found = Object.entries<OptionSpec>(COMMANDS[name].args).find(([, spec]) => spec.type === 'positional')
  return found && { name: found[0], spec: found[1] }
}
