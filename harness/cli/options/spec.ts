/** What an option and a command are, and the options that several commands have. */
import type { ArgDef } from 'citty'

export interface OptionExtras {
  /** The value must be a whole number, zero or more. */
  integer?: true
  /** The value must be a number, zero or more; it may have a fraction. */
  decimal?: true
  /** The positional or option may be given several times. */
  many?: true
}
export type OptionSpec = ArgDef & OptionExtras & { description: string }
export interface CommandSpec {
  summary: string
  /** One or two paragraphs for `COMMAND --help`. */
  about: string
  args: Record<string, OptionSpec>
  examples: readonly string[]
}

export const suite = {
  type: 'positional',
  required: true,
  description: 'Name of a built-in suite, its folder, or a suite file (.ts, .js, .yaml, .json)',
} satisfies OptionSpec
export const quick = { type: 'boolean', description: 'Ask fewer items: a look, not a result' } satisfies OptionSpec
export const seed = {
  type: 'string',
  integer: true,
  valueHint: 'N',
  description: 'Seed of items, order and sampling (default: the one of the suite)',
} satisfies OptionSpec
export const models = { type: 'string', valueHint: 'A,B', description: 'Only these models, by id' } satisfies OptionSpec
export const backend = {
  type: 'enum',
  options: ['auto', 'tensorflow', 'webgpu', 'wasm', 'cpu'],
  default: 'auto',
  description: 'Backend of in-process models; `doctor` says which work here',
} satisfies OptionSpec
export const set = {
  type: 'string',
  many: true,
  valueHint: 'NAME=VALUE',
  description: 'Set a variable that the suite takes from the environment, such as TEACHER_URL; may be given several times. Not for keys',
} satisfies OptionSpec
export const data = {
  type: 'string',
  valueHint: 'PATH',
  description: 'A copy of the questions in place of the hub, for suites of public benchmarks: a file, or a folder with a file for each split',
} satisfies OptionSpec
export const untilDecided = {
  'until-decided': { type: 'boolean', description: 'Ask in random order, look at the results every 50 items, and stop once every student is decided' },
  'max-minutes': { type: 'string', decimal: true, valueHint: 'N', description: 'With --until-decided: start no cell after so many minutes' },
  'max-cost': {
    type: 'string',
    decimal: true,
    valueHint: 'USD',
    description: 'With --until-decided: start no cell once the models have cost so many US dollars',
  },
} satisfies Record<string, OptionSpec>
export const lang = { type: 'enum', options: ['en', 'ko'], default: 'en', description: 'Language of the report: en English, ko Korean' } satisfies OptionSpec
export const runs = { type: 'string', valueHint: 'DIR', default: '.distillbench', description: 'Folder that holds the runs' } satisfies OptionSpec
