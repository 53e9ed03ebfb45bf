import { describe, expect, it } from 'vitest'
import { analyse } from '../../harness/analysis/index.ts'
import { planSuite, ruleOf } from '../../harness/run/index.ts'
import { readRun } from '../../harness/run/store/read.ts'
import type { LoadedSuite, ModelSpec, Price, RunEvent, StoredRun, Suite } from '../../harness/types.ts'
import { countSentence } from '../../reports/counts.ts'
import { scratch } from '../cli/scratch.ts'
import { start } from './start.ts'
import { PARENT_ADAPTER, scripted, suiteOf, sums } from './suites.ts'

/** Models in this process, so that a block costs milliseconds. */
const model = (id: string, accuracy: number, spec: Partial<ModelSpec> = {}): ModelSpec => scripted(id, { accuracy }, { adapter: PARENT_ADAPTER, ...spec })

const PRICE: Price = { kind: 'token', inputPerMtoken: 1000, outputPerMtoken: 1000, source: 'test', date: '2025-01-01' }

function suite(parts: Partial<Suite> = {}): LoadedSuite {
  return suiteOf({
    models: [model('teacher', 1), model('good', 1), model('bad', 0.5)],
    workloads: [sums(400)],
    margin: 0.05,
    untilDecided: { lookEvery: 40 },
    ...parts,
  })
}

const looks = (events: readonly RunEvent[]): Extract<RunEvent, { type: 'look' }>[] => events.flatMap((event) => (event.type === 'look' ? [event] : []))
const asked = (run: StoredRun, id: string): string[] => run.samples.filter(({ key }) => key.model === id).map(({ item }) => item)

describe('a run that asks until it is clear', () => {
  it('stops asking each student when it is decided, the teacher when all are, and says so in record, events and verdict', async () => {
    const { run, events } = start(suite(), scratch())
    const stored = await run
    const { sequential, state, cells } = stored.record
    expect(state).toBe('done')
    expect(sequential).toMatchObject({ rule: { lookEvery: 40 }, stopped: 'decided' })
    expect(sequential!.students.map(({ model: id, decision }) => [id, decision])).toEqual([
      ['good', 'replace'],
      ['bad', 'keep-teacher'],
    ])
    const [good, bad, teacher] = ['good', 'bad', 'teacher'].map((id) => asked(stored, id).length) as [number, number, number]
    expect(bad).toBeLessThan(good)
    expect(teacher).toBe(good)
    expect(good).toBeLessThan(400)
    expect(sequential!.looks).toBe(looks(events).length)
    expect(looks(events).at(-1)).toMatchObject({ stopped: 'decided' })
    const skipped = cells.filter((cell) => cell.state === 'skipped')
    expect(skipped.find(({ key }) => key.model === 'bad')).toMatchObject({ why: expect.stringContaining('decided after') })
    // The report decides as the referee did, with the bounds that allow for looking.
    const { verdicts } = analyse([stored])
    expect(verdicts.map(({ student, decision }) => [student, decision])).toEqual([
      ['good', 'replace'],
      ['bad', 'keep-teacher'],
    ])
    expect(verdicts[0]!.tasks[0]!.difference).toMatchObject({ value: { method: expect.stringContaining('however often one looked') } })
    expect(verdicts[0]!.tasks[0]!.mcnemar.state).toBe('absent')
    expect(verdicts[0]!.cautions[0]).toMatch(
      /asked in random order until it was clear, with \d+ looks, one every 40 items; it ended since all students were decided/,
    )
    // What was not needed is not told as missing.
    const words = countSentence(analyse([stored]).counts)
    expect(words).toMatch(/\d+ requests more could have been asked: the run asks until it is clear/)
    expect(words).not.toContain('never asked')
    expect(await readRun(stored.dir)).toEqual(stored)
  })

  it('asks both the same items in an order drawn from the seed', async () => {
    const [one, again, other] = await Promise.all([1, 1, 2].map((seed) => planSuite(suite(), { seed, untilDecided: { lookEvery: 40, maxItems: 100 } })))
    const order = (plan: typeof one): string[] => plan!.cells.filter(({ key }) => key.model === 'teacher').flatMap(({ items }) => items.map(({ id }) => id))
    expect(order(one)).toHaveLength(100)
    expect(new Set(order(one)).size).toBe(100)
    expect(order(again)).toEqual(order(one))
    expect(order(other)).not.toEqual(order(one))
    expect(one!.cells.map(({ key }) => key.block)).toEqual([0, 0, 0, 1, 1, 1, 2, 2, 2])
    expect(one!.workloads[0]!.itemsHash).toBe((await planSuite(suite())).workloads[0]!.itemsHash)
  })

  it('ends undecided when the items are used up', async () => {
    const { run } = start(suite({ untilDecided: { lookEvery: 10, maxItems: 20 } }), scratch())
    const stored = await run
    expect(stored.record.sequential).toMatchObject({ stopped: 'items', looks: 2 })
    expect(analyse([stored]).verdicts[0]).toMatchObject({ decision: 'undecided' })
  })

  it('starts no cell once the money is spent, and goes on with more', async () => {
    const out = scratch()
    const models = [model('teacher', 1, { price: PRICE }), model('good', 1, { price: PRICE })]
    const paid = suite({ models, untilDecided: { lookEvery: 40, maxCostUsd: 0.3 } })
    const first = await start(paid, out).run
    expect(first.record.sequential).toMatchObject({ stopped: 'cost' })
    expect(first.samples.length).toBeLessThan(200)
    expect(first.record.cells.find((cell) => cell.state === 'skipped')).toMatchObject({ why: expect.stringContaining('money') })
    const second = await start(paid, out, { resume: first.record.id, untilDecided: { maxCostUsd: 100 } }).run
    expect(second.record.sequential).toMatchObject({ stopped: 'decided', rule: { maxCostUsd: 100 } })
    expect(asked(second, 'good').length).toBeGreaterThan(asked(first, 'good').length)
  })

  it('goes on after an interruption and comes to the same items and decisions', async () => {
    const whole = await start(suite(), scratch()).run
    const out = scratch()
    let count = 0
    const first = await start(suite(), out, {
      onEvent: (event, controller) => {
        if (event.type === 'sample' && ++count === 150) controller.abort()
      },
    }).run
    expect(first.record.state).toBe('interrupted')
    expect(first.record.sequential?.stopped).toBeUndefined()
    const second = await start(suite(), out, { resume: first.record.id }).run
    expect(second.record.sequential!.students).toEqual(whole.record.sequential!.students)
    for (const id of ['teacher', 'good', 'bad']) expect(new Set(asked(second, id))).toEqual(new Set(asked(whole, id)))
  })
})

describe('the rule', () => {
  const plain = suiteOf().suite
  it('comes from the suite, or from what was asked for', () => {
    expect(ruleOf(plain, {})).toBeUndefined()
    expect(ruleOf(plain, { on: true, maxMinutes: 5 })).toEqual({ lookEvery: 50, maxMinutes: 5 })
    expect(ruleOf({ ...plain, untilDecided: { lookEvery: 20, maxMinutes: 9 } }, { maxMinutes: 5 })).toEqual({ lookEvery: 20, maxMinutes: 5 })
  })

  it('is refused where it cannot hold', async () => {
    expect(() => ruleOf(plain, { maxMinutes: 5 })).toThrow('belongs to a run that asks until it is clear')
    expect(() => ruleOf(plain, { on: true, maxCostUsd: 5 })).toThrow('needs a price of every model, and teacher has none')
    expect(() => ruleOf(plain, { on: true, maxMinutes: 0 })).toThrow('--max-minutes must be more than zero')
    const clustered = suiteOf({
      workloads: [sums(8, { items: () => Array.from({ length: 8 }, (_, n) => ({ id: `i${n}`, hash: `h${n}`, prompt: `${n}`, cluster: `c${n % 2}` })) })],
    })
    await expect(planSuite(clustered, { untilDecided: { lookEvery: 4 } })).rejects.toThrow('has items in clusters')
    const out = scratch()
    const { record } = await start(suiteOf({ models: [model('teacher', 1)], workloads: [sums(2)] }), out).run
    await expect(
      start(suiteOf({ models: [model('teacher', 1)], workloads: [sums(2)] }), out, { resume: record.id, untilDecided: { on: true } }).run,
    ).rejects.toThrow('cannot become one that asks until it is clear')
  })
})
