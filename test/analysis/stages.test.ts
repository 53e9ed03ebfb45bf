/** Loads whose requests overlap: stages, steady windows, slices, objectives, and latency from when a request was due. */
import { describe, expect, it } from 'vitest'
import { analyse } from '../../harness/analysis/index.ts'
import type { Analysis, CellRecord, Estimate, LoadSpec, Observed, Sample, StageRecord, StoredRun } from '../../harness/types.ts'
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
function sweep(pace: (model: string) => number, change: (sample: Sample, n: number) => Sample = (sample) => sample): StoredRun {
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
        client,
      }
    })
    return { ...cell, stages }
  })
  return { ...base, samples, record: { ...base.record, cells } }
}

function value(analysis: Analysis, model: string, load: string, metric: string): Estimate {
  const found: Observed<Estimate> | undefined = analysis.rows.find(
    (row) => row.model === model && row.load === load && row.metric === metric && row.slice === '',
  )?.estimate
  if (found?.state !== 'ok') throw new Error(`${model} ${load} ${metric}: ${JSON.stringify(found)}`)
  return found.value
}

describe('a load of several stages', () => {
  const analysis = analyse([sweep((model) => (model === 'teacher' ? 1 : 0.5))])

  it('has rows for each stage, and none for the whole', () => {
    expect([...new Set(analysis.rows.filter(({ load }) => load !== '' && load !== 'isolated').map(({ load }) => load))]).toEqual([
      'sweep: 10 requests/s',
      'sweep: 20 requests/s',
    ])
  })

  it('counts the steady window only', () => {
    expect(value(analysis, 'teacher', 'sweep: 10 requests/s', 'request-rate').value).toBeCloseTo(90 / 9, 0)
    expect(value(analysis, 'teacher', 'sweep: 20 requests/s', 'throughput').value).toBeCloseTo(100, -1)
    expect(value(analysis, 'teacher', 'sweep: 20 requests/s', 'input-throughput').value).toBeCloseTo(2000, -2)
    expect(value(analysis, 'teacher', 'sweep: 20 requests/s', 'text-throughput').value / 5).toBeCloseTo(20, -1) // ä has two bytes
  })

  it('takes latency from when the request was due, not from when a late client sent it', () => {
    expect(value(analysis, 'teacher', 'sweep: 10 requests/s', 'ttft').value).toBeCloseTo(40, 6)
    expect(value(analysis, 'student', 'sweep: 10 requests/s', 'latency').value).toBeCloseTo(40, 6)
    expect(value(analysis, 'teacher', 'sweep: 10 requests/s', 'normalised-latency').value).toBeCloseTo(16, 6)
    expect(value(analysis, 'teacher', 'sweep: 10 requests/s', 'tpot').value).toBeCloseTo(8, 6)
  })

  it('has intervals, also for ratios, from slices of the window', () => {
    const { n, low, high } = value(analysis, 'teacher', 'sweep: 20 requests/s', 'throughput')
    expect(n).toBe(20)
    expect(low).toBeLessThan(high)
    const ratio = analysis.ratios.find(({ load, metric }) => load === 'sweep: 20 requests/s' && metric === 'ttft')
    expect(ratio?.ratio).toMatchObject({ state: 'ok', value: { value: 0.5 } })
  })

  it('has goodput under the objective of the load', () => {
    expect(value(analysis, 'teacher', 'sweep: 10 requests/s', 'goodput-share').value).toBe(1)
    const slow = analyse([sweep((model) => (model === 'teacher' ? 2 : 1))])
    expect(value(slow, 'teacher', 'sweep: 10 requests/s', 'goodput-share').value).toBe(0)
    const failing = analyse([
      sweep(
        () => 1,
        (sample, n) => (n % 2 === 0 ? sample : { ...sample, finish: 'error', error: { code: 'model', message: 'no' } }),
      ),
    ])
    expect(value(failing, 'teacher', 'sweep: 10 requests/s', 'goodput-share').value).toBe(0.5)
  })
})

describe('events of unknown many tokens', () => {
  const analysis = analyse([
    sweep(
      () => 1,
      (sample) => ({ ...sample, timing: 'event', outputTokens: 10 }),
    ),
  ])

  it('give a time per output token from the count of the server, and no inter-token latency', () => {
    // four of five events came after the first: 8 of 10 tokens in 32 ms
    expect(value(analysis, 'teacher', 'sweep: 10 requests/s', 'tpot').value).toBeCloseTo(4, 6)
    const itl = analysis.rows.find(({ metric, load }) => metric === 'itl' && load === 'sweep: 10 requests/s')
    expect(itl?.estimate).toMatchObject({ state: 'absent', why: expect.stringContaining('an event of unknown many tokens is not a token') as unknown })
  })
})

describe('reasoning before the answer', () => {
  it('has a first answer token of its own', () => {
    const analysis = analyse([
      sweep(
        () => 1,
        (sample) => ({ ...sample, firstReasoningMs: sample.tokenMs[0]!, firstAnswerMs: sample.tokenMs[3]!, reasoning: 'hm' }),
      ),
    ])
    expect(value(analysis, 'teacher', 'sweep: 10 requests/s', 'ttfat').value).toBeCloseTo(64, 6)
    expect(value(analysis, 'teacher', 'sweep: 10 requests/s', 'ttft').value).toBeCloseTo(40, 6)
  })
})
