import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import type { Reporter, SerializedError, TestModule } from 'vitest/node'

type State = 'passed' | 'failed' | 'skipped'

/**
 * Ends a test run with its true counts, alone on a line: `12 passed, 1 failed, 2 skipped`.
 * A file that could not be loaded and an error outside every test count as failed, for the exit code is 1 then too.
 * Where the environment names a file in TOTALS, runs add up: a test that an earlier one skipped and this one did not counts once, as this one found it.
 */
export default class Totals implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly SerializedError[]): void {
    const file = process.env.TOTALS
    const states = file === undefined || !existsSync(file) ? new Map<string, State>() : new Map(JSON.parse(readFileSync(file, 'utf8')) as [string, State][])
    const failed = (what: string): unknown => states.set(`${what} ${states.size}`, 'failed')
    unhandledErrors.forEach(() => failed('an error outside every test'))
    for (const module of modules) {
      module.errors().forEach(() => failed(module.moduleId))
      const seen = new Map<string, number>()
      for (const test of module.children.allTests()) {
        const { state } = test.result()
        const nth = (seen.get(test.fullName) ?? 0) + 1 // names may repeat
        seen.set(test.fullName, nth)
        const name = `${module.moduleId} ${test.fullName} ${nth}`
        if (state !== 'skipped' || !states.has(name)) states.set(name, state === 'pending' ? 'failed' : state)
      }
    }
    if (file !== undefined) writeFileSync(file, JSON.stringify([...states]))
    const count = (state: State): number => [...states.values()].filter((one) => one === state).length
    process.stdout.write(`${count('passed')} passed, ${count('failed')} failed, ${count('skipped')} skipped\n`)
  }
}
