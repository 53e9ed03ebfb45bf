/**
 * A chart as the Vega dataflow that a page zooms and asks: compiled here, so that the page needs neither Vega-Lite nor a
 * parser of specs or expressions. The same chart gives the same bytes.
 */
import type { TopLevelSpec } from 'vega-lite'
import { CONFIG } from '../charts/theme.ts'
import { estimateWidth } from '../text-width.ts'

/** Plain JSON. Undefined where no axis of the chart is continuous. Signals `zoom_x` and `zoom_y` take the ends of what to show, null for all. */
export async function flowOf(spec: TopLevelSpec): Promise<Record<string, unknown> | undefined> {
  const [{ compile }, vega] = await Promise.all([import('vega-lite'), import('vega')])
  ;(vega as unknown as { textMetrics: TextMetrics }).textMetrics.width = estimateWidth
  const compiled = compile(withTips(spec), { config: CONFIG }).spec as unknown as VegaSpec
  const zoomable = compiled.scales?.filter(({ name, type }) => (name === 'x' || name === 'y') && (type === 'linear' || type === 'log')) ?? []
  if (zoomable.length === 0) return undefined
  const plain = compile(spec, { config: CONFIG }).spec // the unseen points would take room
  const view = new vega.View(vega.parse(plain), { renderer: 'none', logger: vega.logger(vega.None) })
  await view.runAsync()
  const size = sizeOf(await view.toSVG())
  view.finalize()
  const ready = fixed(compiled, size, new Set(zoomable.map(({ name }) => name)))
  return JSON.parse(JSON.stringify(vega.parse(ready as never, undefined, { ast: true } as never))) as Record<string, unknown>
}

// --- internal ---

interface TextMetrics {
  width: typeof estimateWidth
}

/** What we touch of a compiled spec. */
interface VegaSpec {
  [key: string]: unknown
  signals?: unknown[]
  scales?: { name: string; type: string; domainRaw?: unknown }[]
  axes?: { scale: string; values?: unknown }[]
  marks?: { clip?: unknown; encode?: { update?: Record<string, Encoded> } }[]
}
type Encoded = { scale?: string; field?: string; value?: unknown } | undefined

interface Layer {
  mark: string | (Record<string, unknown> & { type: string })
  data?: { values: readonly Record<string, unknown>[] }
  encoding?: Record<string, unknown>
}

/** What has a `name` in its data, or a `text`, says it with its values when it is pointed at; of a line, points that nobody sees do. */
function withTips(spec: TopLevelSpec): TopLevelSpec {
  const { layer, ...top } = spec as unknown as Layer & { layer?: readonly Layer[] }
  if (layer === undefined) return spec
  const layers = layer.flatMap((one): Layer[] => {
    const values = (one.data ?? top.data)?.values ?? []
    const type = typeof one.mark === 'string' ? one.mark : one.mark.type
    if (type === 'text' || !values.some(({ name, text }) => name !== undefined || text !== undefined)) return [one]
    const encoding = one.encoding ?? {}
    const data = { values: values.map((datum) => ({ ...datum, tip: tipOf(datum, encoding) })) }
    const tooltip = { field: 'tip', type: 'nominal' }
    if (type !== 'line' && type !== 'area') return [{ ...one, data, encoding: { ...encoding, tooltip } }]
    const unseen = { type: 'point', filled: true, opacity: 0, size: 90 }
    return [one, { data, mark: unseen, encoding: { ...('x' in encoding ? { x: encoding['x'] } : {}), y: encoding['y'], tooltip } }]
  })
  return { ...top, layer: layers } as unknown as TopLevelSpec
}

type Datum = Record<string, unknown>

/** The name, then each continuous value with the title of its axis, and the ends of its interval. */
function tipOf(datum: Datum, encoding: Record<string, unknown>): string {
  const name = String(datum['name'] ?? datum['text']).replace(/^\d+\|/, '') // published figures number their names
  const lines = (['x', 'y'] as const).flatMap((channel) => {
    const { type, title } = (encoding[channel] ?? {}) as { type?: string; title?: unknown }
    const value = datum[channel]
    if (type !== 'quantitative' || typeof value !== 'number' || typeof datum[`${channel}2`] === 'number') return []
    const ends = [datum[`${channel}0`], datum[`${channel}1`]]
    const interval = ends.every((end) => typeof end === 'number') ? ` (${ends.map(shortly).join(' – ')})` : ''
    const what = title === null || title === undefined ? '' : `${Array.isArray(title) ? title.join(', ') : String(title)}: `
    return [`${what}${shortly(value)}${interval}`]
  })
  return [...(name === '' ? [] : [name]), ...lines].join('\n')
}

/** Four digits are more than an eye reads off a chart. */
function shortly(value: number): string {
  return Number(value.toPrecision(4)).toLocaleString('en', { maximumSignificantDigits: 4 })
}

interface Size {
  width: number
  height: number
  left: number
  top: number
}

/** Of the static picture: the one that replaces it takes the same room. */
function sizeOf(svg: string): Size {
  const [, width, height] = /^<svg[^>]* width="([\d.]+)" height="([\d.]+)"/.exec(svg) ?? []
  const [, left, top] = /transform="translate\(([\d.]+),([\d.]+)\)"/.exec(svg) ?? []
  return { width: Number(width), height: Number(height), left: Number(left), top: Number(top) }
}

/** The same picture with a fixed frame, marks that end at the plot, and axes that follow the signals. */
function fixed(spec: VegaSpec, { width, height, left, top }: Size, zoomable: ReadonlySet<string>): VegaSpec {
  const [plotWidth, plotHeight] = [Number(spec['width']), Number(spec['height'])]
  return {
    ...spec,
    autosize: { type: 'none' },
    padding: { left, top, right: width - left - plotWidth, bottom: height - top - plotHeight },
    signals: [...(spec.signals ?? []), ...[...zoomable].map((name) => ({ name: `zoom_${name}`, value: null }))],
    scales: spec.scales?.map((scale) => (zoomable.has(scale.name) ? { ...scale, domainRaw: { signal: `zoom_${scale.name}` } } : scale)) ?? [],
    axes:
      spec.axes?.map((axis) =>
        zoomable.has(axis.scale) && Array.isArray(axis.values)
          ? { ...axis, values: { signal: `zoom_${axis.scale} ? null : ${JSON.stringify(axis.values)}` } }
          : axis,
      ) ?? [],
    marks: spec.marks?.map((mark) => clipped(mark)) ?? [],
  }
}

/** A mark beside the plot, such as a strip above it, ends at its sides; one inside is clipped. */
function clipped(mark: NonNullable<VegaSpec['marks']>[number]): typeof mark {
  const update = mark.encode?.update
  const isBeside = Number(update?.['y']?.value) < 0
  if (update === undefined || !isBeside) return { ...mark, clip: true }
  const ends = Object.entries(update).map(([key, value]): [string, unknown] =>
    (key === 'x' || key === 'x2') && value?.scale === 'x' && value.field !== undefined
      ? [key, { signal: `clamp(scale("x", datum[${JSON.stringify(value.field)}]), 0, width)` }]
      : [key, value],
  )
  return { ...mark, encode: { ...mark.encode, update: Object.fromEntries(ends) as Record<string, Encoded> } }
}
