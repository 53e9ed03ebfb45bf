/** Runs that ask until it is clear, with models that keep failing. */
import { describe, expect, it } from 'vitest'
import { analyse } from '../../harness/analysis/index.ts'
import { readRun } from '../../harness/run/store/read.ts'
import type { LoadedSuite, ModelSpec, StoredRun } from '../../harness/types.ts'
import { scratch } from '../cli/scratch.ts'
import { start } from './start.ts'
import { PARENT_ADAPTER, scripted, suiteOf, sums } from './suites.ts'

const model = (id: string, options: ModelSpec['options']): ModelSpec => scripted(id, options, { adapter: PARENT_ADAPTER })
const BROKEN = { trouble: { at: 'open', how: 'throw' } }

function suite(models: readonly ModelSpec[]): LoadedSuite {
  return suiteOf({ models, workloads: [sums(200)], margin: 0.05, untilDecided: { lookEvery: 10 } })
}

const asked = ({ samples }: StoredRun, id: string): number => samples.filter(({ key }) => key.model === id).length
const whyOf = ({ record }: StoredRun, id: string): string[] =>
  record.cells.flatMap((cell) => (cell.key.model === id && cell.state === 'skipped' ? [cell.why] : []))

describe('where a model keeps failing', () => {
  it('a student is given up after two blocks, and the teacher is not asked to the end for it', async () => {
    const { run, events } = start(suite([model('teacher', { accuracy: 1 }), model('student', BROKEN)]), scratch())
    const stored = await run
    expect(asked(stored, 'teacher')).toBe(20)
    expect(stored.record.cells.filter(({ state, key }) => state === 'failed' && key.model === 'student')).toHaveLength(2)
    expect(stored.record.sequential).toMatchObject({ stopped: 'failed', students: [{ model: 'student', decision: 'undecided' }] })
    expect(stored.record.sequential!.students[0]!.failing).toMatch(/^its cells of sums failed twice in a row \(/)
    expect(new Set(whyOf(stored, 'teacher'))).toEqual(new Set(['no longer asked: the teacher, or every student that was still open, kept failing']))
    expect(events.findLast(({ type }) => type === 'look')).toMatchObject({ stopped: 'failed' })
    expect(analyse([stored]).verdicts[0]).toMatchObject({ decision: 'undecided' })
    expect(await readRun(stored.dir)).toEqual(stored)
  })

  it('the others go on until they are decided', async () => {
    const models = [model('teacher', { accuracy: 1 }), model('broken', BROKEN), model('bad', { accuracy: 0.7 })]
    const stored = await start(suite(models), scratch()).run
    expect(stored.record.sequential!.students.map(({ model: id, decision }) => [id, decision])).toEqual([
      ['broken', 'undecided'],
      ['bad', 'keep-teacher'],
    ])
    expect(stored.record.sequential!.stopped).toBe('failed')
    expect(whyOf(stored, 'broken')[0]).toMatch(/^no longer asked: its cells of sums failed twice in a row \(/)
    expect(asked(stored, 'teacher')).toBe(asked(stored, 'bad'))
    expect(asked(stored, 'teacher')).toBeLessThan(200)
  })

  it('without a teacher no student is asked on', async () => {
    const stored = await start(suite([model('teacher', BROKEN), model('student', { accuracy: 1 })]), scratch()).run
    expect(stored.record.sequential).toMatchObject({ stopped: 'failed' })
    expect(asked(stored, 'student')).toBe(20)
  })

  it('a failure that passes is forgotten', async () => {
    const once = `${scratch()}/once`
    const flaky = model('student', { accuracy: 1, trouble: { at: 'open', how: 'throw', once } })
    const stored = await start(suite([model('teacher', { accuracy: 1 }), flaky]), scratch()).run
    expect(stored.record.sequential!.stopped).not.toBe('failed')
    expect(asked(stored, 'student')).toBeGreaterThan(20)
  })
})
