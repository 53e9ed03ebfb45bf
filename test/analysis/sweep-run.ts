/** A run whose load has two stages, as the engine records it; all times can be worked out by hand. */
import type { CellRecord, LoadSpec, Sample, StageRecord, StoredRun } from '../../harness/types.ts'
import { scriptedRun } from './scripted-run.ts'

const LOAD: LoadSpec = {
  id: 'sweep',
  kind: 'sweep',
  points: 2,
  arrivals: { kind: 'constant' },
  seconds: 10,
  warmupSeconds: 1,
  maxErrorShare: 0.5,
  maxInFlight: 100,
  slo: { ttftMs: 50, tpotMs: 10 },
}
const valid = { state: 'absent', why: 'not calibrated' } as const
const client: StageRecord['client'] = {
  verdict: 'valid',
  reasons: [],
  workers: 1,
  cpuShare: 0.1,
  loopDelayP99Ms: 1,
  sendLagP50Ms: valid,
  sendLagP99Ms: valid,
  trustedStreams: valid,
  offeredPerSecond: 10,
  achievedPerSecond: 10,
}

/** Two stages of ten seconds, ten and twenty requests a second; the first second of each is left out. `pace` scales the times of the model. */
export function sweepRun(
  pace: (model: string) => number,
  change: (sample: Sample, n: number) => Sample = (sample) => sample,
  health: Partial<StageRecord['client']> = {},
): StoredRun {
  const base = scriptedRun({
    id: 'load',
    items: 1,
    loads: [LOAD],
    models: ['teacher', 'student'].map((id) => ({ id, role: id === 'teacher' ? 'teacher' : 'student', answer: () => ({ firstMs: 1, stepMs: 1, tokens: 1 }) })),
  })
  const samples: Sample[] = []
  const cells = base.record.cells.map((cell, c): CellRecord => {
    if (cell.state !== 'done') return cell
    const stages = [10, 20].map((perSecond, index): StageRecord => {
      const startMs = c * 100_000 + index * 20_000
      for (let n = 0; n < perSecond * 10; n++) {
        const due = startMs + (1000 * n) / perSecond
        const p = pace(cell.key.model)
        const sample: Sample = {
          ...base.samples[c]!,
          item: `i${index}-${n}`,
          itemHash: `h${index}-${n}`,
          stage: index,
          intendedMs: due,
          startMs: due + 5,
          tokenMs: [0, 1, 2, 3, 4].map((t) => due + p * (40 + 8 * t)),
          outputTokens: 5,
          promptTokens: 100,
          text: 'äbcd',
          endMs: due + p * 80,
        }
        samples.push(change(sample, n))
      }
      return {
        index,
        label: `${perSecond} requests/s`,
        shape: { kind: 'rate', perSecond, arrivals: { kind: 'constant' }, rampSeconds: 0 },
        startMs,
        endMs: startMs + 10_100,
        steady: { state: 'ok', value: { startMs: startMs + 1000, endMs: startMs + 10_000 } },
        sent: perSecond * 10,
        answered: perSecond * 10,
        failed: 0,
        client: index === 1 ? { ...client, ...health } : client,
      }
    })
    return { ...cell, stages }
  })
  return { ...base, samples, record: { ...base.record, cells } }
}
