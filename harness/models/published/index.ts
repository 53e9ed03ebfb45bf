/** Models that are only quoted: a suite can name them and give facts about them, but nothing can be asked of them. */
import { HarnessError } from '../../errors.ts'
import type { ModelAdapter, ModelSpec } from '../../types.ts'

const adapter: ModelAdapter = {
  id: 'published',
  summary: 'published figures only; nothing is run',
  runsIn: 'none',
  open: refuse,
}
export default adapter

// --- internal ---

function refuse({ id }: ModelSpec): Promise<never> {
  return Promise.reject(
    new HarnessError('usage', `The model ${id} has the adapter "published": it has quoted figures and cannot be asked anything.`, {
      hint: 'Give it an adapter that runs a model, or leave it out of suites with workloads.',
    }),
  )
}
