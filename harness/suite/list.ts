import { builtins } from './builtins.ts'
import { loadSuite } from './load.ts'

/** The built-in suites with what they are about. */
export async function listSuites(): Promise<readonly { name: string; title: string; description: string; file: string }[]> {
  return Promise.all(
    builtins().map(async ({ name, file }) => {
      const { suite } = await loadSuite(name)
      return { name, title: suite.title, description: suite.description, file }
    }),
  )
}
