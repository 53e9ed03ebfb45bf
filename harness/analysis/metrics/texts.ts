/** How likely models find given texts: bits per byte, and perplexity per token. Sums over the texts, so that long ones weigh as they are long. */
import type { Estimate, Observed, SampleTable } from '../../types.ts'
import type { Components } from '../components.ts'
import { both, emptySums, ratioMeasure } from '../compare/times.ts'
import type { Attempt } from '../compare/measure.ts'
import type { Cell, GroupData } from '../data.ts'
import { absent, counted, estimate } from '../observed.ts'
import { tInterval, type SumColumns } from '../stats/means.ts'
import { clusterOf, isAnswered, Numbering } from '../table/rows.ts'

/** None where no texts were given. */
export function textCells({ group: { table, graded } }: GroupData): Cell[] {
  const rows = graded.filter((row) => isText(table, row))
  if (rows.length === 0) return []
  const slices = [...new Set(rows.map((row) => table.slice[row]!))].filter((slice) => slice >= 0)
  const of = (own: Int32Array, slice: string): Cell[] => [
    { metric: 'bits-per-byte', slice, estimate: rateOf(table, own, 'bytes') },
    { metric: 'perplexity', slice, estimate: rateOf(table, own, 'tokens') },
  ]
  return [
    ...of(rows, ''),
    ...slices.flatMap((slice) =>
      of(
        rows.filter((row) => table.slice[row] === slice),
        table.slices[slice]!,
      ),
    ),
  ]
}

/** Bits per byte of both, over the texts that both read: the one figure that tokenizers do not change. */
export function textMeasures(model: GroupData, teacher: GroupData, components: Components): Attempt[] {
  if (![model, teacher].every(({ group: { table, graded } }) => graded.some((row) => isText(table, row)))) return []
  const sums = both(model, teacher, ({ group: { table, graded } }, side) => {
    const entry = emptySums(components.count)
    graded.forEach((row, i) => {
      const component = components.members[side]!.requests[i]!
      if (component < 0 || !isText(table, row)) return
      entry.top[component]! += bitsOf(table, row)
      entry.bottom[component]! += table.textBytes[row]!
    })
    return entry
  })
  const head = { metric: 'bits-per-byte', slice: '', unit: 'bit/byte', origin: 'measured', ratioOrigin: 'measured', what: 'bits and bytes' } as const
  return [ratioMeasure(head, sums, components.count, 'no text was read by both')]
}

// --- internal ---

function isText(table: SampleTable, row: number): boolean {
  return isAnswered(table, row) && table.textBytes[row]! > 0 && !Number.isNaN(table.logProb[row]!)
}

/** −log₂ p */
function bitsOf({ logProb }: SampleTable, row: number): number {
  return Math.max(0, -logProb[row]!) / Math.LN2
}

/** Σ bits ÷ Σ bytes; or exp(Σ nats ÷ Σ tokens). */
function rateOf(table: SampleTable, rows: Int32Array, per: 'bytes' | 'tokens'): Observed<Estimate> {
  const sums = clusterSums(table, rows, per)
  const below = per === 'bytes' ? table.textBytes : table.logProbTokens
  const total = rows.reduce((sum, row) => sum + below[row]!, 0)
  if (!(total > 0)) return absent('the texts have no token that something stands before')
  const { value, low, high, level } = tInterval(sums)
  const n = sums.top.length
  const method = `${counted(Math.round(total), per.slice(0, -1))} of ${counted(rows.length, 'text')}, sum ÷ sum; t interval over ${counted(n, 'text or cluster', 'texts or clusters')}`
  if (per === 'bytes') return estimate({ value, low, high, level }, { n, unit: 'bit/byte', origin: 'measured', method })
  const [base, lower, upper] = [value, low, high].map((bits) => Math.exp(bits * Math.LN2)) as [number, number, number]
  return estimate({ value: base, low: lower, high: upper, level }, { n, unit: 'perplexity', origin: 'measured', method })
}

function clusterSums(table: SampleTable, rows: Int32Array, per: 'bytes' | 'tokens'): SumColumns {
  const clusters = new Numbering(table.names.length, rows.length)
  const [top, bottom] = [new Float64Array(rows.length), new Float64Array(rows.length)]
  for (const row of rows) {
    const at = clusters.add(clusterOf(table, row))
    top[at]! += bitsOf(table, row)
    bottom[at]! += per === 'bytes' ? table.textBytes[row]! : table.logProbTokens[row]!
  }
  return { top: top.subarray(0, clusters.count), bottom: bottom.subarray(0, clusters.count) }
}
