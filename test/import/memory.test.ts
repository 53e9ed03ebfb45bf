import { spawn } from 'node:child_process'
import { closeSync, openSync, readdirSync, statSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { BIN } from '../cli/process.ts'
import { scratch } from '../cli/scratch.ts'

const MiB = 1024 * 1024
const PACKING = 256 * MiB

/** A file of `lines` answers of `bytes` each. */
function large(folder: string, name: string, lines: number, bytes: number): string {
  const path = join(folder, name)
  const fd = openSync(path, 'w')
  for (let id = 0; id < lines; id++) writeSync(fd, `${JSON.stringify({ id, target: 'yes', output: `${'because '.repeat(bytes / 8)}${id}`, score: 1 })}\n`)
  closeSync(fd)
  return path
}

/** Largest resident size of the process, from its own account at the end. */
function importing(files: readonly string[], out: string): Promise<{ code: number | null; peakBytes: number; said: string }> {
  const report = "process.on('exit', () => process.stderr.write(`peak ${process.resourceUsage().maxRSS}\\n`))"
  const args = [
    '--import',
    `data:text/javascript,${encodeURIComponent(report)}`,
    '--max-old-space-size=64',
    BIN,
    'import',
    ...files,
    '--grader',
    'includes',
    '--out',
    out,
    '--json',
  ]
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] })
    let said = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text))
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, said, peakBytes: 1024 * Number(/peak (\d+)/.exec(said)?.[1] ?? NaN) }))
  })
}

test('answers pass through one at a time: forty times the bytes take no more memory', async () => {
  const folder = scratch()
  // The heap is held to 64 MiB, less than the two large files have.
  const small = ['a', 'b'].map((name) => large(folder, `${name}-small.jsonl`, 1000, 1024))
  const big = ['a', 'b'].map((name) => large(folder, `${name}-big.jsonl`, 1000, 48 * 1024))
  const [one, other] = [await importing(small, join(folder, 'one')), await importing(big, join(folder, 'other'))]
  expect({ small: one.code, big: other.code }).toEqual({ small: 0, big: 0 })
  const [run] = readdirSync(join(folder, 'other', 'runs'))
  expect(statSync(join(folder, 'other', 'runs', run!, 'samples.csv')).size).toBeGreaterThan(90 * MiB)
  // What packs the run works on groups of rows, outside of the heap.
  expect(other.peakBytes - one.peakBytes).toBeLessThan(40 * MiB + PACKING)
})
