import { packageInfo } from '../package.ts'
import { findCommand, readArguments } from './arguments.ts'
import { showFailure } from './failure.ts'
import { renderCommandHelp, renderHelp } from './help.ts'
import { listenForInterrupt } from './interrupt.ts'
import type { Io } from './io.ts'
import { EXIT, HarnessError, nearest } from '../errors.ts'
import { GLOBAL_OPTIONS, type CommandName } from './options.ts'

/** Commands are loaded when they run: `--help` loads none of them. */
const LOADERS = {
  run: () => import('./commands/run.ts'),
  plan: () => import('./commands/plan.ts'),
  report: () => import('./commands/report.ts'),
  grade: () => import('./commands/grade.ts'),
  compare: () => import('./commands/compare.ts'),
  history: () => import('./commands/history.ts'),
  view: () => import('./commands/view.ts'),
  prune: () => import('./commands/prune.ts'),
  gate: () => import('./commands/gate.ts'),
  baseline: () => import('./commands/baseline.ts'),
  import: () => import('./commands/import.ts'),
  project: () => import('./commands/project.ts'),
  price: () => import('./commands/price.ts'),
  distill: () => import('./commands/distill.ts'),
  mock: () => import('./commands/mock.ts'),
  bundle: () => import('./commands/bundle.ts'),
  query: () => import('./commands/query.ts'),
  list: () => import('./commands/list.ts'),
  doctor: () => import('./commands/doctor.ts'),
} satisfies Record<CommandName, unknown>

/** Runs one command line and gives its exit code; never throws. */
export async function main(argv: readonly string[], io: Io): Promise<number> {
  try {
    return await dispatch(argv, io)
  } catch (error) {
    return showFailure(error, io, { json: argv.includes('--json'), debug: argv.includes('--debug') })
  }
}

// --- internal ---

async function dispatch(argv: readonly string[], io: Io): Promise<number> {
  const width = Math.min(io.stdout.width, 100)
  const { name, rest } = findCommand(argv)
  const wantsHelp = rest.some((word) => word === '--help' || word === '-h')
  if (name === undefined) return withoutCommand(argv, wantsHelp, width, io)
  if (wantsHelp) {
    await io.result(renderCommandHelp(name, width))
    return EXIT.ok
  }
  const args = readArguments(name, rest)
  const { execute } = await import('./command.ts')
  const { default: definition } = await LOADERS[name]()
  const interrupt = listenForInterrupt((text) => {
    if (!args.json) io.note(io.stderr.isTerminal ? `\r\u001b[K${text}` : text)
  })
  try {
    return await execute(definition, rest, args, { io, signal: interrupt.signal, commandLine: ['distillbench', ...argv].join(' ') })
  } finally {
    interrupt.dispose()
  }
}

async function withoutCommand(argv: readonly string[], wantsHelp: boolean, width: number, io: Io): Promise<number> {
  const { version } = packageInfo()
  if (argv.includes('--version') || argv.includes('-v')) {
    await io.result(`${version}\n`)
    return EXIT.ok
  }
  if (wantsHelp) {
    await io.result(renderHelp(version, width))
    return EXIT.ok
  }
  const unknown = argv.find((word) => word !== '--json' && word !== '--debug')
  if (unknown !== undefined) {
    const close = nearest(
      unknown,
      [...Object.keys(GLOBAL_OPTIONS), 'version'].map((option) => `--${option}`),
    )
    throw new HarnessError('usage', `unknown option ${unknown}${close ? `; did you mean ${close}?` : ' in front of a command'}`, {
      hint: 'see `distillbench --help`',
    })
  }
  io.note(renderHelp(version, width))
  return EXIT.usage
}
