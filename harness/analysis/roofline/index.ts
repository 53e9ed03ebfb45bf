/** The roofline of each group: what its arithmetic and its memory traffic are of the peaks of its device. docs/metrics.md has the formulae. */
import type { Estimate, MeasuredLimits, ModelCard, Observed, Roofline, RooflineRow, RuntimeFacts } from '../../types.ts'
import { weakestOrigin } from '../../units.ts'
import { cardOf } from '../cards.ts'
import type { GroupData } from '../data.ts'
import { absent, estimate, scaled } from '../observed.ts'
import { tInterval } from '../stats/means.ts'
import { flopPerToken, rateOf, weightBytesPerStep } from './card.ts'
import { decodingOf, type Decoding } from './decoding.ts'
import { deviceOf, type Device } from './devices.ts'

/** Groups that were asked something; recorded answers tell nothing of a device. */
export function rooflineRows(groups: readonly GroupData[]): RooflineRow[] {
  return groups
    .filter(({ group }) => group.samples.length > 0 && group.spec?.kind !== 'recorded')
    .map((data) => {
      const { run, model, workload, load } = data.group
      return { run, model: model.id, workload, load, roofline: rooflineOf(data) }
    })
}

// --- internal ---

function rooflineOf(data: GroupData): Observed<Roofline> {
  const { group } = data
  const done = group.cells.find((cell) => cell.state === 'done')
  const [found, runtime] = done?.state === 'done' ? [done.card, done.runtime] : [undefined, undefined]
  const card = cardOf(group.model, found)
  if (card === undefined) return absent('the model has no card')
  const flop = flopPerToken(card)
  if (flop.state !== 'ok') return flop
  const device = whichDevice(data, runtime)
  if (device.state !== 'ok') return device
  const { peaks, count } = device.value
  const limits = runtime?.limits
  const flopPerSecond = rateAt(peaks, count, card.dtype)
  const bytesPerSecond = 1e9 * peaks.bandwidth * count
  const decoding = decodingOf(group)
  const parts: Omit<Roofline, 'sentence'> = {
    device: { name: peaks.name, count, bytesPerSecond, flopPerSecond, source: peaks.source, date: peaks.date },
    flopPerToken: flop.value,
    flopUtilisation: flopUtilisation(data, flop.value, flopPerSecond),
    ...memoryTraffic(data, card, decoding, bytesPerSecond),
    ...(limits === undefined || peaks.source === MEASURED ? {} : { measured: limits }),
  }
  return { state: 'ok', value: { ...parts, sentence: sentenceOf(parts) } }
}

/** Source of peaks that were measured beside the model, where no sheet is known. */
const MEASURED = 'the best that was measured here'

/** What the suite says, else what the runtime names, else what the meter that sees the model names, else what the runtime measured. */
function whichDevice({ group, power }: GroupData, runtime: RuntimeFacts | undefined): Observed<{ peaks: Device; count: number }> {
  const stated = group.model.device
  const metered = power.state === 'ok' && power.value.scope === 'gpu' ? power.value.device : undefined
  const names = stated === undefined ? [runtime?.device, ...(runtime?.gpu?.names ?? []), metered] : [stated.name]
  for (const name of names) {
    const known = name === undefined ? undefined : deviceOf(name)
    if (known !== undefined) return { state: 'ok', value: { peaks: known.device, count: known.count * (stated?.count ?? 1) } }
  }
  if (stated === undefined && runtime?.limits !== undefined) return { state: 'ok', value: { peaks: measuredDevice(runtime, runtime.limits), count: 1 } }
  const seen = names.filter((name) => name !== undefined).map((name) => `"${name}"`)
  if (runtime?.backend === 'http' && metered === undefined && stated === undefined)
    return absent('the model is behind a server that does not tell its device: give it in the suite (device)')
  return absent(seen.length === 0 ? 'it is not known what the model ran on' : `no peak figures are known of ${seen.join(' or ')}`)
}

function measuredDevice({ device }: RuntimeFacts, { bytesPerSecond, flopPerSecond, how }: MeasuredLimits): Device {
  return { name: device, bandwidth: bytesPerSecond / 1e9, f32: flopPerSecond / 1e12, source: MEASURED, date: how }
}

function rateAt(peaks: Device, count: number, dtype: string): Observed<number> {
  const format = rateOf(dtype)
  const rate = format === undefined ? undefined : peaks[format]
  if (format === undefined) return absent(`the width of weights "${dtype}" is not known`)
  return rate === undefined ? absent(`no rate of ${peaks.name} is known for weights in ${dtype}`) : { state: 'ok', value: 1e12 * rate * count }
}

function flopUtilisation({ ledger, group }: GroupData, flop: number, peak: Observed<number>): Observed<Estimate> {
  if (peak.state !== 'ok') return peak
  if (ledger.counts.state !== 'ok') return ledger.counts
  const { tokens, promptTokens, cachedTokens, seconds } = ledger.tallies
  const top = tokens.map((written, unit) => written + promptTokens[unit]! - cachedTokens[unit]!)
  if (!(seconds.reduce((sum, one) => sum + one, 0) > 0)) return absent('the measured window has no length')
  return estimate(scaled(tInterval({ top, bottom: seconds }), flop / peak.value), {
    n: group.samples.length,
    unit: 'ratio',
    origin: weakestOrigin('estimated', ledger.tokens),
    method: '2 × active parameters × tokens read and written ÷ measured window ÷ peak of the device; t interval',
  })
}

function memoryTraffic(
  { group, ledger }: GroupData,
  card: ModelCard,
  decoding: Decoding | undefined,
  bytesPerSecond: number,
): Pick<Roofline, 'batch' | 'weightBytesPerStep' | 'cacheBytesPerToken' | 'bandwidthUtilisation'> {
  if (decoding === undefined) {
    const why = absent('no answer has a token after the first whose time is known')
    return { batch: why, weightBytesPerStep: why, cacheBytesPerToken: why, bandwidthUtilisation: why }
  }
  const { batch, context, tokens, seconds } = decoding
  const weights = weightBytesPerStep(card, batch)
  const cache: Observed<number> =
    card.cacheBytesPerToken === undefined
      ? absent('the card does not tell the bytes of keys and values per token')
      : { state: 'ok', value: card.cacheBytesPerToken * context }
  const perToken = weights.state === 'ok' ? weights.value / batch + (cache.state === 'ok' ? cache.value : 0) : 0
  const bandwidthUtilisation: Observed<Estimate> =
    weights.state !== 'ok'
      ? weights
      : estimate(scaled(tInterval(withTime(tokens, seconds)), (batch * perToken) / bytesPerSecond), {
          n: group.samples.length,
          unit: 'ratio',
          origin: weakestOrigin('estimated', ledger.tokens),
          method: `decoded tokens a second of a request × ${Number(batch.toPrecision(3))} requests × (weights ÷ requests${cache.state === 'ok' ? ' + keys and values' : ''}) ÷ bandwidth of the device; t interval`,
        })
  return { batch: { state: 'ok', value: batch }, weightBytesPerStep: weights, cacheBytesPerToken: cache, bandwidthUtilisation }
}

/** Units in which something was decoded. */
function withTime(top: Float64Array, bottom: Float64Array): { top: Float64Array; bottom: Float64Array } {
  return { top: top.filter((_, unit) => bottom[unit]! > 0), bottom: bottom.filter((seconds) => seconds > 0) }
}

function sentenceOf({
  device,
  flopPerToken: flop,
  flopUtilisation: compute,
  batch,
  weightBytesPerStep: weights,
  bandwidthUtilisation: memory,
  measured,
}: Omit<Roofline, 'sentence'>): string {
  const name = `${device.count === 1 ? '' : `${device.count} × `}${device.name}`
  const reads =
    memory.state === 'ok' && weights.state === 'ok' && batch.state === 'ok'
      ? `a decode step reads ${amount(weights.value, 'B')} of weights for ${together(batch.value)}, and decoding takes ${percent(memory.value.value)} of the memory bandwidth of ${name}`
      : `what decoding reads is not known (${reasonOf(memory)})`
  const computes =
    compute.state === 'ok' ? `a token takes ${amount(flop, 'FLOP')}, ${percent(compute.value.value)} of its peak over the measured window` : reasonOf(compute)
  const limit = limitOf(memory, compute)
  return `${reads}; ${computes}${limit === undefined ? '' : `; ${limit}`}${measured === undefined ? '' : `; ${ofMeasured(measured, device, memory, compute)}`}`
}

/** From this share of a peak on it is taken for the limit: kernels reach 60 to 90% of either at best. */
const NEAR = 0.4

function limitOf(memory: Observed<Estimate>, compute: Observed<Estimate>): string | undefined {
  const [read, reckoned] = [memory, compute].map((one) => (one.state === 'ok' ? one.value.value : 0)) as [number, number]
  if (Math.max(read, reckoned) > 1.05) return 'more than the device can do, so the card or the device is not what was said'
  if (Math.max(read, reckoned) < NEAR && (memory.state !== 'ok' || compute.state !== 'ok')) return undefined
  if (Math.max(read, reckoned) < NEAR) return 'far from both: waiting, launching of work or the client limit it'
  return read >= reckoned ? 'memory bandwidth is the limit' : 'arithmetic is the limit'
}

/** The same shares of what the device reached in copying and multiplying, which is less than its sheet says. */
function ofMeasured(measured: MeasuredLimits, device: Roofline['device'], memory: Observed<Estimate>, compute: Observed<Estimate>): string {
  const { flopPerSecond } = device
  const shares = [
    ...(memory.state === 'ok' ? [percent((memory.value.value * device.bytesPerSecond) / measured.bytesPerSecond)] : []),
    ...(compute.state === 'ok' && flopPerSecond.state === 'ok' ? [percent((compute.value.value * flopPerSecond.value) / measured.flopPerSecond)] : []),
  ]
  const reached = `copying reaches ${amount(measured.bytesPerSecond, 'B/s')} here and multiplying ${amount(measured.flopPerSecond, 'FLOP/s')}`
  return shares.length === 2 ? `${reached}: decoding takes ${shares[0]} of the one, and the window ${shares[1]} of the other` : reached
}

function together(batch: number): string {
  const rounded = Number(batch.toPrecision(2))
  return rounded === 1 ? 'one request' : `${rounded} requests together`
}

function reasonOf(missing: Observed<unknown>): string {
  return missing.state === 'absent' ? missing.why : missing.state === 'failed' ? missing.error.message : ''
}

function percent(share: number): string {
  return `${Number((100 * share).toPrecision(2))}%`
}

function amount(value: number, unit: string): string {
  const step = [
    [1e12, 'T'],
    [1e9, 'G'],
    [1e6, 'M'],
    [1e3, 'k'],
  ].find(([size]) => value >= (size as number)) as [number, string] | undefined
  return step === undefined ? `${Number(value.toPrecision(3))} ${unit}` : `${Number((value / step[0]).toPrecision(3))} ${step[1]}${unit}`
}
