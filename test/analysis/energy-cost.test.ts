import { describe, expect, it } from 'vitest'
import { integrate, readingsOf } from '../../harness/analysis/energy/readings.ts'
import { analyse } from '../../harness/analysis/index.ts'
import type { Price, StoredRun } from '../../harness/types.ts'
import { ratioOf, rowOf, valueOf, expectOk, whyOf } from './find.ts'
import { HOURLY, scriptedRun, type Script, type ScriptedAnswer } from './scripted-run.ts'

// 100 tokens in 10 s, half of the answers right
const slow = (n: number): ScriptedAnswer => ({ firstMs: 1000, stepMs: 1000, tokens: 10, score: n % 2 })
const fast = (n: number): ScriptedAnswer => ({ firstMs: 250, stepMs: 250, tokens: 10, score: n % 2 })

function pair(options: Partial<Script> = {}, price: Price | 'none' = HOURLY): StoredRun {
  const priced = price === 'none' ? {} : { price }
  return scriptedRun({
    items: 12,
    models: [
      { id: 'teacher', role: 'teacher', answer: slow, ...priced },
      { id: 'student', role: 'student', answer: fast, ...priced },
    ],
    ...options,
  })
}

describe('the integral of power', () => {
  const ramp = readingsOf([{ t: [0, 1000, 2000], v: [0, 100, 100] }])

  it('takes trapezoids with both ends interpolated', () => {
    expect(integrate(ramp, 0, 1000)).toBeCloseTo(50, 12)
    expect(integrate(ramp, 500, 1000)).toBeCloseTo(37.5, 12) // 50 W to 100 W over half a second
    expect(integrate(ramp, 250, 1500)).toBeCloseTo(((25 + 100) / 2) * 0.75 + 50, 12)
  })
  it('of a constant power is power × time, wherever the readings fall', () => {
    const constant = readingsOf([{ t: [3, 97, 230, 231, 999], v: [42, 42, 42, 42, 42] }])
    expect(integrate(constant, 100.5, 777.25)).toBeCloseTo((42 * 676.75) / 1000, 10)
    expect(integrate(constant, -10, 1010)).toBeCloseTo((42 * 1020) / 1000, 10)
  })
  it('adds up over parts of a window', () => {
    const parts = [0, 123, 456, 1789, 2000]
    const sum = parts.slice(1).reduce((total, end, i) => total + integrate(ramp, parts[i]!, end), 0)
    expect(sum).toBeCloseTo(integrate(ramp, 0, 2000), 12)
  })
  it('does not mind readings out of order, twice, or unreadable', () => {
    const messy = readingsOf([
      { t: [1000, 0], v: [100, 0] },
      { t: [1000, 1500, 2000], v: [999, Number.NaN, 100] },
    ])
    expect(integrate(messy, 0, 2000)).toBeCloseTo(150, 12)
  })
})

describe('energy', () => {
  const analysis = analyse([pair({ watts: (model) => (model === 'teacher' ? 50 : 80) })])

  it('50 W for a second per token are 50 J per token; half of ten-token answers right makes 1000 J per correct answer', () => {
    expect(valueOf(analysis, 'power', { model: 'teacher' }).value).toBeCloseTo(50, 6)
    expect(valueOf(analysis, 'energy-per-token', { model: 'teacher' }).value).toBeCloseTo(50, 6)
    expect(valueOf(analysis, 'energy-per-correct', { model: 'teacher' }).value).toBeCloseTo(1000, 6)
    expect(valueOf(analysis, 'energy-per-token', { model: 'teacher' })).toMatchObject({
      unit: 'J/token',
      origin: 'measured',
      method: expect.stringContaining('gross') as string,
    })
  })
  it('idle power stands apart', () => {
    expect(valueOf(analysis, 'power-idle', { model: 'teacher' }).value).toBeCloseTo(5, 9)
  })
  it('a student with more power and a quarter of the time needs 40% of the energy', () => {
    expect(expectOk(ratioOf(analysis, 'energy-per-token').ratio, 'ratio').value).toBeCloseTo(0.4, 6)
    expect(expectOk(ratioOf(analysis, 'power').ratio, 'ratio').value).toBeCloseTo(1.6, 6)
  })
  it('an estimated power makes estimates', () => {
    const estimated = analyse([pair({ watts: () => 50, wattsOrigin: 'estimated' })])
    for (const metric of ['power', 'power-idle', 'energy-per-token', 'energy-per-correct']) expect(valueOf(estimated, metric).origin).toBe('estimated')
    expect(expectOk(ratioOf(estimated, 'energy-per-token').ratio, 'ratio').origin).toBe('estimated')
  })
  it('without a meter it is absent, with the reason, never 0', () => {
    const without = analyse([pair()])
    expect(whyOf(rowOf(without, 'energy-per-token'))).toBe('the run had no power meter')
    const run = pair()
    const meters = [{ id: 'nvidia-smi', unit: 'W', origin: 'measured', probe: { state: 'absent', why: 'there is no nvidia-smi here' } }] as const
    expect(whyOf(rowOf(analyse([{ ...run, record: { ...run.record, meters } }]), 'power'))).toMatch(/there is no nvidia-smi here/)
  })
  it('a window that the readings do not enclose has none', () => {
    const run = pair({ watts: () => 50 })
    const late = run.series.map((one) => (one.phase === 'measure' ? { ...one, t: one.t.slice(30), v: one.v.slice(30) } : one))
    expect(whyOf(rowOf(analyse([{ ...run, series: late }]), 'power'))).toMatch(/gave its first reading \d+ ms after the window began/)
  })
  it('of some windows only, it is of those, and says so', () => {
    const run = pair({ watts: () => 50, blocks: 3 })
    const series = run.series.filter(({ cell, phase }) => phase === 'idle' || !cell.endsWith('b1'))
    const analysed = analyse([{ ...run, series }])
    expect(valueOf(analysed, 'energy-per-token', { model: 'teacher' }).value).toBeCloseTo(50, 6)
    expect(analysed.warnings).toContainEqual(expect.objectContaining({ code: 'energy-windows', message: expect.stringContaining('1 of 3 windows') as string }))
  })
  it('a pause of the meter is told', () => {
    const run = pair({ watts: () => 50 })
    const series = run.series.map((one) => ({ ...one, t: one.t.filter((_, i) => i < 20 || i > 60), v: one.v.filter((_, i) => i < 20 || i > 60) }))
    expect(analyse([{ ...run, series }]).warnings.map(({ code }) => code)).toContain('meter-gap')
  })
})

describe('which power meter', () => {
  function withMeters(backend: string, device: string): StoredRun {
    const run = pair({ watts: () => 50 })
    const series = run.series.flatMap((one) => [
      { ...one, meter: 'nvidia-smi', v: one.v.map(() => 300) },
      { ...one, meter: 'estimate', origin: 'estimated' as const, v: one.v.map(() => 20) },
    ])
    const cells = run.record.cells.map((cell) => (cell.state === 'done' ? { ...cell, runtime: { ...cell.runtime, backend, device } } : cell))
    return { ...run, series, record: { ...run.record, cells } }
  }
  it('a model on the GPU takes the GPU’s', () => {
    expect(valueOf(analyse([withMeters('webgpu', 'NVIDIA H100')]), 'power')).toMatchObject({ origin: 'measured', value: 300 })
  })
  it('a model on the CPU does not: the GPU was idle beside it', () => {
    for (const [backend, device] of [
      ['wasm', 'CPU'],
      ['webgpu', 'google SwiftShader driver 5.0.0 (software)'],
    ] as const)
      expect(valueOf(analyse([withMeters(backend, device)]), 'power')).toMatchObject({ origin: 'estimated', value: 20 })
  })
  it('where only the other device has one, power is absent', () => {
    const run = withMeters('cpu', 'CPU')
    expect(whyOf(rowOf(analyse([{ ...run, series: run.series.filter(({ meter }) => meter === 'nvidia-smi') }]), 'power'))).toMatch(
      /does not see what the model ran on/,
    )
  })
  it('a model behind a server elsewhere has none: meters here see the client', () => {
    expect(whyOf(rowOf(analyse([withMeters('http', 'server models.example:8000')]), 'power'))).toMatch(/behind a server .*no meter here sees/)
  })
  it('a model behind a server on this machine may take the GPU’s, and never the CPU time of the client', () => {
    expect(valueOf(analyse([withMeters('http', 'server 127.0.0.1:8000')]), 'power')).toMatchObject({ origin: 'measured', value: 300 })
    const run = withMeters('http', 'server localhost:8000')
    expect(whyOf(rowOf(analyse([{ ...run, series: run.series.filter(({ meter }) => meter === 'estimate') }]), 'power'))).toMatch(/no meter here sees/)
  })
})

describe('cost', () => {
  const analysis = analyse([pair()])

  it('a tenth of a cent per second: a second per token makes 1000 USD per million tokens, 0.02 USD per correct answer', () => {
    expect(valueOf(analysis, 'cost-per-mtoken', { model: 'teacher' }).value).toBeCloseTo(1000, 6)
    expect(valueOf(analysis, 'cost-per-correct', { model: 'teacher' }).value).toBeCloseTo(0.02, 9)
  })
  it('a quoted price times a measured time is an estimate, and says whose price', () => {
    expect(valueOf(analysis, 'cost-per-mtoken')).toMatchObject({
      origin: 'estimated',
      method: expect.stringContaining('a made-up offer, 2025-01-01') as string,
    })
  })
  it('one and the same hourly price cancels in the ratio, which is measured', () => {
    const { ratio, difference } = ratioOf(analysis, 'cost-per-mtoken')
    expect(expectOk(ratio, 'ratio')).toMatchObject({ origin: 'measured' })
    expect(expectOk(ratio, 'ratio').value).toBeCloseTo(0.25, 9)
    expect(expectOk(difference, 'difference').origin).toBe('estimated')
  })
  it('failed and cut-off requests are billed', () => {
    const broken = analyse([
      pair({
        models: [{ id: 'teacher', role: 'teacher', price: HOURLY, answer: (n) => ({ ...slow(n), finish: n < 3 ? 'error' : n < 6 ? 'length' : 'stop' }) }],
      }),
    ])
    // 3 requests of 1 s failed, 9 of 10 s gave 90 tokens
    expect(valueOf(broken, 'cost-per-mtoken').value).toBeCloseTo((0.001 * 93 * 1e6) / 90, 6)
  })
  it('token prices bill the input too, and the input of failed requests', () => {
    const price = { kind: 'token', inputPerMtoken: 3, outputPerMtoken: 12, source: 'a made-up list', date: '2025-01-01' } as const
    expect(valueOf(analyse([pair({}, price)]), 'cost-per-mtoken').value).toBeCloseTo((10 * 3 + 10 * 12) / 10, 9)
    const failing = pair({
      models: [{ id: 'teacher', role: 'teacher', price, answer: (n) => ({ ...slow(n), ...(n < 6 ? { finish: 'error' as const } : {}) }) }],
    })
    expect(valueOf(analyse([failing]), 'cost-per-mtoken').value).toBeCloseTo((12 * 10 * 3 + 60 * 12) / 60, 9)
  })
  it('without a price, or without a right answer, it is absent and says why', () => {
    expect(whyOf(rowOf(analyse([pair({}, 'none')]), 'cost-per-mtoken'))).toMatch(/gives no price for teacher/)
    const wrong = analyse([pair({ models: [{ id: 'teacher', role: 'teacher', price: HOURLY, answer: (n) => ({ ...slow(n), score: 0 }) }] })])
    expect(whyOf(rowOf(wrong, 'cost-per-correct'))).toBe('no correct answer')
    expect(valueOf(wrong, 'cost-per-mtoken').value).toBeCloseTo(1000, 6)
  })
})
