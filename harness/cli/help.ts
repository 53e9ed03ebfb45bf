import { EXIT } from '../errors.ts'
import { wrap } from '../../reports/text.ts'
import { twoColumns, type Row } from './format.ts'
import { COMMANDS, COMMAND_NAMES, EXIT_MEANINGS, GLOBAL_OPTIONS, optionsOf, positionalOf, type CommandName, type OptionSpec } from './options.ts'

/** `distillbench --help`, wrapped to `width` columns. */
export function renderHelp(version: string, width: number): string {
  return [
    `distillbench ${version}`,
    ...wrap('May this distilled student replace its teacher, and what does that save?', width),
    '',
    'Usage: distillbench COMMAND [options]',
    '',
    'Commands:',
    ...twoColumns(
      COMMAND_NAMES.map((name) => [signature(name), COMMANDS[name].summary]),
      width,
    ),
    '',
    'Options of every command:',
    ...twoColumns([...optionRows(GLOBAL_OPTIONS), ['-v, --version', 'Show the version']], width),
    '',
    'Exit codes:',
    ...twoColumns(exitRows(), width),
    '',
    ...wrap('Colours follow NO_COLOR. `distillbench COMMAND --help` shows the options of one.', width),
    '',
  ].join('\n')
}

/** `distillbench COMMAND --help`, wrapped to `width` columns. */
export function renderCommandHelp(name: CommandName, width: number): string {
  const command = COMMANDS[name]
  const positional = positionalOf(name)
  return [
    ...wrap(`${command.summary}.`, width),
    '',
    `Usage: distillbench ${signature(name)} [options]`,
    '',
    ...wrap(command.about, width),
    '',
    'Options:',
    ...twoColumns([...(positional ? [[positional.name.toUpperCase(), positional.spec.description] as const] : []), ...optionRows(optionsOf(name))], width),
    '',
    'Examples:',
    ...command.examples.map((example) => `  ${example}`),
    '',
  ].join('\n')
}

/** docs/cli.md; written by `npm run docs`, and a test compares. */
export function renderCliPage(): string {
  const sections = COMMAND_NAMES.flatMap((name) => {
    const positional = positionalOf(name)
    const rows = [
      ...(positional ? [[positional.name.toUpperCase(), positional.spec.description] as const] : []),
      ...optionRows(Object.fromEntries(Object.entries(optionsOf(name)).filter(([option]) => !(option in GLOBAL_OPTIONS)))),
    ]
    return [
      `## \`distillbench ${signature(name)}\``,
      '',
      `${COMMANDS[name].summary}.`,
      '',
      COMMANDS[name].about,
      '',
      ...(rows.length > 0 ? [...markdownTable(['option', 'meaning'], rows), ''] : []),
      '```sh',
      ...COMMANDS[name].examples,
      '```',
      '',
    ]
  })
  return [
    '# The command line',
    '',
    '<!-- Generated from harness/cli/options.ts by `npm run docs`; do not edit. -->',
    '',
    'stdout carries the result only. Progress and warnings go to stderr: a line that is redrawn on a terminal, plain lines elsewhere.',
    'With `--json` the result is one JSON document on stdout, and stderr carries one JSON object per line:',
    'the events of the run (`type` is `run-start`, `cell-start`, `cell-phase`, `cell-end`, `warning` or `run-end`; samples are left out, they are in the folder of the run)',
    'and errors (`type` is `error`).',
    '',
    ...sections,
    '## Options of every command',
    '',
    ...markdownTable(['option', 'meaning'], [...optionRows(GLOBAL_OPTIONS), ['-v, --version', 'Show the version (without a command)']]),
    '',
    '## Exit codes',
    '',
    ...markdownTable(['code', 'meaning'], exitRows()),
    '',
  ].join('\n')
}

// --- internal ---

function signature(name: CommandName): string {
  const positional = positionalOf(name)
  if (!positional) return name
  const word = positional.name.toUpperCase() + (positional.spec.many ? '…' : '')
  return `${name} ${positional.spec.required ? word : `[${word}]`}`
}

function optionRows(options: Record<string, OptionSpec>): Row[] {
  return Object.entries(options).map(([name, spec]) => {
    const short = 'alias' in spec ? `-${String(spec.alias)}, ` : ''
    const value = spec.type === 'boolean' ? '' : ` ${spec.valueHint ?? ('options' in spec ? spec.options?.join('|') : undefined) ?? 'VALUE'}`
    const fallback = spec.default === undefined ? '' : ` (default: ${spec.default})`
    return [`${short}--${name}${value}`, spec.description + fallback]
  })
}

function exitRows(): Row[] {
  return Object.entries(EXIT_MEANINGS).map(([name, meaning]) => [String(EXIT[name as keyof typeof EXIT_MEANINGS]), meaning])
}

function markdownTable(head: Row, rows: readonly Row[]): string[] {
  const cells = (row: Row): string => `| ${row.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [cells(head), '| --- | --- |', ...rows.map(([label, text]) => cells([`\`${label}\``, text]))]
}
