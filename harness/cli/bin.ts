#!/usr/bin/env node
import module from 'node:module'

// Node 22 and newer keep compiled code between calls; the imports below profit, so they come after.
;(module as { enableCompileCache?: () => unknown }).enableCompileCache?.()

const { processIo } = await import('./io.ts')
const { showFailure } = await import('./failure.ts')
const { main } = await import('./main.ts')

const argv = process.argv.slice(2)
const io = processIo()
for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
  process.on(event, (error: unknown) => {
    process.exit(showFailure(error, io, { json: argv.includes('--json'), debug: argv.includes('--debug') }))
  })
}
process.exitCode = await main(argv, io)
