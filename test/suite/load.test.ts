import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { HarnessError } from '../../harness/errors.ts'
import { loadSuite } from '../../harness/suite/index.ts'
import type { Item } from '../../harness/types.ts'

let dir: string
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'suite-'))
})
afterAll(() => rmSync(dir, { recursive: true }))

function write(name: string, text: string): string {
  mkdirSync(dirname(join(dir, name)), { recursive: true })
  writeFileSync(join(dir, name), text)
  return name
}
async function problem(name: string): Promise<HarnessError> {
  const error = await loadSuite(name, { cwd: dir }).then(
    () => expect.fail('the suite was accepted'),
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(HarnessError)
  return error as HarnessError
}
const collect = async (items: Iterable<Item> | AsyncIterable<Item>): Promise<Item[]> => {
  const all: Item[] = []
  for await (const item of items) all.push(item)
  return all
}

const SUITE = `name: sums
models:
  big: { role: teacher, adapter: tfjs, options: { weights: ./weights/big, nested: [{ file: ../x }], not: a/b } }
  small:
    role: student
    adapter: ./mine.ts
    price: { kind: hourly, usdPerHour: 0.5, source: list price, date: 2025-02-06 }
price: { kind: token, inputPerMtoken: 1, outputPerMtoken: 2, source: list price, date: 2025-01-01 }
workloads:
  - id: add
    kind: list
    grader: numeric
    items:
      - { prompt: 1+1=, target: 2 }
      - { prompt: 2+2=, target: 4, slice: even }
loads:
  - kind: sequential
  - { kind: batch, size: 8, items: 1 }
`

describe('a suite in YAML', () => {
  it('is completed with the defaults, absolute paths and the price of the suite', async () => {
    const { suite, file, dir: home } = await loadSuite(write('good.yaml', SUITE), { cwd: dir })
    expect(file).toBe(join(dir, 'good.yaml'))
    expect(home).toBe(dir)
    expect(suite).toMatchObject({
      title: 'sums',
      description: '',
      seed: 1,
      blocks: 4,
      repeats: 1,
      warmup: { requests: 2 },
      timeoutMs: 600_000,
      meters: ['auto'],
      margin: 0.02,
      quick: { items: 24, blocks: 2 },
      facts: [],
      claims: [],
    })
    expect(suite.models).toEqual([
      {
        id: 'big',
        name: 'big',
        role: 'teacher',
        adapter: 'tfjs',
        options: { weights: join(dir, 'weights/big'), nested: [{ file: join(dir, '../x') }], not: 'a/b' },
        price: { kind: 'token', inputPerMtoken: 1, outputPerMtoken: 2, source: 'list price', date: '2025-01-01' },
      },
      {
        id: 'small',
        name: 'small',
        role: 'student',
        adapter: join(dir, 'mine.ts'),
        options: {},
        price: { kind: 'hourly', usdPerHour: 0.5, source: 'list price', date: '2025-02-06' },
      },
    ])
    expect(suite.loads).toEqual([
      { id: 'sequential', kind: 'sequential' },
      { id: 'batch-8', kind: 'batch', size: 8, items: 1 },
    ])
    const items = await collect(suite.workloads[0]!.items(1))
    expect(items.map(({ id, prompt, target, slice }) => ({ id, prompt, target, slice }))).toEqual([
      { id: '1', prompt: '1+1=', target: '2', slice: undefined },
      { id: '2', prompt: '2+2=', target: '4', slice: 'even' },
    ])
    expect(suite.workloads[0]!.grader.grade(items[0]!, 'that is 2')).toEqual({ score: 1, grader: 'numeric', answer: '2' })
  })

  it('completes loads that run for a time', async () => {
    const loads = [
      '{ kind: rate, perSecond: 2.5, slo: { e2eMs: 900 } }',
      '{ kind: sweep, seconds: 80, arrivals: constant }',
      '{ kind: search, slo: { ttftMs: 100 } }',
      '{ kind: trace, file: ./t.csv, format: azure }',
      '{ kind: concurrency, streams: 3, seconds: 10, maxInFlight: 7 }',
    ]
    write('loads.yaml', SUITE.replace('{ kind: batch, size: 8, items: 1 }', loads.join('\n  - ')))
    const { suite } = await loadSuite('loads.yaml', { cwd: dir })
    const rest = { maxErrorShare: 0.1, maxInFlight: 2000 }
    expect(suite.loads.slice(1)).toEqual([
      {
        id: 'rate-2.5',
        kind: 'rate',
        perSecond: 2.5,
        arrivals: { kind: 'poisson' },
        rampSeconds: 0,
        slo: { e2eMs: 900 },
        seconds: 60,
        warmupSeconds: 5,
        ...rest,
      },
      { id: 'sweep', kind: 'sweep', points: 10, arrivals: { kind: 'constant' }, seconds: 80, warmupSeconds: 5, ...rest },
      { id: 'search', kind: 'search', points: 12, arrivals: { kind: 'poisson' }, slo: { ttftMs: 100 }, seconds: 30, warmupSeconds: 3, ...rest },
      { id: 'trace', kind: 'trace', file: join(dir, 't.csv'), format: 'azure', speed: 1, seconds: 86_400, warmupSeconds: 5, ...rest },
      { id: 'concurrency-3', kind: 'concurrency', streams: 3, seconds: 10, warmupSeconds: 1, maxErrorShare: 0.1, maxInFlight: 7 },
    ])
  })

  it('is found in a folder', async () => {
    write('folder/suite.yml', SUITE)
    expect((await loadSuite('folder', { cwd: dir })).file).toBe(join(dir, 'folder/suite.yml'))
    expect((await problem('.')).message).toContain('holds no suite')
  })

  it('may keep its facts in a file of their own, whose lines the messages name', async () => {
    const suite =
      'name: p\nmodels: { a: { role: teacher, adapter: published } }\nfacts: ./facts.yaml\nclaims:\n  - { id: c, title: t, numerator: x, denominator: y, explanation: e }\n'
    write('facts/s.yaml', suite)
    write(
      'facts/facts.yaml',
      '- { id: x, model: a, metric: m, value: 2, unit: USD, source: s, date: 2025-01-01 }\n- { id: y, model: a, metric: m, value: 1, unit: USD, source: s, date: 2025-01-01 }\n',
    )
    expect((await loadSuite('facts/s.yaml', { cwd: dir })).suite.facts).toHaveLength(2)
    write(
      'facts/facts.yaml',
      '- { id: x, model: a, metric: m, value: 2, unit: USD, source: s, date: 2025-01-01 }\n- { id: y, model: b, metric: m, value: 1, unit: USD, source: s, date: 2025-01-01 }\n',
    )
    expect((await problem('facts/s.yaml')).message).toBe('facts/facts.yaml:2: 1.model names the model "b", which the suite does not have; it has a')
  })
})

describe('a mistake in a suite is one sentence with file, line, path and the nearest name', () => {
  const cases: [name: string, from: string, to: string, message: string][] = [
    ['a misspelt key', '    grader: numeric', '    maxTokes: 12', 'E:12: workloads.0.maxTokes is not a known key; did you mean maxTokens?'],
    ['a misspelt key that is required', 'adapter: ./mine.ts', 'adaptr: ./mine.ts', 'E:6: models.small.adaptr is not a known key; did you mean adapter?'],
    ['a key that resembles nothing', 'name: sums', 'name: sums\nxyzzy: 1', 'E:2: xyzzy is not a known key; known here: '],
    ['a missing key', '    role: student\n', '', 'E:4: models.small.role is missing; it must be one of teacher, student, control'],
    ['a wrong role', 'role: student', 'role: studnt', 'E:5: models.small.role must be one of teacher, student, control; got "studnt"; did you mean student?'],
    ['a wrong type', 'name: sums', 'name: sums\nseed: one', 'E:2: seed must be a number; got "one"'],
    ['an unknown kind', 'kind: list', 'kind: lst', 'E:11: workloads.0.kind must be one of list, file'],
    ['an unknown kind of load', 'kind: batch', 'kind: bach', 'did you mean batch?'],
    ['a missing kind', '    kind: list\n', '', 'E:10: workloads.0.kind is missing; it must be one of list, file'],
    ['an unknown grader', 'grader: numeric', 'grader: numerc', 'did you mean numeric?'],
    [
      'a wrong grader option',
      'grader: numeric',
      'grader: { id: numeric, tolerence: 1 }',
      'E:12: workloads.0.grader.tolerence is not a known key; did you mean tolerance?',
    ],
    ['a price without a source', ', source: list price, date: 2025-02-06', ', date: 2025-02-06', 'E:7: models.small.price.source is missing'],
    ['a date that is none', 'date: 2025-02-06', 'date: 2025-02-30', 'E:7: models.small.price.date must be a date such as 2025-02-06; got "2025-02-30"'],
    ['a value deep in the items', 'target: 4', 'target: [4]', 'E:15: workloads.0.items.1.target must be text or a number; got a list'],
    [
      'no items',
      '    items:\n      - { prompt: 1+1=, target: 2 }\n      - { prompt: 2+2=, target: 4, slice: even }',
      '    items: []',
      'workloads.0.items must have at least 1 entries',
    ],
    ['an id that is no file name', 'id: add', 'id: a/b', 'workloads.0.id must be 1 to 64 letters'],
    ['a model id that is no file name', '  small:', '  sm/all:', 'E:4: models.sm/all is not a valid id'],
    ['two teachers', 'role: student', 'role: teacher', 'E:5: models.small.role makes a second teacher beside big'],
    ['no teacher', 'role: teacher', 'role: control', 'E:2: models has no teacher'],
    ['no load', 'loads:\n  - kind: sequential\n  - { kind: batch, size: 8, items: 1 }', 'loads: []', 'loads is empty'],
    ['two loads of one id', '{ kind: batch, size: 8, items: 1 }', '{ kind: sequential, items: 1 }', 'loads.1 repeats the id "sequential"'],
    [
      'a misspelt key of a load',
      '{ kind: batch, size: 8, items: 1 }',
      '{ kind: rate, perSecnd: 8 }',
      'loads.1.perSecnd is not a known key; did you mean perSecond?',
    ],
    [
      'a limit that is none',
      '{ kind: batch, size: 8, items: 1 }',
      '{ kind: rate, perSecond: 8, slo: { ttft: 8 } }',
      'loads.1.slo.ttft is not a known key; did you mean ttftMs?',
    ],
    [
      'an objective without limits',
      '{ kind: batch, size: 8, items: 1 }',
      '{ kind: search, slo: {} }',
      'loads.1.slo sets no limit; give at least one of ttftMs',
    ],
    [
      'an unknown kind of arrivals',
      '{ kind: batch, size: 8, items: 1 }',
      '{ kind: rate, perSecond: 8, arrivals: poison }',
      'loads.1.arrivals must be constant, poisson, or',
    ],
    ['a misspelt format of a trace', '{ kind: batch, size: 8, items: 1 }', '{ kind: trace, file: ./t, format: azur }', 'did you mean azure?'],
    [
      'timing without a time',
      '{ kind: batch, size: 8, items: 1 }',
      '{ kind: concurrency, streams: 8, maxUsd: 1 }',
      'loads.1.maxUsd says how a load that runs for a time ends; give it seconds too',
    ],
    [
      'a warm-up that leaves nothing',
      '{ kind: batch, size: 8, items: 1 }',
      '{ kind: rate, perSecond: 8, seconds: 5, warmupSeconds: 5 }',
      'loads.1.warmupSeconds leaves nothing of the 5 seconds',
    ],
    ['ids that differ in case only', '  small:', '  BIG:', 'differs from "big" only in case'],
    [
      'a fact about an unknown model',
      '\nloads:',
      '\nfacts:\n  - { model: smal, metric: m, value: 1, unit: ratio, source: s, date: 2025-01-01 }\nloads:',
      'E:17: facts.0.model names the model "smal", which the suite does not have; did you mean small?',
    ],
    [
      'an unknown unit',
      '\nloads:',
      '\nfacts:\n  - { model: big, metric: m, value: 1, unit: watts, source: s, date: 2025-01-01 }\nloads:',
      'facts.0.unit must be one of ratio',
    ],
    ['an unknown meter', 'name: sums', 'name: sums\nmeters: [auto, estimat]', 'E:2: meters.1 is no meter: "estimat"; did you mean estimate?'],
    [
      'a misspelt key of a meter',
      'name: sums',
      'name: sums\nmeters: [{ kind: prometheus, ulr: "http://a/metrics" }]',
      'ulr is not a known key; did you mean url?',
    ],
    ['a meter of an unknown kind', 'name: sums', 'name: sums\nmeters: [auto, { kind: prometeus, url: "http://a/" }]', 'E:2: meters.1'],
    [
      'a password in an address',
      'name: sums',
      'name: sums\nmeters: [{ kind: prometheus, url: "http://me:secret@a/metrics" }]',
      'must hold no user name and no password',
    ],
    ['an address that is none', 'name: sums', 'name: sums\nmeters: [{ kind: prometheus, url: "file:///x" }]', 'meters.0.url must be a web address'],
    [
      'a meter of a model that is not there',
      'name: sums',
      'name: sums\nmeters: [{ kind: wall, file: w.csv, model: smal }]',
      'E:2: meters.0.model names the model "smal", which the suite does not have; did you mean small?',
    ],
    ['two meters of one id', 'name: sums', 'name: sums\nmeters: [{ kind: wall, file: a }, { kind: wall, file: b }]', 'meters.1 has an id that another meter'],
    ['the id of a meter that is there', 'name: sums', 'name: sums\nmeters: [{ kind: wall, file: a, id: nvml }]', 'meters.0.id has the id of another meter'],
    ['broken YAML', 'name: sums', 'name: [sums', 'E:'],
    ['the same key twice', 'name: sums', 'name: sums\nname: sums', 'E:2: Map keys must be unique'],
  ]
  it.each(cases)('%s', async (_, from, to, message) => {
    expect(SUITE).toContain(from)
    const error = await problem(write('e.yaml', SUITE.replace(from, to)))
    expect(error.code).toBe('usage')
    expect(error.message.replaceAll('e.yaml', 'E')).toContain(message)
    expect(error.message.split('\n')).toHaveLength(1)
  })

  it('meters that the suite describes get an id, and paths from its folder', async () => {
    const meters =
      'meters: [auto, { kind: prometheus, url: "http://h:9400/metrics", labels: { gpu: "0" }, model: big }, { kind: wall, file: w.csv, zone: "+01:00" }]'
    const { suite } = await loadSuite(write('m.yaml', SUITE.replace('name: sums', `name: sums\n${meters}`)), { cwd: dir })
    expect(suite.meters).toEqual([
      'auto',
      { kind: 'prometheus', id: 'prometheus-big', url: 'http://h:9400/metrics', labels: { gpu: '0' }, model: 'big' },
      { kind: 'wall', id: 'wall', file: join(dir, 'w.csv'), zone: '+01:00' },
    ])
  })

  it('all mistakes are told at once, each on a line', async () => {
    const error = await problem(write('many.yaml', SUITE.replace('name: sums', 'nam: sums').replace('size: 8', 'size: 0')))
    expect(error.message.split('\n').sort()).toEqual([
      'many.yaml:18: loads.1.size must be at least 1; got 0',
      'many.yaml:1: nam is not a known key; did you mean name?',
    ])
  })

  it('in JSON too', async () => {
    const json = '{\n  "name": "j",\n  "models": {\n    "a": { "role": "teacher",\n      "adapter": 7 }\n  }\n}\n'
    expect((await problem(write('j.json', json))).message).toBe('j.json:5: models.a.adapter must be text; got 7')
    expect((await problem(write('broken.json', json.replace('7 }', '7 ]')))).message).toMatch(/^broken\.json(:\d)?: not valid JSON/)
  })
})

describe('a suite in TypeScript', () => {
  it('may use functions, imports and its own grader', async () => {
    write('ts/questions.ts', "export const ask = (seed: number) => [{ prompt: `${seed}?`, target: 'yes' }]\n")
    write(
      'ts/suite.ts',
      `import { defineSuite } from 'distillbench'
import { ask } from './questions.ts'
export default defineSuite({
  name: 'mine',
  models: { t: { role: 'teacher', adapter: 'tfjs' } },
  workloads: [{ id: 'w', kind: 'list', items: (seed) => ask(seed), grader: { id: 'yes', version: '1', grade: (item, text) => ({ score: text === item.target ? 1 : 0, grader: 'yes' }) } }],
})
`,
    )
    const { suite } = await loadSuite('ts', { cwd: dir })
    const [item] = await collect(suite.workloads[0]!.items(7))
    expect(item).toMatchObject({ id: '1', prompt: '7?', target: 'yes' })
    expect(suite.workloads[0]!.grader.grade(item!, 'yes').score).toBe(1)
  })

  it('that is wrong, exports nothing, or does not run is one sentence', async () => {
    expect((await problem(write('a.ts', "export default { name: 'a', models: {}, sed: 1 }"))).message).toBe('a.ts: sed is not a known key; did you mean seed?')
    expect((await problem(write('b.ts', 'export const suite = 1'))).message).toBe('b.ts exports no suite')
    expect((await problem(write('c.ts', 'export default {{{'))).message).toMatch(/^c\.ts could not be loaded: /)
    expect((await problem(write('d.ts', "throw new Error('no licence')"))).message).toBe('d.ts could not be loaded: no licence')
  })
})

describe('a suite that is not there', () => {
  it('gives the path, or the nearest built-in and the list', async () => {
    expect((await problem('./nowhere.yaml')).message).toBe(`there is no file or folder ${join(dir, 'nowhere.yaml')}`)
    const error = await problem('artihmetic')
    expect(error.message).toContain('there is no suite "artihmetic"')
    expect(error.hint).toContain('built-in suites:')
    expect((await problem(write('x.toml', ''))).message).toContain('is not a kind of file that a suite can be')
  })
})
