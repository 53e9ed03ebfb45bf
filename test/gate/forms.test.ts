import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { validateXML } from 'xmllint-wasm'
import type { GateFinding, GateReport } from '../../harness/types.ts'
import { GATE_FORMATS, renderGate, type GateFormat } from '../../reports/gate/index.ts'

/** For machines, which read any character. */
const DATA: ReadonlySet<GateFormat> = new Set(['json', 'bmf', 'action-smaller', 'action-bigger'])
const none = { state: 'absent', why: 'nothing' } as const
const ok = (value: number): GateFinding['candidate'] => ({
  state: 'ok',
  value: { value, low: value - 1, high: value + 1, n: 10, unit: 'token/s', origin: 'measured', method: 'm', level: 0.95 },
})
const finding = (fields: Partial<GateFinding> = {}): GateFinding => ({
  rule: 'throughput',
  level: 'error',
  outcome: 'fail',
  metric: 'throughput',
  model: 'student',
  workload: 'sums',
  load: 'sequential',
  slice: '',
  limit: 'less than 5% lower',
  baseline: ok(100),
  candidate: ok(90),
  change: none,
  pairs: 10,
  message: '10% lower (8% lower to 12% lower) [10 pairs of blocks; p < 0.001]',
  ...fields,
})
const report = (findings: readonly GateFinding[], fields: Partial<GateReport> = {}): GateReport => ({
  schema: 'gate/1',
  run: 'run-1',
  baseline: { name: 'main', run: 'run-0' },
  ran: 'together',
  policy: { source: 'default rules', hash: 'h', alpha: 0.01, missed: 0.05, rules: 1 },
  outcome: 'fail',
  findings,
  statement: 'If nothing changed, …',
  differences: [],
  warnings: [],
  ...fields,
})
/** Every outcome at both levels, with and without advice. */
const EVERY = (['pass', 'fail', 'undecided', 'invalid', 'skipped'] as const).flatMap((outcome) =>
  (['error', 'warn'] as const).map((level) => finding({ outcome, level, ...(level === 'warn' ? {} : { advice: 'measure it' }) })),
)
const render = (one: GateReport, format: GateFormat): string => renderGate(one, format, { color: false })

describe('the forms of a gate', () => {
  test('text groups the findings of a rule and names the one that came nearest to its limit', () => {
    const text = render(
      report([
        finding(),
        finding({ load: 'batch-8' }),
        finding({ rule: 'ttft', outcome: 'pass', message: 'far', p: { fail: 1, adjusted: 1, pass: 0.001 } }),
        finding({ rule: 'ttft', outcome: 'pass', load: 'batch-8', message: 'near', p: { fail: 1, adjusted: 1, pass: 0.04 } }),
        finding({ rule: 'energy', outcome: 'skipped', message: 'not judged: no meter' }),
        finding({ rule: 'energy', outcome: 'skipped', message: 'not judged: no meter', load: 'batch-8' }),
      ]),
      'text',
    )
    expect(text).toContain('Gate: fail  run run-1 against main (run run-0), side by side: 2 failed, 2 passed, 2 left out (default rules)')
    expect(text.match(/fail {2}throughput/g)).toHaveLength(1)
    expect(text).toContain('student, sums, batch-8: 10% lower')
    expect(text).toContain('ttft: 2 of them; nearest to the limit: student, sums, batch-8: near')
    expect(text).toContain('energy: not judged: no meter (2 times)')
  })
  test('annotations keep to ten of a kind and say how many more there are; what only warns is a warning', () => {
    const lines = render(report([...Array.from({ length: 25 }, (_, i) => finding({ load: `load-${i}` })), finding({ level: 'warn' })]), 'github')
      .trim()
      .split('\n')
    expect(lines.filter((line) => line.startsWith('::error '))).toHaveLength(10)
    expect(lines.filter((line) => line.startsWith('::error ')).at(-1)).toContain('and 16 more')
    expect(lines.filter((line) => line.startsWith('::warning '))).toHaveLength(1)
    expect(lines.at(-1)).toMatch(/^::notice title=Gate%3A fail::/)
  })
  test('Markdown stays below the length of a comment, and says how much was left out', () => {
    const text = render(report(Array.from({ length: 2000 }, (_, i) => finding({ load: `load-${i}` }))), 'md')
    expect(text.length).toBeLessThan(65_536)
    expect(text).toMatch(/\d+ lines more are in the JSON form/)
  })
  test('JUnit counts failures, errors and cases left out, and what only warns passes', () => {
    const xml = render(
      report([finding(), finding({ outcome: 'invalid' }), finding({ outcome: 'skipped' }), finding({ level: 'warn' }), finding({ outcome: 'undecided' })]),
      'junit',
    )
    expect(xml).toContain('tests="5" failures="2" errors="1" skipped="1"')
    expect(xml).toContain('<skipped>10% lower')
    expect(xml.match(/<failure /g)).toHaveLength(2)
    expect(xml).toContain('type="undecided"')
    expect(xml).toContain('<system-out>fail, warns only: 10% lower')
  })
  test('JUnit is valid by the schema of Jenkins, whatever the outcome and whatever the names hold', async () => {
    const schema = readFileSync(new URL('../fixtures/junit/jenkins-junit.xsd', import.meta.url), 'utf8')
    const unicode = fc.sample(fc.string({ unit: 'binary', minLength: 20 }), { numRuns: 60, seed: 1 }).join('')
    const hostile = finding({ model: `]]>&<"'\u0000\u0008\ud800\uffff\n`, message: unicode, limit: '\t\r', advice: '<!-- -->' })
    const contents = [report([]), report(EVERY), report([hostile, { ...hostile, outcome: 'skipped' }, { ...hostile, outcome: 'pass' }])]
    const xml = contents.map((one, i) => ({ fileName: `${i}.xml`, contents: render(one, 'junit') }))
    expect(await validateXML({ xml, schema })).toMatchObject({ valid: true, errors: [] })
    const broken = { fileName: 'broken.xml', contents: xml[1]!.contents.replace('<system-out>', '<output>').replace('</system-out>', '</output>') }
    expect((await validateXML({ xml: [broken], schema })).valid).toBe(false)
  })
  test('Markdown and annotations keep to the limits of GitHub even where everything is long', () => {
    const long = '😀%'.repeat(20_000)
    const many = (['fail', 'skipped', 'invalid'] as const).flatMap((outcome) =>
      (['error', 'warn'] as const).flatMap((level) => Array.from({ length: 12 }, (_, i) => finding({ outcome, level, message: `${i} ${long}`, model: long }))),
    )
    const one = report(many, { differences: [long, long], statement: long })
    const annotations = render(one, 'github').trimEnd().split('\n')
    for (const kind of ['error', 'warning', 'notice']) expect(annotations.filter((line) => line.startsWith(`::${kind} `)).length).toBeLessThanOrEqual(10)
    expect(Math.max(...annotations.map((line) => Buffer.byteLength(line)))).toBeLessThan(64 * 1024)
    const text = render(one, 'md')
    expect(text.length).toBeLessThan(65_536) // of a comment, in characters
    expect(Buffer.byteLength(text)).toBeLessThan(1024 * 1024) // of a job summary
  })
  test('trackers get each figure once, by direction', () => {
    const one = report([finding(), finding({ rule: 'again' }), finding({ metric: 'ttft', rule: 'ttft', candidate: ok(20) })])
    expect(JSON.parse(render(one, 'bmf'))).toEqual({
      'student, sums, sequential': { throughput: { value: 90, lower_value: 89, upper_value: 91 }, ttft: { value: 20, lower_value: 19, upper_value: 21 } },
    })
    const names = (format: GateFormat): string[] => (JSON.parse(render(one, format)) as { name: string }[]).map(({ name }) => name)
    expect(names('action-bigger')).toEqual(['throughput: student, sums, sequential'])
    expect(names('action-smaller')).toEqual(['ttft: student, sums, sequential'])
  })
  test('no name or message can end what stands around it', () => {
    const hostile = fc.string({
      unit: fc.constantFrom(']]>', '<', '>', '"', '&', '|', '\n', '\r', '::', '%', '\u0000', '\u001b', '\u202e', '<!--', '`', 'a', ' '),
    })
    fc.assert(
      fc.property(hostile, hostile, (name, message) => {
        const one = report([finding({ model: name, message, limit: message, advice: name })], { differences: [message] })
        for (const format of GATE_FORMATS) {
          const text = render(one, format)
          if (!DATA.has(format)) expect(['\u0000', '\u001b', '\u202e'].filter((character) => text.includes(character))).toEqual([])
          if (format === 'junit') expect(text.replace(/<\/?[a-z-]+( [a-z]+="[^"<]*")*\/?>|<\?xml [^?]*\?>/g, '')).not.toMatch(/[<>]/)
          if (format === 'github') expect(text.trim().split('\n')).toHaveLength(2)
          if (format === 'md') expect(text.split('\n').filter((line) => line.startsWith('| '))).toHaveLength(3)
        }
      }),
    )
  })
})
