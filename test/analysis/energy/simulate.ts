/** Power that jumps at random, and sensors that see it as real ones do: the energy is known exactly. */
import { before, type Points } from '../../../harness/analysis/energy/readings.ts'
import { createRandom, type Random } from '../../../harness/random.ts'

export interface World {
  /** Joules since the start. */
  energy(timeMs: number): number
  lengthMs: number
}

/** Levels from 80 to 320 W that last for `dwellMs` on average. */
export function jumpingPower(random: Random, lengthMs: number, dwellMs: number): World {
  const [t, e, w]: [number[], number[], number[]] = [[0], [0], [200]]
  while (t.at(-1)! < lengthMs) {
    const length = -dwellMs * Math.log(1 - random.next())
    e.push(e.at(-1)! + (w.at(-1)! * length) / 1000)
    t.push(t.at(-1)! + length)
    w.push(80 + 240 * random.next())
  }
  const starts = Float64Array.from(t)
  const energy = (time: number): number => {
    const i = Math.max(0, before(starts, time))
    return e[i]! + (w[i]! * (time - t[i]!)) / 1000
  }
  return { energy, lengthMs }
}

/** A sensor that shows the mean of the last `averagingMs` and moves every `updateMs`, read every `pollMs`. */
export function powerPoints(world: World, options: { averagingMs: number; updateMs: number; pollMs: number; phaseMs: number }): Points {
  const { averagingMs, updateMs, pollMs, phaseMs } = options
  return pollPoints(world, pollMs, phaseMs, (time) => {
    const update = Math.max(averagingMs, Math.floor(time / updateMs) * updateMs)
    return ((world.energy(update) - world.energy(update - averagingMs)) / averagingMs) * 1000
  })
}

/** A counter that moves every `updateMs`. */
export function counterPoints(world: World, { updateMs, pollMs, phaseMs }: { updateMs: number; pollMs: number; phaseMs: number }): Points {
  return pollPoints(world, pollMs, phaseMs, (time) => Math.round(1000 * world.energy(Math.floor(time / updateMs) * updateMs)) / 1000)
}

export const simulation = (name: string): Random => createRandom('energy-simulation', name)

// --- internal ---

function pollPoints({ lengthMs }: World, pollMs: number, phaseMs: number, read: (time: number) => number): Points {
  const t = Array.from({ length: Math.floor((lengthMs - phaseMs) / pollMs) }, (_, i) => phaseMs + i * pollMs)
  return { t, v: t.map(read) }
}
