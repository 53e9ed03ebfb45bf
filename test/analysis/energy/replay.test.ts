/** Recorded traces against an external meter; skipped where the traces are not at hand. */
import { expect, it } from 'vitest'
import { replay } from '../../../scripts/energy/replay.ts'
import { hasTrace, readTrace } from '../../../scripts/energy/traces.ts'

const ready = hasTrace('rtx3090-half-load')
const settings = { device: 'RTX 3090', windows: 200, pollMs: 100, seed: 1 }

it.skipIf(!ready)('instant power of an RTX 3090, ten readings a second: within 2.0% at 1 s and 0.5% at 5 s', () => {
  const trace = readTrace('rtx3090-half-load')
  const [one, five] = [1000, 5000].map((windowMs) => replay(trace, { ...settings, field: 'power.draw.instant', windowMs }))
  expect(one!.ours.mean).toBeLessThan(2)
  expect(five!.ours.mean).toBeLessThan(0.5)
  expect(one!.ours.mean).toBeLessThan(one!.insideOnly.mean / 5)
  expect(five!.ours.mean).toBeLessThan(five!.insideOnly.mean / 3)
})

it.skipIf(!ready)('a running mean over 1 s is de-lagged: several times nearer than integrating it as it is', () => {
  const trace = readTrace('rtx3090-half-load')
  const [one, five] = [1000, 5000].map((windowMs) => replay(trace, { ...settings, field: 'power.draw.average', windowMs }))
  expect(one!.ours.mean).toBeLessThan(one!.plain.mean / 4)
  expect(five!.ours.mean).toBeLessThan(five!.plain.mean / 3)
})
