import { describe, expect, test } from 'vitest'
import type { Look } from '../../../harness/cli/io.ts'
import { githubReporter } from '../../../harness/cli/reporters/github.ts'
import { chooseReporters } from '../../../harness/cli/reporters/index.ts'
import { jsonlReporter } from '../../../harness/cli/reporters/jsonl.ts'
import { plainReporter } from '../../../harness/cli/reporters/plain.ts'
import { followProgress } from '../../../harness/cli/reporters/progress.ts'
import { combine } from '../../../harness/cli/reporters/reporter.ts'
import { progressLine, ttyReporter } from '../../../harness/cli/reporters/tty.ts'
import type { CellKey, RunEvent } from '../../../harness/types.ts'

const key: CellKey = { model: 'student-small', workload: 'arithmetic', load: 'sequential', repeat: 0, block: 1 }
const cell = 'student-small/arithmetic/sequential/r0/b1'
const start: RunEvent = { type: 'run-start', id: 'id-1', dir: 'runs/id-1', cells: 4, cellsDone: 0, requests: 40, requestsDone: 0 }
const sample = (requestsDone: number): RunEvent => ({ type: 'sample', cell, key, outputTokens: 10, ms: 100, failed: false, requestsDone })
const failed: RunEvent = { type: 'cell-end', cell, key, state: 'failed', error: { code: 'crashed', message: 'ended by SIGKILL' }, cellsDone: 1 }
const look = (width: number, color = false): Look => ({ isTerminal: true, color, width })

/** A run of one cell with `samples` requests, 100 ms apart; the clock stands where the events leave it. */
function play(reporter: { onEvent(event: RunEvent): void }, clock: { ms: number }, samples = 10): void {
  reporter.onEvent(start)
  reporter.onEvent({ type: 'cell-start', cell, key, requests: 10 })
  reporter.onEvent({ type: 'cell-phase', cell, phase: 'measure' })
  for (let i = 1; i <= samples; i++) {
    clock.ms += 100
    reporter.onEvent(sample(i))
  }
}

describe('progress', () => {
  test('tells speed from the tokens of the running cell and time left from the pace so far', () => {
    const clock = { ms: 0 }
    const progress = followProgress(() => clock.ms)
    play({ onEvent: progress.apply }, clock)
    expect(progress.read()).toMatchObject({ requestsDone: 10, tokensPerSecond: 100, msLeft: 3000, cellRequests: 10, cellMs: 1000 })
  })

  test('of a resumed run counts only what this run asked', () => {
    const clock = { ms: 0 }
    const progress = followProgress(() => clock.ms)
    progress.apply({ ...start, requestsDone: 30, cellsDone: 3 })
    expect(progress.read().msLeft).toBeUndefined()
    clock.ms = 500
    progress.apply(sample(35))
    expect(progress.read()).toMatchObject({ requestsDone: 35, msLeft: 500 })
  })
})

describe('on a terminal', () => {
  test('the line shows what runs, items, speed and time left, and never reaches the last column', () => {
    const clock = { ms: 0 }
    const progress = followProgress(() => clock.ms)
    play({ onEvent: progress.apply }, clock)
    for (const width of [20, 30, 40, 60, 80, 200]) expect(progressLine(progress.read(), look(width)).length).toBeLessThan(width)
    const line = progressLine(progress.read(), look(100))
    for (const part of ['10/40', '100 tok/s', '3.0 s left', 'student-small · arithmetic · sequential']) expect(line).toContain(part)
    expect(progressLine(progress.read(), look(30))).toContain('10/40')
  })

  test('after all requests it shows how many of the teacher’s answers were read token by token, and the time left', () => {
    const clock = { ms: 0 }
    const progress = followProgress(() => clock.ms)
    play({ onEvent: progress.apply }, clock)
    progress.apply({ type: 'scoring', models: ['student-small', 'student-tiny'], answers: 20 })
    expect(progressLine(progress.read(), look(100))).toContain('0/40  token by token')
    clock.ms += 2000
    progress.apply({ type: 'scored', model: 'student-small', done: 10, of: 40 })
    for (const width of [20, 30, 40, 60, 80, 200]) expect(progressLine(progress.read(), look(width)).length).toBeLessThan(width)
    expect(progressLine(progress.read(), look(100))).toContain('10/40  6.0 s left  token by token student-small')
    progress.apply({ type: 'judging', pairs: 20 })
    clock.ms += 1000
    progress.apply({ type: 'judged', model: 'student-tiny', done: 5, of: 20, usd: 0.25 })
    for (const width of [20, 30, 40, 60, 80, 200]) expect(progressLine(progress.read(), look(width)).length).toBeLessThan(width)
    expect(progressLine(progress.read(), look(100))).toContain('5/20  $0.25 so far  3.0 s left  judging student-tiny')
    const lines: string[] = []
    jsonlReporter((text) => lines.push(text)).onEvent({ type: 'scored', model: 'student-small', done: 10, of: 40 })
    expect(lines).toEqual([])
  })

  test('in a log, judging says now and then how far it is, what it has cost and how long it takes', () => {
    const clock = { ms: 0 }
    let log = ''
    const reporter = plainReporter(
      (text) => (log += text),
      () => clock.ms,
    )
    reporter.onEvent({ type: 'judging', pairs: 100 })
    for (let done = 1; done <= 100; done++) {
      clock.ms += 1000
      reporter.onEvent({ type: 'judged', model: 'student', done, of: 100, usd: done / 100 })
    }
    expect(log.split('\n').slice(1, -1)).toEqual([
      'judging: 30 of 100, $0.30 so far, 1m 10s left',
      'judging: 60 of 100, $0.60 so far, 40.0 s left',
      'judging: 90 of 100, $0.90 so far, 10.0 s left',
      'judging: 100 of 100, $1.00 so far',
    ])
  })

  test('what a grading model has cost stands in the line of the cell', () => {
    const progress = followProgress(() => 0)
    progress.apply({ type: 'run-start', id: 'r', dir: '.', cells: 1, cellsDone: 0, requests: 4, requestsDone: 0 })
    for (const requestsDone of [1, 2]) progress.apply({ type: 'sample', cell: 'c', key, outputTokens: 1, ms: 1, failed: false, gradingUsd: 0.02, requestsDone })
    expect(progressLine(progress.read(), look(100))).toContain('grading $0.04')
  })

  test('inside a timed window it is drawn once a second at most, elsewhere five times', () => {
    const clock = { ms: 0 }
    const written: number[] = []
    const reporter = ttyReporter(
      () => written.push(clock.ms),
      look(80),
      () => clock.ms,
    )
    play(reporter, clock, 40)
    const inWindow = written.filter((ms) => ms > 0)
    expect(inWindow.length).toBeGreaterThan(2)
    expect(inWindow.every((ms, i) => i === 0 || ms - (inWindow[i - 1] ?? 0) >= 1000)).toBe(true)
    written.length = 0
    for (let i = 0; i < 100; i++) {
      clock.ms += 20
      reporter.onEvent({ type: 'cell-phase', cell, phase: 'warmup' })
    }
    expect(written.length).toBeLessThanOrEqual(11)
  })

  test('failures stay above the line, and closing leaves the line empty', () => {
    let screen = ''
    const reporter = ttyReporter(
      (text) => (screen += text),
      look(80),
      () => 0,
    )
    reporter.onEvent(start)
    reporter.onEvent(failed)
    reporter.close?.()
    expect(screen).toContain(`failed: ${cell}: ended by SIGKILL\n`)
    expect(screen.endsWith('\r\u001b[K')).toBe(true)
  })

  test('without colours there is no colour code', () => {
    const clock = { ms: 0 }
    let screen = ''
    play(
      ttyReporter(
        (text) => (screen += text),
        look(80),
        () => clock.ms,
      ),
      clock,
    )
    expect(screen).not.toContain('\u001b[2m')
    play(
      ttyReporter(
        (text) => (screen += text),
        look(80, true),
        () => clock.ms,
      ),
      clock,
    )
    expect(screen).toContain('\u001b[2m')
  })
})

test('plain lines are one for the start and one per cell, without control codes', () => {
  const clock = { ms: 0 }
  const lines: string[] = []
  const reporter = plainReporter(
    (text) => lines.push(text),
    () => clock.ms,
  )
  play(reporter, clock)
  reporter.onEvent({ type: 'cell-end', cell, key, state: 'done', cellsDone: 1 })
  reporter.onEvent(failed)
  expect(lines).toEqual(['run id-1: 4 cells, 40 requests\n', `[1/4] ${cell}: 10 requests, 100 tok/s, 1.0 s\n`, `[1/4] ${cell}: failed: ended by SIGKILL\n`])
})

test('JSON lines carry every event but samples', () => {
  const lines: string[] = []
  const reporter = jsonlReporter((text) => lines.push(text))
  for (const event of [start, sample(1), failed]) reporter.onEvent(event)
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([start, failed])
})

test('a failure becomes one annotation of a GitHub job, whatever its message holds', () => {
  const lines: string[] = []
  githubReporter((text) => lines.push(text)).onEvent({ ...failed, error: { code: 'model', message: '100% bad\nsecond line' } })
  expect(lines).toEqual([`::error title=cell ${cell} failed::100%25 bad%0Asecond line\n`])
})

test('a reporter that throws is left out, told about once, and the others go on', () => {
  const seen: string[] = []
  const broken: unknown[] = []
  const bad = {
    onEvent: () => {
      throw new Error('disk full')
    },
  }
  const reporter = combine([bad, { onEvent: (event) => seen.push(event.type) }], (error) => broken.push(error))
  for (const event of [start, failed]) reporter.onEvent(event)
  reporter.close()
  expect(seen).toEqual(['run-start', 'cell-end'])
  expect(broken).toHaveLength(1)
})

test.each([
  [{ json: true, tty: true }, '{"type":"run-start"'],
  [{ json: false, tty: false }, 'run id-1'],
  [{ json: false, tty: true }, '\r\u001b[K'],
])('the reporter fits the streams: %j', ({ json, tty }, begins) => {
  let notes = ''
  const io = { result: async () => {}, note: (text: string) => void (notes += text), stdout: look(80), stderr: { ...look(80), isTerminal: tty } }
  chooseReporters(io, { json, env: { GITHUB_ACTIONS: 'true' } }).onEvent(start)
  expect(notes.startsWith(begins)).toBe(true)
})
