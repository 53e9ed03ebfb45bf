import { Ajv, type ValidateFunction } from 'ajv'
import { beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { suiteJsonSchema, SuiteSchema } from '../../harness/suite/index.ts'

let validate: ValidateFunction
beforeAll(() => {
  validate = new Ajv({ strict: false, formats: { date: true, uri: true } }).compile(suiteJsonSchema())
})

const MODELS = 'models: { t: { role: teacher, adapter: tfjs, options: { any: [1, {}] } }, s: { role: student, adapter: ./a.ts, name: S } }\n'
const samples: [name: string, valid: boolean, yaml: string][] = [
  ['the smallest suite', true, 'name: a\nmodels: {}\n'],
  ['a list of questions', true, `name: a\n${MODELS}workloads: [{ id: w, kind: list, items: [{ prompt: p, target: 3, level: hard }], grader: numeric }]\n`],
  [
    'a file with templates',
    true,
    `name: a\n${MODELS}workloads: [{ id: w, kind: file, file: ./q.jsonl, prompt: "{{q}}", target: "{{a}}", grader: { id: exact, ignoreCase: true }, maxTokens: 5, stop: ["\\n"], limit: 3 }]\n`,
  ],
  ['chat messages', true, `name: a\n${MODELS}workloads: [{ id: w, kind: file, file: q, prompt: [{ role: user, content: "{{q}}" }] }]\n`],
  ['all loads', true, `name: a\n${MODELS}loads: [{ kind: sequential }, { kind: batch, size: 8, items: 4 }, { kind: concurrency, streams: 2, id: two }]\n`],
  [
    'all loads that run for a time',
    true,
    `name: a\n${MODELS}loads:\n- { kind: concurrency, streams: 4, seconds: 30, warmupSeconds: 2, maxErrorShare: 0, maxInFlight: 9, requests: 5, maxUsd: 0.5 }\n- { kind: rate, perSecond: 2.5, arrivals: constant, rampSeconds: 3, slo: { ttftMs: 200 } }\n- { kind: sweep, points: 4, arrivals: { kind: gamma, shape: 0.5 } }\n- { kind: search, slo: { tpotMs: 20, e2eMs: 900 } }\n- { kind: trace, file: ./t.csv, format: azure, speed: 2 }\n`,
  ],
  ['a search without objective', false, `name: a\n${MODELS}loads: [{ kind: search }]\n`],
  ['gamma without shape', false, `name: a\n${MODELS}loads: [{ kind: rate, perSecond: 1, arrivals: gamma }]\n`],
  ['a rate of nothing', false, `name: a\n${MODELS}loads: [{ kind: rate, perSecond: 0 }]\n`],
  [
    'both prices',
    true,
    'name: a\nmodels: { t: { role: teacher, adapter: x, price: { kind: token, inputPerMtoken: 1, outputPerMtoken: 2, source: s, date: 2025-01-01 } } }\nprice: { kind: hourly, usdPerHour: 1, source: s, date: 2025-01-01 }\n',
  ],
  [
    'facts and claims',
    true,
    `name: a\n${MODELS}facts: [{ id: f, model: t, metric: m, value: 1, unit: USD, source: s, date: 2025-01-01, url: "https://example.org/" }]\nclaims: [{ id: c, title: t, numerator: f, denominator: f, explanation: e }]\n`,
  ],
  [
    'a card and a device',
    true,
    'name: a\nmodels: { t: { role: teacher, adapter: published, card: { parametersTotal: 6.71e11, parametersActive: 3.7e10, dtype: fp8, cacheBytesPerToken: 70272, experts: { count: 256, perToken: 8 }, training: { method: RL, gpuHours: { value: 147000, how: paper, usdPerHour: 2, watts: 400 } } }, device: { name: NVIDIA H200, count: 8 } } }\n',
  ],
  ['a sum without its source', false, 'name: a\nmodels: { t: { role: teacher, adapter: x, card: { training: { method: m, costUsd: { value: 1 } } } } }\n'],
  ['facts in a file', true, `$schema: x\nname: a\n${MODELS}facts: ./f.yaml\n`],
  [
    'everything else',
    true,
    `name: a\n${MODELS}seed: 0\nblocks: 1\nrepeats: 3\nwarmup: { requests: 0 }\ntimeoutMs: 1000\nmeters: [estimate]\nmargin: 0.5\nquick: { items: 3 }\ntitle: T\ndescription: ""\n`,
  ],
  ['no name', false, 'models: {}\n'],
  ['an unknown key', false, 'name: a\nmodels: {}\nsed: 1\n'],
  ['an unknown key of a model', false, 'name: a\nmodels: { t: { role: teacher, adapter: x, weight: y } }\n'],
  ['a key of another kind', false, `name: a\n${MODELS}workloads: [{ id: w, kind: file, items: [] }]\n`],
  ['no kind', false, `name: a\n${MODELS}workloads: [{ id: w, items: [{ prompt: p }] }]\n`],
  ['an unknown grader', false, `name: a\n${MODELS}workloads: [{ id: w, kind: file, file: f, grader: vibes }]\n`],
  ['a wrong role', false, 'name: a\nmodels: { t: { role: boss, adapter: x } }\n'],
  ['a slash in an id', false, 'name: a\nmodels: { a/b: { role: teacher, adapter: x } }\n'],
  ['a batch without size', false, `name: a\n${MODELS}loads: [{ kind: batch }]\n`],
  ['a price without source', false, 'name: a\nmodels: {}\nprice: { kind: hourly, usdPerHour: 1, date: 2025-01-01 }\n'],
  ['a date that is none', false, 'name: a\nmodels: {}\nprice: { kind: hourly, usdPerHour: 1, source: s, date: January }\n'],
  ['a fraction of a block', false, 'name: a\nmodels: {}\nblocks: 1.5\n'],
  ['a list where text belongs', false, `name: a\n${MODELS}workloads: [{ id: w, kind: list, items: [{ prompt: p, target: [1] }] }]\n`],
]

describe('the JSON Schema and the loader agree on', () => {
  it.each(samples)('%s', (_, valid, yaml) => {
    const value: unknown = parse(yaml)
    expect({ ajv: validate(value), zod: SuiteSchema.safeParse(value).success }).toEqual({ ajv: valid, zod: valid })
  })
})

it('the JSON Schema offers nothing that only code can say', () => {
  expect(JSON.stringify(suiteJsonSchema())).not.toContain('"not"')
})
