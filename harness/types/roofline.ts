/** What the arithmetic of a model asks of its device, beside what the device can do: an explanation of a measured speed. */
import type { Estimate } from './analysis.ts'
import type { MeasuredLimits } from './model.ts'
import type { Observed } from './observed.ts'

/** One for each model, workload and load that was asked. */
export interface RooflineRow { run: string; model: string; workload: string; load: string; roofline: Observed<Roofline> }
export interface Roofline {
  /** All devices of the deployment together, by the makers' sheets; where there is none, one device by what was measured on it. */
  device: { name: string; count: number; bytesPerSecond: number; /** Dense rate at the number format of the weights. */ flopPerSecond: Observed<number>; source: string; date: string }
  /** What copying and multiplying reached here, beside the sheet. */
  measured?: MeasuredLimits
  /** 2 × active parameters. */
  flopPerToken: number
  /** FLOP of all tokens that were read or written ÷ what the device could do in the measured window. */
  flopUtilisation: Observed<Estimate>
  /** Requests that were decoded together, mean over the time in which any was. */
  batch: Observed<number>
  /** Bytes of weights that a decode step reads for such a batch. */
  weightBytesPerStep: Observed<number>
  /** Bytes of keys and values that each token of a request reads, mean over the tokens; absent where the card does not tell. */
  cacheBytesPerToken: Observed<number>
  /** Bytes that decoding must read ÷ what the device could read in the time of decoding. */
  bandwidthUtilisation: Observed<Estimate>
  /** All of it for people. */
  sentence: string
}
