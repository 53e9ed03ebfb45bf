/** How busy a client process is while it sends: what the certificate of a stage rests on. */
import { residentBytes } from '../../resident.ts'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { StageEnd } from './protocol.ts'

export interface Gauge {
  start(): void
  /** Nothing more is sent, `forMs` after the first request was due: the CPU time until here is what counts. */
  sent(forMs: number): void
  stop(): void
  read(): Pick<StageEnd, 'cpuShare' | 'loopDelayP99Ms' | 'processBytes'>
}

export function createGauge(): Gauge {
  const loop = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  let cpu = process.cpuUsage()
  let cpuShare = 0
  return {
    start() {
      cpu = process.cpuUsage()
      loop.enable()
    },
    sent(forMs) {
      const { user, system } = process.cpuUsage(cpu)
      cpuShare = (user + system) / 1000 / Math.max(1, forMs)
    },
    stop: () => void loop.disable(),
    read() {
      const delay = loop.percentile(99) / 1e6 - RESOLUTION_MS // the histogram counts from turn to turn
      return { cpuShare, loopDelayP99Ms: Number.isFinite(delay) ? Math.max(0, delay) : 0, processBytes: residentBytes() }
    },
  }
}

// --- internal ---

const RESOLUTION_MS = 5
