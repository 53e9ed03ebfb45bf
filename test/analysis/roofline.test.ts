import { describe, expect, it } from 'vitest'
import { analyse } from '../../harness/analysis/index.ts'
import { touchedShare, weightBytesPerStep } from '../../harness/analysis/roofline/card.ts'
import { deviceOf } from '../../harness/analysis/roofline/devices.ts'
import type { LoadSpec, ModelCard, Roofline, StatedCard, StatedDevice, StoredRun } from '../../harness/types.ts'
import { summaryTable } from '../../reports/terminal.ts'
import { renderMarkdown } from '../../reports/markdown.ts'
import { expectOk, whyOf } from './find.ts'
import { scriptedRun, type ScriptedAnswer } from './scripted-run.ts'

const H100: StatedDevice = { name: 'NVIDIA H100 80GB HBM3', count: 1 }
const DENSE: StatedCard = { parametersTotal: 8e9, parametersActive: 8e9, dtype: 'bf16' }
// 10 ms a token, 10 tokens after a prompt of 10
const answer = (): ScriptedAnswer => ({ firstMs: 10, stepMs: 10, tokens: 10, score: 1 })

function run(card: StatedCard | undefined, device: StatedDevice | undefined, load?: LoadSpec): StoredRun {
  const made = scriptedRun({ items: 8, models: [{ id: 'teacher', role: 'teacher', answer }], ...(load === undefined ? {} : { loads: [load] }) })
  const models = made.record.suite.models.map((model) => ({ ...model, ...(card === undefined ? {} : { card }), ...(device === undefined ? {} : { device }) }))
  return { ...made, record: { ...made.record, suite: { ...made.record.suite, models } } }
}
const roofline = (...given: Parameters<typeof run>): Roofline => expectOk(analyse([run(...given)]).roofline[0]!.roofline, 'roofline')

describe('the roofline of a run', () => {
  it('of one request at a time: 16 GB of weights every 10 ms are 48% of 3.35 TB/s; 20 tokens in 100 ms at 16 GFLOP are 0.32% of 989.5 TFLOP/s', () => {
    const { bandwidthUtilisation, flopUtilisation, weightBytesPerStep: weights, batch, sentence } = roofline(DENSE, H100)
    expect(expectOk(weights, 'weights')).toBe(16e9)
    expect(expectOk(batch, 'batch')).toBeCloseTo(1, 9)
    expect(expectOk(bandwidthUtilisation, 'bandwidth').value).toBeCloseTo(1.6 / 3.35, 9)
    expect(expectOk(flopUtilisation, 'FLOP').value).toBeCloseTo((200 * 16e9) / 989.5e12, 9)
    expect(expectOk(flopUtilisation, 'FLOP')).toMatchObject({ unit: 'ratio', origin: 'estimated' })
    expect(sentence).toContain('reads 16 GB of weights for one request')
    expect(sentence).toContain('memory bandwidth is the limit')
  })

  it('a batch reads the weights once: four together take the same bandwidth and four times the arithmetic', () => {
    const alone = roofline(DENSE, H100)
    const four = roofline(DENSE, H100, { id: 'batch-4', kind: 'batch', size: 4 })
    expect(expectOk(four.batch, 'batch')).toBeCloseTo(4, 9)
    expect(expectOk(four.bandwidthUtilisation, 'bandwidth').value).toBeCloseTo(expectOk(alone.bandwidthUtilisation, 'bandwidth').value, 9)
    expect(expectOk(four.flopUtilisation, 'FLOP').value).toBeCloseTo(4 * expectOk(alone.flopUtilisation, 'FLOP').value, 9)
  })

  it('keys and values are read for the mean context of a token, for each request of a batch', () => {
    const { cacheBytesPerToken, bandwidthUtilisation } = roofline({ ...DENSE, cacheBytesPerToken: 1e6 }, H100)
    expect(expectOk(cacheBytesPerToken, 'cache')).toBeCloseTo(15e6, 3) // 11 to 19 tokens of context, nine tokens
    expect(expectOk(bandwidthUtilisation, 'bandwidth').value).toBeCloseTo((16e9 + 15e6) / 0.01 / 3.35e12, 9)
    expect(whyOf(roofline(DENSE, H100).cacheBytesPerToken)).toContain('does not tell')
  })

  it('several devices have several peaks', () => {
    const one = expectOk(roofline(DENSE, H100).bandwidthUtilisation, 'one').value
    expect(expectOk(roofline(DENSE, { ...H100, count: 8 }).bandwidthUtilisation, 'eight').value).toBeCloseTo(one / 8, 9)
  })

  it('more than the device can do tells that something was said wrong', () => {
    expect(roofline({ ...DENSE, parametersTotal: 80e9, parametersActive: 80e9 }, H100).sentence).toContain('the card or the device is not what was said')
  })

  it('is absent with the reason where device or card is not known', () => {
    const why = (...given: Parameters<typeof run>): string => whyOf(analyse([run(...given)]).roofline[0]!.roofline)
    expect(why(DENSE, undefined)).toBe('no peak figures are known of "none"')
    expect(why(DENSE, { name: 'Abacus 9', count: 1 })).toBe('no peak figures are known of "Abacus 9"')
    expect(whyOf(roofline({ ...DENSE, dtype: 'posit8' }, H100).bandwidthUtilisation)).toContain('"posit8" is not known')
    expect(whyOf(roofline({ ...DENSE, dtype: 'bf16' }, { name: 'Apple M2 Max', count: 1 }).flopUtilisation)).toContain('no rate of M2 Max is known')
  })

  it('takes the device that the meter names, where the suite and the runtime name none', () => {
    const made = run(DENSE, undefined)
    const series = made.record.cells.map(({ id }) => ({ ...SERIES, cell: id, phase: 'measure' as const }))
    expect(expectOk(analyse([{ ...made, series }]).roofline[0]!.roofline, 'roofline').device).toMatchObject({
      name: 'H100 SXM',
      count: 2,
      bytesPerSecond: 6.7e12,
    })
  })

  it('stands beside the speed in the terminal and in Markdown, with the source of the peaks', () => {
    const analysis = analyse([run(DENSE, H100)])
    expect(summaryTable(analysis, { width: 200, color: false })).toContain('memory bandwidth is the limit')
    expect(renderMarkdown(analysis)).toContain('NVIDIA, H100 Tensor Core GPU data sheet, 2023')
  })
})
const SERIES = {
  meter: 'nvml',
  unit: 'W',
  origin: 'measured',
  how: 'made up',
  scope: 'gpu',
  device: '2 × NVIDIA H100 80GB HBM3',
  kind: 'instant',
  t: [0, 100, 5000],
  v: [9, 9, 9],
} as const

describe('a mixture of experts', () => {
  // 671 billion parameters, 37 active, 8 of 256 routed experts: (671 − 37) ÷ 248 for one expert of all layers, the rest is shared
  const card: ModelCard = { name: 'R1', tokenizer: '', dtype: 'fp8', parametersTotal: 671e9, parametersActive: 37e9, experts: { count: 256, perToken: 8 } }
  const bytes = (batch: number, of = card): number => expectOk(weightBytesPerStep(of, batch), 'bytes')

  it('reads its active parameters for one request, and nearly all for many', () => {
    expect(bytes(1)).toBe(37e9)
    expect(bytes(1.0000001)).toBeCloseTo(37e9, -4) // no step between the two ways
    expect(bytes(32)).toBeCloseTo(1e9 * (37 - 8 * (634 / 248) + (634 / 248) * 256 * touchedShare(256, 8, 32)), 0)
    expect(bytes(10_000)).toBeCloseTo(671e9, 0)
  })

  it('touches 1 − (1 − k ÷ E)^B of the experts', () => {
    expect(touchedShare(256, 8, 1)).toBeCloseTo(8 / 256, 12)
    expect(touchedShare(4, 2, 2)).toBe(0.75)
  })

  it('without the number of experts, or with one that does not fit, the bytes of a batch are not known', () => {
    const { experts: _experts, ...bare } = card
    expect(whyOf(weightBytesPerStep(bare, 2))).toContain('give experts in the suite')
    expect(expectOk(weightBytesPerStep(bare, 1), 'alone')).toBe(37e9)
    expect(whyOf(weightBytesPerStep({ ...card, experts: { count: 9, perToken: 8 } }, 2))).toContain('do not fit each other')
  })
})

describe('the names of devices', () => {
  it.each([
    ['NVIDIA H100 80GB HBM3', 'H100 SXM'],
    ['NVIDIA H100 PCIe', 'H100 PCIe'],
    ['NVIDIA H100 NVL', 'H100 NVL'],
    ['NVIDIA H200', 'H200 SXM'],
    ['NVIDIA A100-SXM4-80GB', 'A100 80GB SXM'],
    ['NVIDIA A100 80GB PCIe', 'A100 80GB PCIe'],
    ['NVIDIA A100-PCIE-40GB', 'A100 40GB'],
    ['NVIDIA L4', 'L4'],
    ['NVIDIA L40S', 'L40S'],
    ['NVIDIA GeForce RTX 3090', 'GeForce RTX 3090'],
    ['AMD Instinct MI300X', 'Instinct MI300X'],
  ])('%s is the %s', (name, known) => expect(deviceOf(name)?.device.name).toBe(known))

  it.each(['NVIDIA A10G', 'NVIDIA GeForce RTX 3090 Ti', 'NVIDIA GeForce RTX 4090 Laptop GPU', 'NVIDIA H200 NVL', 'NVIDIA L40', 'AMD EPYC 9654', ''])(
    '%j is another device, of which nothing is known',
    (name) => expect(deviceOf(name)).toBeUndefined(),
  )
})
