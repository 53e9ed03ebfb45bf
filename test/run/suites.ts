/** Suites of scripted models, as `loadSuite` would give them. */
import { fileURLToPath } from 'node:url'
import type { Item, LoadedSuite, ModelSpec, Suite, WorkloadSpec } from '../../harness/types.ts'
import { getGrader, itemHash } from '../../harness/workloads/index.ts'

export const ADAPTER: string = fileURLToPath(new URL('../fixtures/adapters/scripted.mjs', import.meta.url))
export const PARENT_ADAPTER: string = fileURLToPath(new URL('../fixtures/adapters/scripted-parent.mjs', import.meta.url))
const FIXTURES = fileURLToPath(new URL('../fixtures/adapters', import.meta.url))

/** `count` sums, `0+0=`, `1+1=`, …, whose answers the scripted model knows. */
export function sums(count: number, options: Partial<WorkloadSpec> = {}): WorkloadSpec {
  return { id: 'sums', title: 'Sums', items: () => items(count), grader: getGrader('exact'), maxTokens: 20, temperature: 0, stop: [], ...options }
}

export function items(count: number): Item[] {
  return Array.from({ length: count }, (_, n) => {
    const [prompt, target] = [`${n}+${n}=`, String(2 * n)]
    return { id: `sum-${n}`, hash: itemHash(prompt, target), prompt, target, slice: n % 2 === 0 ? 'even' : 'odd' }
  })
}

export function scripted(id: string, options: ModelSpec['options'] = {}, spec: Partial<ModelSpec> = {}): ModelSpec {
  return { id, name: id, role: id === 'teacher' ? 'teacher' : 'student', adapter: ADAPTER, options, ...spec }
}

export function suiteOf(parts: Partial<Suite> = {}): LoadedSuite {
  const suite: Suite = {
    name: 'scripted',
    title: 'Scripted',
    description: 'Scripted models.',
    seed: 1,
    models: [scripted('teacher'), scripted('student')],
    workloads: [sums(8)],
    loads: [{ id: 'sequential', kind: 'sequential' }],
    blocks: 2,
    repeats: 1,
    warmup: { requests: 0 },
    timeoutMs: 30_000,
    meters: ['auto'],
    margin: 0.02,
    quick: { items: 4, blocks: 1 },
    facts: [],
    claims: [],
    ...parts,
  }
  return { suite, file: `${FIXTURES}/suite.ts`, dir: FIXTURES }
}
