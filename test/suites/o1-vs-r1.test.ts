import { beforeAll, describe, expect, it } from 'vitest'
import { analyse } from '../../harness/analysis/index.ts'
import { blendedPrice } from '../../harness/analysis/price.ts'
import { loadSuite } from '../../harness/suite/index.ts'
import type { Analysis, Estimate, Fact, Suite } from '../../harness/types.ts'
import { publishedRun } from '../analysis/published-run.ts'

let suite: Suite
let analysis: Analysis
beforeAll(async () => {
  suite = (await loadSuite('o1-vs-r1')).suite
  analysis = analyse([publishedRun(suite)])
})

describe('every figure', () => {
  it('has a source and a date', () => {
    expect(suite.facts.length).toBeGreaterThan(120)
    for (const { source, date } of suite.facts) {
      expect(source.length).toBeGreaterThan(10)
      expect(date).toMatch(/^20\d\d-[01]\d-[0-3]\d$/)
      expect(Number.isNaN(Date.parse(date))).toBe(false)
    }
  })

  it('is marked as published in every row and ratio; nothing is measured', () => {
    const estimates = [...analysis.rows.map(({ estimate }) => estimate), ...analysis.ratios.flatMap(({ ratio, difference }) => [ratio, difference])]
    expect(estimates.length).toBeGreaterThan(150)
    for (const observed of estimates) expect(observed).toMatchObject({ state: 'ok', value: { origin: 'published' } })
    expect(analysis.models.filter(({ measured }) => measured)).toEqual([])
    expect(analysis.distributions).toEqual([])
    expect(analysis.gap).toEqual([])
    expect(analysis.warnings).toEqual([])
  })

  it('uses a metric that is declared, in the unit that is declared', () => {
    const units = new Map(analysis.metrics.map(({ id, unit }) => [id, unit]))
    for (const { metric, unit } of suite.facts) expect([metric, unit]).toEqual([metric, units.get(metric)])
    expect(analysis.metrics.filter(({ better, definition }) => better === 'neither' && definition.startsWith('Quoted;'))).toEqual([])
  })

  it('lies where figures of its unit can lie', () => {
    for (const { value, unit } of suite.facts) {
      expect(value).toBeGreaterThan(0)
      if (unit === 'ratio') expect(value).toBeLessThan(1)
      if (unit === 'percentile') expect(value).toBeLessThan(100)
    }
  })
})

describe('the claims', () => {
  it('$26.25 against $3.00 per million tokens is 8.75 times, 11.4%', () => {
    const claim = claimOf('price-press')
    expect([claim.numerator.value, claim.denominator.value]).toEqual([26.25, 3])
    expect(claim.ratio).toBe(8.75)
    expect(claim.share).toBeCloseTo(0.1143, 4)
    expect([claim.numerator.date, claim.denominator.date]).toEqual(['2025-02-06', '2025-02-06'])
    expect(claim.explanation).toMatch(/could not be checked/)
  })

  it('the makers’ list prices give $0.96 for R1, and 27.3 times', () => {
    const claim = claimOf('price-list')
    expect([claim.numerator.value, claim.denominator.value]).toEqual([26.25, 0.96])
    expect(claim.ratio).toBeCloseTo(27.34, 2)
  })

  it('$100M against $5.57M is 17.95 times, said as 1/18, and is said to be V3’s', () => {
    const claim = claimOf('training')
    expect(claim.ratio).toBeCloseTo(17.95, 2)
    expect(Math.round(1 / claim.share)).toBe(18)
    expect(claim.says).toBe('1/18')
    expect(claim.denominator.model).toBe('deepseek-v3')
    expect(claim.explanation).toMatch(/not the cost of R1/)
  })

  it('all have their ratio computed from two figures that are in the suite', () => {
    expect(analysis.claims).toHaveLength(suite.claims.length)
    for (const { ratio, share, numerator, denominator } of analysis.claims) {
      expect(ratio).toBe(numerator.value / denominator.value)
      expect(share).toBeCloseTo(1 / ratio, 12)
    }
  })

  function claimOf(id: string): Analysis['claims'][number] {
    return analysis.claims.find((claim) => claim.id === id)!
  }
})

describe('the blended price', () => {
  it('weighs three parts input and one part output', () => {
    expect(blendedPrice({ input: 15, output: 60 })).toBe(26.25)
    expect(blendedPrice({ input: 0.55, output: 2.19 })).toBeCloseTo(0.96, 12)
    expect(blendedPrice({ input: 10, output: 50 })).toBe(20)
  })

  it('is another figure with the weights the other way round', () => {
    expect(blendedPrice({ input: 15, output: 60 }, { input: 1, output: 3 })).toBe(48.75)
    expect(blendedPrice({ input: 0.55, output: 2.19 }, { input: 1, output: 3 })).toBeCloseTo(1.78, 12)
  })

  it('follows from the input and the output price of the same date', () => {
    const blended = suite.facts.filter(({ metric, source }) => metric === 'price-blended' && source.startsWith('computed'))
    expect(blended).toHaveLength(7)
    for (const { model, date, value } of blended) {
      const [input, output] = ['price-input', 'price-output'].map((metric) => factOf(model, metric, date).value) as [number, number]
      expect(value).toBeCloseTo((3 * input + output) / 4, 6)
    }
  })

  function factOf(model: string, metric: string, date: string): Fact {
    return suite.facts.find((fact) => fact.model === model && fact.metric === metric && fact.date === date)!
  }
})

describe('conflicting sources', () => {
  it.each([
    ['gpt-4o', 'LiveCodeBench', 'accuracy', [0.329, 0.334, 0.342]],
    ['claude-3.5-sonnet', 'LiveCodeBench', 'accuracy', [0.338, 0.363, 0.389]],
    ['deepseek-v3', 'LiveCodeBench', 'accuracy', [0.362, 0.405]],
    ['deepseek-v3', 'Codeforces', 'percentile', [51.6, 58.7]],
    ['deepseek-r1', '', 'price-blended', [0.96, 3]],
    ['deepseek-v3', '', 'training-cost', [5.57e6, 5.576e6]],
  ])('%s, %s %s: all figures stay side by side', (model, workload, metric, values) => {
    const conflict = analysis.conflicts.find((one) => one.model === model && one.workload === workload && one.metric === metric)
    expect(conflict?.facts.map(({ value }) => value).sort((a, b) => a - b)).toEqual(values)
    expect(conflict?.facts[0]?.preferred).toBe(true)
  })

  it('are these six; a price that was cut does not conflict with the one after it', () => {
    expect(analysis.conflicts).toHaveLength(6)
    expect(suite.facts.filter(({ model, metric }) => model === 'o1-mini' && metric === 'price-input').map(({ value }) => value)).toEqual([3, 1.1])
  })
})

describe('teacher and students', () => {
  it('R1 is the teacher of six students; o1 and the others are controls, and the description says what that means', () => {
    const withRole = (role: string): string[] => suite.models.filter((model) => model.role === role).map(({ id }) => id)
    expect(withRole('teacher')).toEqual(['deepseek-r1'])
    expect(withRole('student')).toHaveLength(6)
    expect(withRole('control')).toContain('o1')
    expect(suite.description).toMatch(/controls, which here means/)
    expect(suite.models.every(({ adapter }) => adapter === 'published')).toBe(true)
  })

  it.each([
    ['r1-distill-qwen-1.5b', 36.2, 86.2, 47.3, 25.6],
    ['r1-distill-qwen-7b', 69.5, 95.4, 68.7, 57.1],
    ['r1-distill-llama-70b', 87.7, 97.1, 91.2, 87.3],
  ])('%s keeps the shares of R1’s accuracy by benchmark', (model, ...kept) => {
    const ratios = ['AIME-2024', 'MATH-500', 'GPQA-Diamond', 'LiveCodeBench'].map((workload) => ratioOf(model, workload))
    expect(ratios.map(({ value }) => Number((100 * value).toFixed(1)))).toEqual(kept)
  })

  it('AIME has 30 questions, so the 32B student is not told apart from its teacher', () => {
    const { low, high, method } = ratioOf('r1-distill-qwen-32b', 'AIME-2024')
    expect(low).toBeLessThan(1)
    expect(high).toBeGreaterThan(1)
    expect(method).toMatch(/not paired/)
  })

  it('every student has a figure for each benchmark of its table', () => {
    for (const { id } of suite.models.filter(({ role }) => role === 'student')) {
      expect(suite.facts.filter(({ model, workload }) => model === id && workload !== undefined)).toHaveLength(6)
      expect(suite.facts.filter(({ model, metric }) => model === id && metric === 'parameters-total')).toHaveLength(1)
    }
  })

  function ratioOf(model: string, workload: string): Estimate {
    const row = analysis.ratios.find((one) => one.model === model && one.workload === workload && one.metric === 'accuracy')
    if (row?.ratio.state !== 'ok') throw new Error(`no ratio for ${model} on ${workload}`)
    return row.ratio.value
  }
})
