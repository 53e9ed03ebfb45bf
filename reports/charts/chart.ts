/** What a chart is in a report: a picture, what it shows in words, and the same numbers in a table. */
import type { TopLevelSpec } from 'vega-lite'

/** `takeaway` is computed from the data; `table` is the twin of the picture. */
export interface Chart {
  id: string
  title: string
  description: string
  takeaway: string
  spec: TopLevelSpec
  table: ChartTable
  /** Drawn as wide as the page; on a phone it scrolls inside its own frame. */
  wide?: true
}
export interface ChartTable {
  columns: readonly string[]
  rows: readonly (readonly string[])[]
}

/** A chart that cannot be drawn says why; an empty picture says nothing. */
export type MaybeChart = { state: 'drawn'; chart: Chart } | { state: 'missing'; id: string; title: string; why: string }

export function drawn(chart: Chart): MaybeChart {
  return { state: 'drawn', chart }
}

export function missing(id: string, title: string, why: string): MaybeChart {
  return { state: 'missing', id, title, why }
}
