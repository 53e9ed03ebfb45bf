import { describe, expect, test } from 'vitest'
import { judge, type GateInputs } from '../../harness/gate/index.ts'
import { createRandom } from '../../harness/random.ts'
import { GateSchema, resolveGate, type GateInput } from '../../harness/suite/gate.ts'
import type { GateFinding, GateReport, StoredRun } from '../../harness/types.ts'
import { HOURLY, scriptedRun, type Script, type ScriptedAnswer } from '../analysis/scripted-run.ts'

interface Arm {
  id?: string
  /** Share by which every request is slower. */
  slower?: number
  /** The first so many items are wrong. */
  wrong?: number
  failed?: number
  usdPerHour?: number
  noise?: number
  seed?: number
  blocks?: number
  items?: number
  watts?: number
}

function arm(
  { id = 'run', slower = 0, wrong = 0, failed = 0, usdPerHour = 3.6, noise = 0.01, seed = 1, blocks = 10, items = 400, watts }: Arm = {},
  more: Partial<Script> = {},
): StoredRun {
  const random = createRandom('arm', seed)
  const pace = Array.from({ length: blocks }, () => 1 + noise * (2 * random.next() - 1))
  const answer = (n: number): ScriptedAnswer => {
    const times = pace[Math.floor((n * blocks) / items)]! * (1 + slower)
    return { firstMs: 20 * times, stepMs: 3 * times, tokens: 10, score: n < wrong ? 0 : 1, finish: n >= items - failed ? 'error' : 'stop' }
  }
  return scriptedRun({
    id,
    items,
    blocks,
    models: [
      { id: 'teacher', role: 'teacher', answer: () => ({ firstMs: 60, stepMs: 9, tokens: 10, score: 1 }), price: { ...HOURLY, usdPerHour: 3.6 } },
      { id: 'student', role: 'student', answer, price: { ...HOURLY, usdPerHour } },
    ],
    ...(watts === undefined ? {} : { watts: () => watts }),
    ...more,
  })
}

function gate(candidate: StoredRun, baseline: StoredRun | undefined, input: GateInput = {}, more: Partial<GateInputs> = {}): GateReport {
  const policy = resolveGate(GateSchema.parse(input), 0.02)
  return judge({
    policy,
    source: 'test',
    hash: 'hash',
    candidate,
    ...(baseline === undefined ? {} : { baseline: { name: 'main', run: baseline } }),
    ran: baseline === undefined ? 'alone' : 'together',
    describe: () => 'somewhere',
    ...more,
  })
}

const of = (report: GateReport, rule: string, model = 'student'): GateFinding => {
  const found = report.findings.find((one) => one.rule === rule && (one.model === model || one.model === ''))
  if (found === undefined) throw new Error(`no finding of ${rule}`)
  return found
}
const failing = (report: GateReport): string[] => [...new Set(report.findings.filter(({ outcome }) => outcome === 'fail').map(({ rule }) => rule))]

describe('sides that ran side by side', () => {
  test('pass the default rules when only chance is between them', () => {
    for (let seed = 1; seed <= 4; seed++) {
      const report = gate(arm({ seed: 2 * seed }), arm({ seed: 2 * seed + 1 }))
      expect({ seed, failed: failing(report), outcome: report.outcome }).toEqual({ seed, failed: [], outcome: 'pass' })
    }
  })
  test('fail the rule of throughput, and say by how much, when every request takes 10% longer', () => {
    const report = gate(arm({ slower: 0.1, seed: 3 }), arm({ seed: 4 }))
    expect(report.outcome).toBe('fail')
    expect(failing(report)).toContain('throughput')
    expect(failing(report)).not.toContain('accuracy')
    const { change } = of(report, 'throughput')
    // 10% longer is a throughput of 1/1.1; the change for the worse is that of the time per token.
    expect(change.state === 'ok' ? change.value.value : NaN).toBeCloseTo(0.1, 1)
    expect(of(report, 'throughput').message).toMatch(/% lower \(/)
  })
  test('are undecided, never failed, when the machine is too noisy to tell', () => {
    const noisy = { noise: 0.5, items: 60 }
    const reports = [5, 15, 25].map((seed) =>
      gate(arm({ ...noisy, seed }), arm({ ...noisy, seed: seed + 1 }), { rules: [{ metric: 'throughput', maxRegression: '5%' }] }),
    )
    expect(reports.flatMap(failing)).toEqual([])
    const undecided = reports.filter(({ outcome }) => outcome === 'undecided')
    expect(undecided.length).toBeGreaterThan(0)
    expect(of(undecided[0]!, 'throughput').advice).toMatch(/^about \d+ pairs of blocks would decide/)
  })
  test('one block that something disturbed does not change the outcome', () => {
    const disturbed = arm({ seed: 7 })
    const samples = disturbed.samples.map((sample) =>
      sample.key.block === 3 && sample.key.model === 'student'
        ? { ...sample, tokenMs: sample.tokenMs.map((ms) => sample.startMs + 3 * (ms - sample.startMs)) }
        : sample,
    )
    expect(gate({ ...disturbed, samples }, arm({ seed: 8 })).outcome).toBe('pass')
  })
  test('swapping them turns a regression into an improvement that passes', () => {
    expect(gate(arm({ seed: 3 }), arm({ slower: 0.1, seed: 4 })).outcome).toBe('pass')
  })
})

describe('accuracy', () => {
  test('fails when five points are lost, whatever the speed, and the evidence counts the items', () => {
    const report = gate(arm({ wrong: 20 }), arm())
    expect(report.outcome).toBe('fail')
    expect(of(report, 'accuracy')).toMatchObject({ outcome: 'fail', pairs: 400, message: expect.stringContaining('20 lost, 0 won') as string })
  })
  test('passes when every answer is the same, even with items too few for the margin', () => {
    const few = { items: 40, blocks: 6 }
    expect(of(gate(arm(few), arm(few)), 'accuracy')).toMatchObject({ outcome: 'pass', message: expect.stringContaining('letter by letter') as string })
  })
  test('is undecided between the two, with the items that would decide', () => {
    expect(of(gate(arm({ wrong: 6 }), arm()), 'accuracy')).toMatchObject({
      outcome: 'undecided',
      advice: expect.stringMatching(/items would decide/) as string,
    })
  })
  test('lost answers count: requests that failed fail their own rule too', () => {
    const report = gate(arm({ failed: 24 }), arm())
    expect(failing(report)).toEqual(expect.arrayContaining(['accuracy', 'failed']))
  })
})

describe('rules', () => {
  test('a price that rose fails the rule of cost and no other', () => {
    expect(failing(gate(arm({ usdPerHour: 4.2, seed: 3 }), arm({ seed: 4 })))).toEqual(['cost-per-correct'])
  })
  test('energy is judged where it was measured', () => {
    expect(failing(gate(arm({ watts: 60, seed: 3 }), arm({ watts: 50, seed: 4 })))).toEqual(['energy-per-token'])
  })
  test('a metric that was not measured fails its rule with advice; where it is not required it is left out', () => {
    const rules = (required: boolean): GateInput => ({ rules: [{ metric: 'energy-per-token', maxRegression: '5%', required }] })
    expect(of(gate(arm(), arm(), rules(true)), 'energy-per-token')).toMatchObject({
      outcome: 'invalid',
      advice: expect.stringContaining('required: false') as string,
    })
    expect(gate(arm(), arm(), rules(true)).outcome).toBe('fail')
    expect(gate(arm(), arm(), rules(false)).outcome).toBe('pass')
  })
  test('an estimated figure is judged only where the rule says so', () => {
    const runs = [arm({ watts: 60 }, { wattsOrigin: 'estimated' }), arm({ watts: 50 }, { wattsOrigin: 'estimated' })] as const
    const rules = (judges: GateInput['rules'] extends readonly (infer R)[] | undefined ? (R extends { judges?: infer J } ? J : never) : never): GateInput => ({
      rules: [{ metric: 'energy-per-token', maxRegression: '5%', judges }],
    })
    expect(of(gate(...runs, rules(['measured'])), 'energy-per-token')).toMatchObject({
      outcome: 'invalid',
      message: expect.stringContaining('estimated') as string,
    })
    expect(of(gate(...runs, rules(['measured', 'estimated'])), 'energy-per-token').outcome).toBe('fail')
  })
  test.each([
    ['min', 0.9, 0, 'pass'],
    ['min', 0.9, 80, 'fail'],
    ['min', 0.97, 12, 'undecided'],
    ['max', 0.5, 0, 'fail'],
  ] as const)('accuracy with %s %d and %d wrong answers: %s', (bound, value, wrong, outcome) => {
    const report = gate(arm({ wrong }), undefined, { rules: [{ metric: 'accuracy', [bound]: value, models: ['student'] }] })
    expect(report.findings.find(({ metric }) => metric === 'accuracy')?.outcome).toBe(outcome)
  })
  test('a verdict that must stay replace fails when the student is worse by more than the margin', () => {
    const rules: GateInput = { rules: [{ verdict: 'replace' }] }
    expect(gate(arm(), undefined, rules).outcome).toBe('pass')
    expect(of(gate(arm({ wrong: 60 }), undefined, rules), 'verdict')).toMatchObject({ outcome: 'fail', verdicts: { candidate: 'keep-teacher' } })
  })
  test('a rule that warns does not decide', () => {
    expect(gate(arm({ wrong: 40 }), arm(), { rules: [{ metric: 'accuracy', maxRegression: 0.02, level: 'warn' }] }).outcome).toBe('pass')
  })
  test('an unknown model in a rule is refused with the nearest', () => {
    expect(() => gate(arm(), arm(), { rules: [{ metric: 'accuracy', min: 0.9, models: ['studnet'] }] })).toThrow(/did you mean student\?/)
  })
  test('a rule that compares needs a baseline', () => {
    expect(() => gate(arm(), undefined, { rules: [{ metric: 'accuracy', maxRegression: 0.02 }] })).toThrow(/compares with a baseline/)
  })
  test('a run that was interrupted cannot pass', () => {
    expect(gate(arm({}, { state: 'interrupted' }), arm()).findings[0]).toMatchObject({ rule: 'complete', outcome: 'invalid' })
  })
})

describe('sides that ran apart', () => {
  test('speed only warns and takes the noise between sessions into account; accuracy decides', () => {
    const slow = gate(arm({ slower: 0.05, seed: 3 }), arm({ seed: 4 }), {}, { ran: 'apart' })
    expect(of(slow, 'throughput')).toMatchObject({ level: 'warn', outcome: 'undecided' })
    expect(slow.outcome).toBe('pass')
    expect(gate(arm({ slower: 0.5, seed: 3 }), arm({ seed: 4 }), {}, { ran: 'apart' }).findings.find(({ rule }) => rule === 'throughput' && true)?.level).toBe(
      'warn',
    )
    expect(of(gate(arm({ slower: 0.5, seed: 3 }), arm({ seed: 4 }), {}, { ran: 'apart' }), 'throughput').outcome).toBe('fail')
    expect(gate(arm({ wrong: 30 }), arm(), {}, { ran: 'apart' }).outcome).toBe('fail')
  })
})
