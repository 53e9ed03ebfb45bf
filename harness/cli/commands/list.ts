import { EXIT, HarnessError, nearest } from '../../errors.ts'
import { command } from '../command.ts'
import { twoColumns } from '../format.ts'
import { jsonText, paint } from '../io.ts'

interface Entry {
  id: string
  summary: string
  /** Shown in place of the summary where all lists are shown together. */
  title?: string
}
type Kind = 'suites' | 'adapters' | 'workloads' | 'graders' | 'meters' | 'metrics'

/** Where each kind is read from; only what is asked for is loaded. */
const SOURCES: Record<Kind, () => Promise<readonly Entry[]>> = {
  suites: async () => (await (await import('../../suite/index.ts')).listSuites()).map(({ name, title }) => ({ id: name, summary: title })),
  adapters: async () => (await import('../../models/registry.ts')).ADAPTERS.map(({ id, summary }) => ({ id, summary })),
  workloads: async () => summaries((await import('../../workloads/index.ts')).WORKLOAD_KINDS),
  graders: async () => summaries((await import('../../workloads/index.ts')).GRADERS),
  meters: async () => (await import('../../meters/index.ts')).METERS.map(({ id, summary }) => ({ id, summary })),
  metrics: async () =>
    (await import('../../analysis/index.ts')).METRICS.map(({ id, title, unit, definition }) => ({
      id,
      title: `${title} [${unit}]`,
      summary: `[${unit}] ${definition}`,
    })),
}
const KINDS = Object.keys(SOURCES) as Kind[]

export default command('list', async (args, { io }) => {
  const lists = await Promise.all(kindsOf(args.kind).map(async (kind) => ({ kind, entries: await SOURCES[kind]() })))
  if (args.json) await io.result(jsonText(Object.fromEntries(lists.map(({ kind, entries }) => [kind, entries]))))
  else {
    const blocks = lists.map(({ kind, entries }) => {
      const rows = entries.map(({ id, summary, title }) => [id, lists.length > 1 ? (title ?? summary) : summary] as const)
      return `${paint(io.stdout, 'bold', kind)}\n${rows.length === 0 ? '  none' : twoColumns(rows, io.stdout.width).join('\n')}\n`
    })
    await io.result(blocks.join('\n'))
  }
  return EXIT.ok
})

// --- internal ---

function kindsOf(word: string | undefined): readonly Kind[] {
  if (word === undefined) return KINDS
  const kind = KINDS.find((known) => known === word)
  if (kind) return [kind]
  const close = nearest(word, KINDS)
  throw new HarnessError('usage', `cannot list "${word}"${close ? `; did you mean ${close}?` : ''}`, { hint: `lists: ${KINDS.join(', ')}` })
}

function summaries(table: Readonly<Record<string, { summary: string }>>): Entry[] {
  return Object.entries(table).map(([id, { summary }]) => ({ id, summary }))
}
