/**
 * The script of an interactive page. Every chart gets a button; only then its dataflow is unpacked and drawn in the place of
 * the static picture, which comes back on paper. Texts of data are put in as text, never as markup. Nothing is animated.
 */
import { transforms } from 'vega-dataflow'
import { axisticks, datajoin, encode, scale, sortitems } from 'vega-encode'
import { expressionInterpreter } from 'vega-interpreter'
import { textMetrics } from 'vega-scenegraph'
import { collect, extent, filter, formula, params, proxy, relay, sieve, values } from 'vega-transforms'
import { View } from 'vega-view'
import { bound, mark, overlap, render, viewlayout } from 'vega-view-transforms'
import { estimateWidth } from '../../text-width.ts'
import { closeness, moved, zoomed, type Range } from './range.ts'

Object.assign(transforms, { axisticks, datajoin, encode, scale, sortitems, collect, extent, filter, formula, params, proxy, relay, sieve, values })
Object.assign(transforms, { bound, mark, overlap, render, viewlayout })
textMetrics.width = estimateWidth

const store = document.getElementById('charts')!
const words = JSON.parse(store.dataset['words']!) as Record<'explore' | 'closer' | 'farther' | 'reset' | 'close' | 'help' | 'shown', string>
const tip = Object.assign(document.createElement('div'), { className: 'tip', hidden: true })
tip.setAttribute('role', 'tooltip')
document.body.append(tip)
let flows: Promise<Record<string, unknown>> | undefined

for (const id of store.dataset['ids']!.split(' ')) {
  const chart = document.getElementById(id)?.querySelector<HTMLElement>('.chart')
  if (chart === null || chart === undefined) continue
  const name = document.getElementById(`${id}-title`)?.textContent ?? ''
  const tools = Object.assign(document.createElement('div'), { className: 'tools' })
  const open = button(words.explore, () => void explore(id, chart, tools, open))
  open.setAttribute('aria-label', `${words.explore}: ${name}`)
  tools.append(open)
  chart.append(tools)
}

// --- internal ---

function button(text: string, act: () => void): HTMLButtonElement {
  const element = Object.assign(document.createElement('button'), { type: 'button', textContent: text })
  element.addEventListener('click', act)
  return element
}

async function unpack(): Promise<Record<string, unknown>> {
  const bytes = Uint8Array.from(atob(store.textContent), (letter) => letter.charCodeAt(0))
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate-raw'))
  return (await new Response(stream).json()) as Record<string, unknown>
}

async function explore(id: string, chart: HTMLElement, tools: HTMLElement, open: HTMLButtonElement): Promise<void> {
  open.disabled = true
  const flow = (await (flows ??= unpack()))[id]
  const plot = Object.assign(document.createElement('div'), { className: 'live', tabIndex: 0 })
  plot.setAttribute('role', 'group')
  plot.setAttribute('aria-label', `${open.getAttribute('aria-label')!}. ${words.help}`)
  const view = new View(flow, { renderer: 'svg', expr: expressionInterpreter, hover: false, container: plot })
  view.tooltip((_, event, __, value) => showTip(event, value))
  await view.runAsync()
  chart.prepend(plot)
  chart.classList.add('open')
  const state = document.createElement('output')
  const lens = lensOf(view, (times) => {
    state.value = words.shown.replace('{times}', times.toFixed(times < 10 ? 1 : 0))
  })
  const close = (): void => {
    plot.remove()
    tip.hidden = true
    chart.classList.remove('open')
    open.disabled = false
    tools.replaceChildren(open)
    open.focus()
    view.finalize()
  }
  tools.replaceChildren(
    button(words.closer, () => lens.zoom(0.5)),
    button(words.farther, () => lens.zoom(2)),
    button(words.reset, lens.reset),
    button(words.close, close),
    state,
  )
  listen(plot, view, lens, close)
  plot.focus()
}

interface Lens {
  zoom: (factor: number, at?: readonly [number, number]) => void
  move: (x: number, y: number) => void
  reset: () => void
}

/** `tell` hears how many times closer it is now. */
function lensOf(view: View, tell: (times: number) => void): Lens {
  const axes = (['x', 'y'] as const).flatMap((name) => {
    try {
      view.signal(`zoom_${name}`)
    } catch {
      return [] // an axis of names
    }
    const { type } = view.scale(name)
    const [low, high] = view.scale(name).domain() as [number, number]
    const whole: Range = [low, high]
    return [{ name, whole, log: type === 'log', now: whole }]
  })
  const apply = (change: (axis: (typeof axes)[number]) => Range): void => {
    for (const axis of axes) {
      axis.now = change(axis)
      const isWhole = closeness(axis.now, axis.whole, axis.log) < 1.0001
      if (isWhole) axis.now = axis.whole
      view.signal(`zoom_${axis.name}`, isWhole ? null : axis.now)
    }
    tip.hidden = true
    void view.runAsync()
    tell(Math.max(...axes.map(({ now, whole, log }) => closeness(now, whole, log))))
  }
  return {
    zoom: (factor, at = [0.5, 0.5]) => apply(({ name, now, whole, log }) => zoomed(now, whole, log, factor, at[name === 'x' ? 0 : 1])),
    move: (x, y) => apply(({ name, now, whole, log }) => moved(now, whole, log, name === 'x' ? x : y)),
    reset: () => apply(({ whole }) => whole),
  }
}

function listen(plot: HTMLElement, view: View, lens: Lens, close: () => void): void {
  /** Shares of the plot, from its lower left corner. */
  const placeOf = ({ clientX, clientY }: MouseEvent): [number, number] => {
    const svg = plot.querySelector('svg')!
    const box = svg.getBoundingClientRect()
    const perPixel = svg.viewBox.baseVal.width / box.width
    const [left, top] = view.origin()
    return [((clientX - box.left) * perPixel - left) / view.width(), 1 - ((clientY - box.top) * perPixel - top) / view.height()]
  }
  plot.addEventListener(
    'wheel',
    (event) => {
      event.preventDefault()
      lens.zoom(Math.exp(Math.max(-100, Math.min(100, event.deltaY)) / 400), placeOf(event))
    },
    { passive: false },
  )
  let from: [number, number] | undefined
  plot.addEventListener('pointerdown', (event) => {
    from = event.button === 0 && event.isPrimary ? placeOf(event) : undefined
  })
  plot.addEventListener('pointermove', (event) => {
    if (from === undefined || !event.isPrimary || event.buttons === 0) return
    const to = placeOf(event)
    if (Math.hypot(to[0] - from[0], to[1] - from[1]) < 0.005) return
    if (!plot.hasPointerCapture(event.pointerId)) plot.setPointerCapture(event.pointerId)
    lens.move(from[0] - to[0], from[1] - to[1])
    from = to
  })
  plot.addEventListener('pointerleave', () => (tip.hidden = true))
  plot.addEventListener('dblclick', (event) => lens.zoom(0.5, placeOf(event)))
  const keys: Record<string, () => void> = {
    '+': () => lens.zoom(0.5),
    '=': () => lens.zoom(0.5),
    '-': () => lens.zoom(2),
    '0': lens.reset,
    ArrowLeft: () => lens.move(-0.1, 0),
    ArrowRight: () => lens.move(0.1, 0),
    ArrowUp: () => lens.move(0, 0.1),
    ArrowDown: () => lens.move(0, -0.1),
    Escape: close,
  }
  plot.addEventListener('keydown', (event) => {
    const act = event.ctrlKey || event.metaKey || event.altKey ? undefined : keys[event.key]
    if (act === undefined) return
    event.preventDefault()
    act()
  })
}

/** Vega gives no event when a chart goes. */
function showTip(event: MouseEvent | null, value: unknown): void {
  tip.hidden = event === null || typeof value !== 'string' || value === ''
  if (event === null || tip.hidden) return
  const { clientX, clientY } = event
  tip.textContent = String(value)
  const { width, height } = tip.getBoundingClientRect()
  tip.style.left = `${Math.max(4, Math.min(clientX + 14, innerWidth - width - 4))}px`
  tip.style.top = `${clientY + 18 + height > innerHeight ? clientY - height - 10 : clientY + 18}px`
}
