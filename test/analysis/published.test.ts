import { describe, expect, it } from 'vitest'
import { analyse } from '../../harness/analysis/index.ts'
import adapter from '../../harness/models/published/index.ts'
import type { Analysis, Claim, Fact, ModelSpec } from '../../harness/types.ts'
import { expectOk, ratioOf, valueOf, whyOf } from './find.ts'
import { publishedRun } from './published-run.ts'

const source = { source: 'a made-up paper', date: '2025-01-01' }

function quote(facts: readonly Fact[], claims: readonly Claim[] = []): Analysis {
  const spec = (id: string, role: ModelSpec['role']): ModelSpec => ({ id, name: id, role, adapter: 'published', options: {} })
  return analyse([
    publishedRun({
      name: 'quoted',
      title: 'Quoted',
      description: '',
      margin: 0.02,
      models: [spec('teacher', 'teacher'), spec('student', 'student')],
      loads: [],
      facts,
      claims,
    }),
  ])
}

describe('quoted figures', () => {
  it('become rows of origin published, with their source', () => {
    const analysis = quote([{ model: 'teacher', workload: 'exam', metric: 'accuracy', value: 0.8, unit: 'ratio', ...source, protocol: 'one try' }])
    expect(valueOf(analysis, 'accuracy', { workload: 'exam' })).toMatchObject({
      value: 0.8,
      low: 0.8,
      high: 0.8,
      level: 0,
      origin: 'published',
      method: 'quoted: a made-up paper, 2025-01-01; one try; no interval given',
    })
  })
  it('with a number of items get an interval, which is said to be ours', () => {
    const { low, high, level, method } = valueOf(
      quote([{ model: 'teacher', workload: 'exam', metric: 'accuracy', value: 0.8, unit: 'ratio', n: 30, ...source }]),
      'accuracy',
    )
    expect([Number(low.toFixed(3)), Number(high.toFixed(3)), level]).toEqual([0.627, 0.905, 0.95])
    expect(method).toMatch(/the interval is ours/)
  })
  it('keep an interval that is quoted', () => {
    expect(valueOf(quote([{ model: 'teacher', metric: 'rating', value: 2000, low: 1900, high: 2100, unit: 'rating', ...source }]), 'rating')).toMatchObject({
      low: 1900,
      high: 2100,
      level: 0.95,
    })
  })
  it('have ratios that are not paired and say so', () => {
    const analysis = quote([
      { model: 'teacher', workload: 'exam', metric: 'accuracy', value: 0.8, unit: 'ratio', n: 500, ...source },
      { model: 'student', workload: 'exam', metric: 'accuracy', value: 0.6, unit: 'ratio', n: 500, ...source },
      { model: 'teacher', metric: 'price-output', value: 8, unit: 'USD/Mtoken', ...source },
      { model: 'student', metric: 'price-output', value: 2, unit: 'USD/Mtoken', ...source },
    ])
    const accuracy = ratioOf(analysis, 'accuracy')
    expect(accuracy.pairs).toBe(0)
    expect(expectOk(accuracy.ratio, 'ratio')).toMatchObject({ origin: 'published', level: 0.95, method: expect.stringContaining('not paired') as string })
    // Katz: exp(±1.96·√(0.4/300 + 0.2/400))
    expect(expectOk(accuracy.ratio, 'ratio').low).toBeCloseTo(0.75 * Math.exp(-1.95996 * Math.sqrt(0.4 / 300 + 0.2 / 400)), 5)
    expect(expectOk(ratioOf(analysis, 'price-output').ratio, 'ratio')).toMatchObject({ value: 0.25, level: 0 })
  })
  it('about a metric that nobody declared are kept, and their direction is not guessed', () => {
    const analysis = quote([{ model: 'teacher', metric: 'charm', value: 3, unit: 'count', ...source }])
    expect(analysis.metrics.find(({ id }) => id === 'charm')).toMatchObject({ better: 'neither', unit: 'count' })
    expect(valueOf(analysis, 'charm').value).toBe(3)
  })
  it('about a model that the suite does not have are listed and give no row', () => {
    const analysis = quote([{ model: 'stranger', metric: 'rating', value: 3, unit: 'rating', ...source }])
    expect([analysis.rows, analysis.facts.length]).toEqual([[], 1])
  })
  it('of 0 have no ratio, but a difference', () => {
    const analysis = quote([
      { model: 'teacher', metric: 'rating', value: 0, unit: 'rating', ...source },
      { model: 'student', metric: 'rating', value: 3, unit: 'rating', ...source },
    ])
    expect(whyOf(ratioOf(analysis, 'rating').ratio)).toMatch(/teacher is 0/)
    expect(expectOk(ratioOf(analysis, 'rating').difference, 'difference').value).toBe(3)
  })
})

describe('figures that disagree', () => {
  const first: Fact = { model: 'teacher', workload: 'exam', metric: 'accuracy', value: 0.8, unit: 'ratio', ...source }
  const second: Fact = { ...first, value: 0.7, source: 'another paper', date: '2025-02-01' }

  it('stay side by side, the preferred one first and in the rows', () => {
    const analysis = quote([{ ...first, preferred: true }, second])
    expect(analysis.facts).toHaveLength(2)
    expect(analysis.conflicts).toEqual([{ model: 'teacher', workload: 'exam', metric: 'accuracy', facts: [{ ...first, preferred: true }, second] }])
    expect(valueOf(analysis, 'accuracy').value).toBe(0.8)
    expect(analysis.warnings).toEqual([])
  })
  it('without a preferred one the newest is used, with a warning', () => {
    const analysis = quote([first, second])
    expect(valueOf(analysis, 'accuracy').value).toBe(0.7)
    expect(analysis.warnings).toEqual([expect.objectContaining({ code: 'fact-conflict', model: 'teacher' })])
  })
  it('do not, if the one had ended when the other began', () => {
    const analysis = quote([{ ...first, until: '2025-02-01' }, second])
    expect(analysis.conflicts).toEqual([])
    expect(valueOf(analysis, 'accuracy').value).toBe(0.7)
  })
  it('do not, if they are of different benchmarks or metrics, or equal', () => {
    expect(quote([first, { ...second, workload: 'other' }, { ...second, metric: 'consensus' }, { ...first, source: 'a copy' }]).conflicts).toEqual([])
  })
})

describe('claims', () => {
  const facts: Fact[] = [
    { id: 'dear', model: 'teacher', metric: 'price-output', value: 60, unit: 'USD/Mtoken', ...source },
    { id: 'cheap', model: 'student', metric: 'price-output', value: 2, unit: 'USD/Mtoken', ...source },
    { id: 'free', model: 'student', metric: 'price-input', value: 0, unit: 'USD/Mtoken', ...source },
    { id: 'big', model: 'student', metric: 'parameters-total', value: 1e9, unit: 'parameter', ...source },
  ]
  const claim = (numerator: string, denominator: string): Claim => ({
    id: `${numerator}-${denominator}`,
    title: `${numerator} against ${denominator}`,
    numerator,
    denominator,
    says: 'a lot',
    explanation: 'because',
  })

  it('have a ratio that is computed and a share that is its inverse', () => {
    expect(quote(facts, [claim('dear', 'cheap')]).claims[0]).toMatchObject({
      ratio: 30,
      share: 2 / 60,
      says: 'a lot',
      explanation: 'because',
      numerator: { id: 'dear' },
    })
  })
  it.each([
    ['dear', 'free', /one of its figures is 0/],
    ['dear', 'nothing', /there is no fact nothing/],
    ['dear', 'big', /one figure is in USD\/Mtoken, the other in parameter/],
  ])('%s against %s becomes a warning', (numerator, denominator, why) => {
    const analysis = quote(facts, [claim(numerator, denominator)])
    expect(analysis.claims).toEqual([])
    expect(analysis.warnings[0]?.message).toMatch(why)
  })
})

describe('the adapter', () => {
  it('runs nowhere and refuses to open, saying what to do', async () => {
    expect(adapter.runsIn).toBe('none')
    const spec: ModelSpec = { id: 'o1', name: 'o1', role: 'control', adapter: 'published', options: {} }
    await expect(adapter.open(spec, { backend: 'auto', signal: new AbortController().signal })).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringContaining('The model o1') as string,
      hint: expect.stringContaining('adapter that runs') as string,
    })
  })
})
