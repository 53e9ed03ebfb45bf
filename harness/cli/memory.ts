/** What the models of a plan need of memory, and whether the backend and this machine have it. */
import { HarnessError } from '../errors.ts'
import { adapterRoom } from '../models/registry.ts'
import type { Item, LoadedSuite, MemoryNeed, Plan } from '../types.ts'
import { bytesText, textTable } from './format.ts'

export interface ModelMemory {
  model: string
  need: MemoryNeed
  /** Why it does not fit, by backend; those that are not here have no limit that is known before they are opened. */
  tooLarge: readonly { backend: string; why: string }[]
}

/** One for each model that is computed here and whose size is known: for the largest batch and the longest texts of its cells. */
export async function memoryOf(plan: Plan, { models, loads, workloads }: LoadedSuite['suite']): Promise<ModelMemory[]> {
  const asked = models.filter(({ id }) => plan.cells.some(({ key }) => key.model === id))
  const found = await Promise.all(
    asked.map(async (model): Promise<ModelMemory[]> => {
      const room = await adapterRoom(model.adapter)
      if (room === undefined) return []
      const shapes = plan.cells
        .filter(({ key, skip }) => key.model === model.id && skip === undefined)
        .map(({ key, items }) => {
          const load = loads.find(({ id }) => id === key.load)
          const most = workloads.find(({ id }) => id === key.workload)?.maxTokens ?? 0
          return { batch: Math.min(items.length, load?.kind === 'batch' ? load.size : 1), tokens: Math.max(0, ...items.map((item) => tokensOf(item, most))) }
        })
      const needs = await Promise.all(shapes.map((shape) => room.memoryNeed(model, shape)))
      const known = needs.flatMap((need) => (need.state === 'ok' ? [need.value] : []))
      if (known.length === 0) return []
      const need = known.reduce((most, one) => (one.cache > most.cache ? one : most))
      const tooLarge = LIMITED.flatMap((backend) => {
        const why = room.whyTooLarge(need, backend)
        return why === undefined ? [] : [{ backend, why }]
      })
      return [{ model: model.id, need, tooLarge }]
    }),
  )
  return found.flat()
}

/** Throws HarnessError `device` where a model cannot run on the backend that was asked for by name. */
export function refuseTooLarge(memory: readonly ModelMemory[], backend: string): void {
  const refused = memory.flatMap(({ model, tooLarge }) =>
    tooLarge.filter((one) => one.backend === backend).map(({ why }) => `${model} cannot run on ${backend}: ${why}`),
  )
  if (refused.length === 0) return
  const rest = refused.length === 1 ? '' : ` (and ${refused.length - 1} more)`
  throw new HarnessError('device', `${refused[0]}${rest}`, { hint: 'leave it out with --models, or take another backend or smaller models' })
}

/** The table, and what does not fit; empty where no model is computed here. */
export function memoryText(memory: readonly ModelMemory[], width: number): string[] {
  if (memory.length === 0) return []
  const rows = memory.map(({ model, need: { weights, cache, batch, tokens } }) => [
    model,
    bytesText(weights),
    bytesText(cache),
    bytesText(weights + cache),
    `${batch} × ${tokens} tokens`,
  ])
  return [textTable(['model', 'weights', 'keys and values', 'memory at least', 'for'], rows, width)]
}

/** A sentence for each model that does not fit everywhere. */
export function memoryWarnings(memory: readonly ModelMemory[]): string[] {
  return memory.flatMap(({ model, tooLarge: [first, ...others] }) =>
    first === undefined ? [] : [`${model} cannot run on ${[first, ...others].map(({ backend }) => backend).join(' or ')} here: ${first.why}.`],
  )
}

// --- internal ---

/** Backends that compute in the memory of this machine. */
const LIMITED = ['wasm', 'cpu']

/** Where no length was asked for, a character of the prompt is at most a token. */
function tokensOf({ length, prompt }: Item, maxTokens: number): number {
  if (length !== undefined) return length.inputTokens + length.outputTokens
  return maxTokens + (typeof prompt === 'string' ? prompt.length : prompt.reduce((sum, { content }) => sum + content.length, 0))
}
