/** Checks a command line against the option table: one sentence that names the nearest valid word, before anything is loaded. */
import { parseArgs } from 'node:util'
import { HarnessError, nearest } from '../errors.ts'
import { COMMANDS, COMMAND_NAMES, optionsOf, positionalOf, type CommandName, type OptionSpec } from './options.ts'

/** The arguments of a command as its `run` sees them. Absent options are undefined; a positional that repeats is an array. */
export type Arguments<N extends CommandName> = { [K in keyof (typeof COMMANDS)[N]['args']]: ValueOf<(typeof COMMANDS)[N]['args'][K]> } & {
  json: boolean
  debug: boolean
  help: boolean
}

type ValueOf<S> = S extends { type: 'boolean' }
  ? boolean
  : S extends { many: true }
    ? readonly string[]
    : S extends { integer: true } | { decimal: true }
      ? number | undefined
      : S extends { required: true } | { default: string }
        ? string
        : string | undefined

export interface CommandLine {
  name: CommandName | undefined
  rest: readonly string[]
}

/** Finds the command: the first word that is no option. */
export function findCommand(argv: readonly string[]): CommandLine {
  const index = argv.findIndex((word) => !word.startsWith('-'))
  if (index < 0) return { name: undefined, rest: argv }
  const word = argv[index] ?? ''
  const name = COMMAND_NAMES.find((known) => known === word)
  if (name === undefined) {
    const close = nearest(word, COMMAND_NAMES)
    throw usage(`unknown command ${word}${close ? `; did you mean ${close}?` : `; the commands are ${COMMAND_NAMES.join(', ')}.`}`, 'distillbench --help')
  }
  return { name, rest: argv.filter((_, i) => i !== index) }
}

/** Checks names and values of all options and positionals of a command; gives them typed, defaults filled in. */
export function readArguments<N extends CommandName>(name: N, rest: readonly string[]): Arguments<N> {
  const options = optionsOf(name)
  const { tokens } = parseArgs({ args: [...rest], options: parserOptions(options), strict: false, allowPositionals: true, tokens: true })
  const values: Record<string, unknown> = {}
  for (const [key, spec] of Object.entries(options)) values[key] = spec.type === 'boolean' ? false : spec.many ? [] : spec.default
  const words: string[] = []
  for (const token of tokens) {
    if (token.kind === 'positional') words.push(token.value)
    if (token.kind !== 'option') continue
    const value = optionValue(name, options, token)
    values[token.name] = options[token.name]?.many ? [...(values[token.name] as string[]), value] : value
  }
  return { ...values, ...positionalValue(name, words) } as Arguments<N>
}

// --- internal ---

interface OptionToken {
  name: string
  rawName: string
  value?: string | undefined
}

function usage(message: string, help: string): HarnessError {
  return new HarnessError('usage', message, { hint: `see \`${help}\`` })
}

function parserOptions(options: Record<string, OptionSpec>): Record<string, { type: 'boolean' | 'string'; short?: string }> {
  return Object.fromEntries(
    Object.entries(options).map(([key, spec]) => [
      key,
      { type: spec.type === 'boolean' ? ('boolean' as const) : ('string' as const), ...('alias' in spec ? { short: String(spec.alias) } : {}) },
    ]),
  )
}

function optionValue(name: CommandName, options: Record<string, OptionSpec>, token: OptionToken): string | number | boolean {
  const help = `distillbench ${name} --help`
  const spec = Object.hasOwn(options, token.name) ? options[token.name] : undefined
  if (!spec) {
    const close = nearest(token.name, Object.keys(options))
    throw usage(`unknown option ${token.rawName} of ${name}${close ? `; did you mean --${close}?` : ''}`, help)
  }
  if (spec.type === 'boolean') {
    if (token.value !== undefined) throw usage(`option --${token.name} takes no value, and was given ${quote(token.value)}`, help)
    return true
  }
  const { value } = token
  if (value === undefined || value === '' || value.startsWith('--')) throw usage(`option --${token.name} needs a value`, help)
  if (spec.type === 'enum' && !spec.options?.includes(value)) {
    const close = nearest(value, spec.options ?? [])
    const known = (spec.options ?? []).join(', ')
    throw usage(`option --${token.name} cannot be ${quote(value)}; ${close ? `did you mean ${close}?` : `it is one of ${known}`}`, help)
  }
  if (spec.decimal && !/^\d{1,15}(\.\d{1,15})?$/.test(value))
    throw usage(`option --${token.name} must be a number, zero or more, and was given ${quote(value)}`, help)
  if (spec.decimal) return Number(value)
  if (!spec.integer) return value
  if (!/^\d{1,15}$/.test(value)) throw usage(`option --${token.name} must be a whole number, zero or more, and was given ${quote(value)}`, help)
  return Number(value)
}

function positionalValue(name: CommandName, words: readonly string[]): Record<string, unknown> {
  const positional = positionalOf(name)
  const help = `distillbench ${name} --help`
  const extra = positional === undefined ? words[0] : positional.spec.many ? undefined : words[1]
  if (extra !== undefined)
    throw usage(`command ${name} takes ${positional ? `one ${positional.name.toUpperCase()}` : 'no argument'}; ${quote(extra)} is one too many`, help)
  if (!positional) return {}
  if (positional.spec.required && words.length === 0) throw usage(`command ${name} needs a ${positional.name.toUpperCase()}`, help)
  return { [positional.name]: positional.spec.many ? words : words[0] }
}

function quote(text: string): string {
  return `"${text}"`
}
