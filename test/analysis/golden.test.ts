/**
 * A stored run and the analysis that it must give, number by number. After a change that is meant, rewrite both with
 * `UPDATE_GOLDEN=1 npx vitest run test/analysis/golden.test.ts` and read the difference before committing it.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { analyse } from '../../harness/analysis/index.ts'
import type { Analysis, StoredRun } from '../../harness/types.ts'
import { smallRun } from './small-run.ts'

const RUN = fileURLToPath(new URL('../fixtures/runs/small.json', import.meta.url))
const GOLDEN = fileURLToPath(new URL('../fixtures/golden/small.json', import.meta.url))

if (process.env.UPDATE_GOLDEN === '1') {
  write(RUN, smallRun())
  write(GOLDEN, numbersOf(read(RUN) as StoredRun))
}

describe('the golden analysis', () => {
  const run = read(RUN) as StoredRun

  it('comes out of the stored run, number by number', () => {
    expect(differences(read(GOLDEN), plain(numbersOf(run)))).toEqual([])
  })

  it('notices a number that moves by a millionth and a word that changes', () => {
    const golden = read(GOLDEN) as { rows: { estimate: { value?: { value: number } } }[]; runs: { title: string }[] }
    const moved = structuredClone(golden)
    const row = moved.rows.findIndex(({ estimate }) => (estimate.value?.value ?? 0) > 0)
    moved.rows[row]!.estimate.value!.value *= 1.000001
    moved.runs[0]!.title = 'Another'
    expect(differences(golden, moved)).toEqual([
      expect.stringMatching(/^runs\.0\.title: /),
      expect.stringMatching(new RegExp(`^rows\\.${row}\\.estimate\\.value\\.value: `)),
    ])
  })

  it('is of the run that the generator writes', () => {
    expect(differences(run, plain(smallRun()))).toEqual([])
  })
})

/** The analysis without the declarations of the metrics, which are words; docs/metrics.md is checked against those. */
function numbersOf(run: StoredRun): Omit<Analysis, 'metrics'> {
  const { metrics: _metrics, ...rest } = analyse([run])
  return rest
}

// Machines differ in the last bits of logarithms and powers.
const TOLERANCE = 1e-9

function differences(expected: unknown, actual: unknown, path = ''): string[] {
  if (typeof expected === 'number' && typeof actual === 'number') {
    return Math.abs(expected - actual) <= TOLERANCE * Math.max(1e-12, Math.abs(expected), Math.abs(actual)) ? [] : [`${path}: ${expected} became ${actual}`]
  }
  if (isRecord(expected) && isRecord(actual)) {
    const keys = [...new Set([...Object.keys(expected), ...Object.keys(actual)])]
    return keys.flatMap((key) => differences(expected[key], actual[key], path === '' ? key : `${path}.${key}`))
  }
  return expected === actual ? [] : [`${path}: ${JSON.stringify(expected)} became ${JSON.stringify(actual)}`]
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value))
}

function read(file: string): unknown {
  return JSON.parse(readFileSync(file, 'utf8'))
}

function write(file: string, value: unknown): void {
  writeFileSync(file, `${JSON.stringify(value, null, 1)}\n`)
}
