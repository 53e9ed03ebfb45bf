/** Models whose answers were read from a file: they are compared like live ones, but cannot be asked again. */
import { HarnessError } from '../../errors.ts'
import type { ModelAdapter, ModelSpec } from '../../types.ts'

const adapter: ModelAdapter = {
  id: 'recorded',
  summary: 'answers from a file, brought in by `distillbench import`; nothing is run',
  runsIn: 'none',
  open: refuse,
}
export default adapter

// --- internal ---

function refuse({ id }: ModelSpec): Promise<never> {
  return Promise.reject(
    new HarnessError('usage', `The model ${id} has the adapter "recorded": its answers come from a file, and it cannot be asked anything.`, {
      hint: 'Bring the file in with `distillbench import`, or give the model an adapter that runs it.',
    }),
  )
}
