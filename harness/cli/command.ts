import { defineCommand, runCommand, type ArgsDef, type CommandDef } from 'citty'
import type { Arguments } from './arguments.ts'
import type { Io } from './io.ts'
import { COMMANDS, type CommandName } from './options.ts'

/** What a command gets besides its arguments. */
export interface Context {
  io: Io
  /** Aborted by the first Ctrl-C. */
  signal: AbortSignal
  /** The command line as it was typed, for the record. */
  commandLine: string
}

/** Does the work and gives the exit code; throws HarnessError for everything that goes wrong. */
export type Handler<N extends CommandName> = (args: Arguments<N>, context: Context) => Promise<number>

/** A command of the option table with its handler. The arguments were checked before the command was loaded. */
export function command<N extends CommandName>(name: N, handler: Handler<N>): CommandDef {
  const options: ArgsDef = COMMANDS[name].args
  return defineCommand({
    meta: { name, description: COMMANDS[name].summary },
    args: options,
    run: ({ data }) => {
      const { args, context } = data as { args: Arguments<N>; context: Context }
      return handler(args, context)
    },
  })
}

/** Runs a loaded command; gives its exit code. */
export async function execute(definition: CommandDef, rawArgs: readonly string[], args: object, context: Context): Promise<number> {
  const { result } = await runCommand(definition, { rawArgs: [...rawArgs], data: { args, context } })
  return typeof result === 'number' ? result : 0
}
