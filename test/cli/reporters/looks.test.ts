/** What is shown of a run that asks until it is clear. */
import { describe, expect, test } from 'vitest'
import { jsonlReporter } from '../../../harness/cli/reporters/jsonl.ts'
import { plainReporter } from '../../../harness/cli/reporters/plain.ts'
import { ttyReporter } from '../../../harness/cli/reporters/tty.ts'
import type { CellKey, RunEvent, StudentLook } from '../../../harness/types.ts'

const key: CellKey = { model: 'small', workload: 'sums', load: 'sequential', repeat: 0, block: 1 }
const student = (model: string, decision: StudentLook['decision'], items: number): StudentLook => ({ model, decision, items, workloads: [] })
const look: RunEvent = { type: 'look', look: 2, students: [student('small', 'keep-teacher', 100), student('mid', 'undecided', 1200)] }
const start: RunEvent = { type: 'run-start', id: 'id-1', dir: 'runs/id-1', cells: 9, cellsDone: 0, requests: 450, requestsDone: 0 }
const skipped = (block: number, why: string, cellsDone: number): RunEvent => ({
  type: 'cell-end',
  cell: `small/sums/sequential/r0/b${block}`,
  key: { ...key, block },
  state: 'skipped',
  why,
  notAsked: 50,
  cellsDone,
})
const WHY = 'no longer asked: decided after 100 items (keep-teacher)'

function shown(reporter: (write: (text: string) => void) => { onEvent(event: RunEvent): void }, events: readonly RunEvent[]): string {
  let text = ''
  const made = reporter((part) => void (text += part))
  for (const event of events) made.onEvent(event)
  return text
}

describe('a look', () => {
  test('is a line of its own in a log, with every student', () => {
    expect(shown(plainReporter, [start, look])).toContain(
      'look 2: decided 1 of 2 students (small: keep-teacher after 100 items, mid: undecided after 1,200 items)\n',
    )
    const failing = { ...look, students: [{ ...student('mid', 'undecided', 20), failing: 'its cells of sums failed twice in a row (no memory)' }] }
    expect(shown(plainReporter, [start, failing])).toContain('look 2: decided 0 of 1 student (mid: keeps failing after 20 items)\n')
  })

  test('says why asking ends', () => {
    expect(shown(plainReporter, [start, { ...look, stopped: 'decided' }])).toContain('; asking ends: every student is decided\n')
    expect(shown(plainReporter, [start, { ...look, stopped: 'failed' }])).toContain('; asking ends: ')
  })

  test('is one JSON line for programs', () => {
    expect(JSON.parse(shown(jsonlReporter, [look]))).toEqual(look)
  })

  test('stays in the line of a terminal until the next one', () => {
    const text = shown((write) => ttyReporter(write, { isTerminal: true, color: false, width: 120 }, () => 0), [look, start])
    expect(text).toContain('decided 1 of 2 students')
  })
})

describe('cells that are no longer asked', () => {
  test('tell why once for each model and reason', () => {
    const text = shown(plainReporter, [start, skipped(2, WHY, 1), skipped(3, WHY, 2), skipped(4, 'not asked: the time that the run may take is up', 3)])
    expect(text.match(/skipped/g)).toHaveLength(2)
    expect(text).toContain(`small/sums/sequential/r0/b2: skipped: ${WHY}\n`)
  })

  test('take their requests off what is left', () => {
    const text = shown((write) => ttyReporter(write, { isTerminal: true, color: false, width: 120 }, () => 0), [start, skipped(2, WHY, 1)])
    expect(text).toContain('0/450')
    const late = shown(
      (write) => {
        let now = 0
        return ttyReporter(write, { isTerminal: true, color: false, width: 120 }, () => (now += 1000))
      },
      [start, skipped(2, WHY, 1), skipped(3, WHY, 2)],
    )
    expect(late).toContain('0/350')
  })
})
