/** Warnings where power or heat held the clocks of a GPU down while a model was measured. */
import type { TableRun, Warning } from '../types.ts'
import type { GroupData } from './data.ts'
import { sees } from './energy/seen.ts'
import { integrate, readingsOf } from './energy/readings.ts'

/** From the meters that are 1 while the clocks are slowed. A power limit is a setting, heat is a fault: heat warns from a hundredth of the time on. */
export function throttleWarnings({ series }: Pick<TableRun, 'series'>, groups: readonly GroupData[]): Warning[] {
  const throttle = series.filter(({ meter, phase, t }) => phase === 'measure' && METER.test(meter) && t.length > 0)
  if (throttle.length === 0) return []
  return groups.flatMap(({ group }): Warning[] => {
    const cells = new Set(group.cells.map(({ id }) => id))
    const done = group.cells.find((cell) => cell.state === 'done')
    const runtime = done?.state === 'done' ? done.runtime : undefined
    const own = throttle.filter((one) => cells.has(one.cell) && sees(one, undefined, runtime, group.model.id))
    const [any, heat] = [shareOf(own.filter(({ meter }) => !HEAT.test(meter))), shareOf(own.filter(({ meter }) => HEAT.test(meter)))]
    if (any < LEAST && heat < LEAST_HEAT) return []
    const message = `${group.model.id} on ${group.workload}, ${group.load}: the GPU’s clocks were held down for ${percent(Math.max(any, heat))} of the measured time${heat >= LEAST_HEAT ? `, by heat for ${percent(heat)}` : ', by its power limit'}; speed and energy are those of a GPU that is slowed.`
    return [{ code: 'throttled', message, model: group.model.id }]
  })
}

// --- internal ---

const METER = /^(?:nvml|nvidia-smi)-throttle/
const HEAT = /-heat$/
const LEAST = 0.05
const LEAST_HEAT = 0.01

/** Mean over the time that the readings cover. */
function shareOf(series: TableRun['series']): number {
  let [slowed, covered] = [0, 0]
  for (const one of series) {
    const readings = readingsOf([one])
    const last = readings.t.length - 1
    const length = readings.t[last]! - readings.t[0]!
    covered += length > 0 ? length : 1
    slowed += length > 0 ? 1000 * integrate(readings, readings.t[0]!, readings.t[last]!) : readings.v[0]!
  }
  return covered === 0 ? 0 : slowed / covered
}

function percent(share: number): string {
  return `${Number((100 * share).toPrecision(2))}%`
}
