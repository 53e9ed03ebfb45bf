/** What we use of Vega's packages, which bring no types of their own. */
declare module 'vega-view' {
  interface Scale {
    (value: unknown): number
    domain(): number[]
    readonly type: string
  }
  export class View {
    constructor(flow: unknown, options: Record<string, unknown>)
    runAsync(): Promise<this>
    signal(name: string): unknown
    signal(name: string, value: unknown): this
    scale(name: string): Scale
    width(): number
    height(): number
    origin(): [number, number]
    tooltip(handler: (handler: unknown, event: MouseEvent | null, item: unknown, value: unknown) => void): this
    finalize(): this
  }
}
declare module 'vega-dataflow' {
  export const transforms: Record<string, unknown>
}
declare module 'vega-encode' {
  export const axisticks: unknown
  export const datajoin: unknown
  export const encode: unknown
  export const scale: unknown
  export const sortitems: unknown
}
declare module 'vega-transforms' {
  export const collect: unknown
  export const extent: unknown
  export const filter: unknown
  export const formula: unknown
  export const multivalues: unknown
  export const proxy: unknown
  export const relay: unknown
  export const sieve: unknown
  export const values: unknown
  export const facet: unknown
  export const prefacet: unknown
  export const subflow: unknown
  export const multiextent: unknown
  export const tupleindex: unknown
  export const params: unknown
}
declare module 'vega-view-transforms' {
  export const bound: unknown
  export const mark: unknown
  export const overlap: unknown
  export const render: unknown
  export const viewlayout: unknown
}
declare module 'vega-scenegraph' {
  export const textMetrics: { width: (item: { fontSize?: number; text?: unknown }, text?: unknown) => number }
}
declare module 'vega-interpreter' {
  export const expressionInterpreter: unknown
}
