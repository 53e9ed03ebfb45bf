import type { Reporter, SerializedError, TestModule } from 'vitest/node'

/**
 * Ends a test run with its true counts, alone on a line: `12 passed, 1 failed, 2 skipped`.
 * A file that could not be loaded and an error outside every test count as failed, for the exit code is 1 then too.
 */
export default class Totals implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly SerializedError[]): void {
    const totals = { passed: 0, failed: unhandledErrors.length, skipped: 0 }
    for (const module of modules) {
      totals.failed += module.errors().length
      for (const test of module.children.allTests()) {
        const { state } = test.result()
        totals[state === 'pending' ? 'failed' : state] += 1
      }
    }
    process.stdout.write(`${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped\n`)
  }
}
