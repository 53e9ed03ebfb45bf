/** The process of an in-process model: started by child-link.ts, one per cell. */
import { HarnessError } from '../errors.ts'
import { ToModelSchema, type FromModel, type ToModel } from './protocol.ts'
import { serveCell } from './serve.ts'
import { runSide } from './side.ts'

await runSide<ToModel, FromModel>(
  (message) => ToModelSchema.parse(message),
  { type: 'closed' },
  async (side) => {
    side.send({ type: 'ready' })
    const first = await side.receive()
    if (first.type !== 'job') throw new HarnessError('internal', `the harness sent ${first.type} where job was due`)
    await serveCell(first.job, side)
  },
)
