/** Runs a user's TypeScript or JavaScript file. */
import { createJiti } from 'jiti'
import { HarnessError } from '../errors.ts'

/**
 * The module's exports. `import … from 'distillbench'` inside it means the package that is running, so that a suite also
 * works from a folder where the package is not installed. Throws HarnessError `usage` when the file does not run.
 */
export async function importUserModule(file: string, name: string): Promise<Record<string, unknown>> {
  const jiti = createJiti(import.meta.url, { fsCache: false, interopDefault: false, virtualModules: { distillbench: await import('../index.ts') } })
  try {
    return await jiti.import<Record<string, unknown>>(file)
  } catch (error) {
    if (error instanceof HarnessError) throw error
    const [message] = (error instanceof Error ? error.message : String(error)).split('\n')
    throw new HarnessError('usage', `${name} could not be loaded: ${message}`, { cause: error })
  }
}
