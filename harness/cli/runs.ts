import { HarnessError } from '../errors.ts'
import { listRuns } from '../run/index.ts'

/** The word `latest` as the id of the newest run in `out`; any other word (an id, a folder) as it is. */
export async function resolveRun(word: string, out: string): Promise<string> {
  if (word !== 'latest') return word
  const runs = await listRuns(out)
  const newest = [...runs].sort((a, b) => b.createdAt.localeCompare(a.createdAt))[0]
  if (!newest) throw new HarnessError('usage', `there is no run in ${out} yet`, { hint: 'run a suite first, or name another folder with --runs' })
  return newest.id
}
