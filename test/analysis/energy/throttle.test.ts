import { expect, it } from 'vitest'
import { analyse } from '../../../harness/analysis/index.ts'
import type { SeriesRecord, Warning } from '../../../harness/types.ts'
import { scriptedRun } from '../scripted-run.ts'

const SLOW = (): { firstMs: number; stepMs: number; tokens: number } => ({ firstMs: 100, stepMs: 100, tokens: 10 })

/** Values every 100 ms over the measured window of each cell. */
function warned(meters: Record<string, (share: number) => number>, backend = 'webgpu'): Warning[] {
  const run = scriptedRun({ items: 4, models: [{ id: 'teacher', role: 'teacher', answer: SLOW }] })
  const cells = run.record.cells.map((cell) => (cell.state === 'done' ? { ...cell, runtime: { ...cell.runtime, backend } } : cell))
  const series = cells.flatMap((cell) =>
    Object.entries(meters).map(([meter, value]): SeriesRecord => {
      const { startMs, endMs } = (cell as Extract<typeof cell, { state: 'done' }>).phases.measure
      const t = Array.from({ length: 41 }, (_, i) => startMs + ((endMs - startMs) * i) / 40)
      return { meter, unit: 'ratio', origin: 'measured', how: 'made up', scope: 'gpu', cell: cell.id, phase: 'measure', t, v: t.map((_, i) => value(i / 40)) }
    }),
  )
  return analyse([{ ...run, record: { ...run.record, cells }, series }]).warnings.filter(({ code }) => code === 'throttled')
}

it('a GPU at its power limit for half of the time is told, with the share', () => {
  const [warning, ...more] = warned({ 'nvml-throttle': (at) => (at < 0.5 ? 1 : 0), 'nvml-throttle-heat': () => 0 })
  expect(more).toEqual([])
  expect(warning).toMatchObject({ model: 'teacher', message: expect.stringMatching(/held down for 49% of the measured time, by its power limit;/) })
})

it('heat is told from a hundredth of the time on', () => {
  const [warning] = warned({ 'nvidia-smi-throttle': (at) => (at > 0.97 ? 1 : 0), 'nvidia-smi-throttle-heat': (at) => (at > 0.97 ? 1 : 0) })
  expect(warning?.message).toMatch(/held down for 3.8% of the measured time, by heat for 3.8%/)
})

it('a GPU that is not slowed, or that the model did not run on, is not warned of', () => {
  expect(warned({ 'nvml-throttle': () => 0 })).toEqual([])
  expect(warned({ 'nvml-throttle': () => 1 }, 'cpu')).toEqual([])
  expect(warned({})).toEqual([])
})
