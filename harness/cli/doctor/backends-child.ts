/** Entry of the process in which doctor tries the backends. */
import { probeBackends } from '../../models/tfjs/backend.ts'

const results = await probeBackends(new AbortController().signal)
process.send?.(results, () => process.exit())
