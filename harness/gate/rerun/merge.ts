/** Two suites as one, whose models run side by side; and the run of it taken apart again. */
import { HarnessError } from '../../errors.ts'
import type { LoadedSuite, ModelSpec, StoredRun, Suite } from '../../types.ts'
import { fillVariables } from '../../variables.ts'

/** What a model of the baseline is called in the run of both. */
export const BASELINE_MARK = '@baseline'

export interface Arms {
  candidate: LoadedSuite
  baseline: LoadedSuite
  /** Values for `${NAME}` in options of the baseline's models, where they differ from the environment. */
  variables?: Readonly<Record<string, string>>
}

export interface SideBySide {
  loaded: LoadedSuite
  /** Ids of the two models of each pair, the candidate first. */
  pairs: readonly (readonly [candidate: string, baseline: string])[]
}

/**
 * Models that both suites have under one id make a pair; the questions, loads and graders are the candidate's. `blocks` is the
 * least number of blocks, `repeats` how often all of them may be asked. Throws HarnessError `usage` where the suites have no
 * model in common.
 */
export function mergeSuites(
  { candidate, baseline, variables = {} }: Arms,
  wanted: readonly string[],
  { blocks, repeats }: { blocks: number; repeats: number },
): SideBySide {
  const { suite } = candidate
  const both = suite.models.filter(
    ({ id, adapter }) => wanted.includes(id) && adapter !== 'published' && baseline.suite.models.some((other) => other.id === id),
  )
  if (both.length === 0) {
    const lists = [suite, baseline.suite].map(({ models }) => models.map(({ id }) => id).join(', '))
    throw new HarnessError('usage', `the two suites have no model in common that could run: ${lists[0]} and ${lists[1]}`)
  }
  const models = both.flatMap((model): ModelSpec[] => {
    const old = baseline.suite.models.find(({ id }) => id === model.id)!
    return [
      model,
      {
        ...old,
        id: `${old.id}${BASELINE_MARK}`,
        name: `${old.name}, baseline`,
        role: 'control',
        options: substituted(old.options, variables) as ModelSpec['options'],
      },
    ]
  })
  const { untilDecided: _, ...rest } = suite
  const merged: Suite = {
    ...rest,
    name: `${suite.name}-gate`.slice(0, 64),
    title: `${suite.title}: candidate and baseline side by side`,
    models,
    blocks: Math.max(blocks, suite.blocks),
    quick: { ...suite.quick, blocks: Math.max(blocks, suite.quick.blocks) },
    repeats,
    facts: [],
    claims: [],
  }
  return { loaded: { ...candidate, suite: merged }, pairs: both.map(({ id }) => [id, `${id}${BASELINE_MARK}`] as const) }
}

/** The runs of candidate and baseline, with the names and roles that their models have in their suites. Cells that were skipped are left out. */
export function splitRun(run: StoredRun, { candidate, baseline }: Pick<Arms, 'candidate' | 'baseline'>): { candidate: StoredRun; baseline: StoredRun } {
  const isOld = (id: string): boolean => id.endsWith(BASELINE_MARK)
  const plain = (id: string): string => (isOld(id) ? id.slice(0, -BASELINE_MARK.length) : id)
  const side = (old: boolean, { suite }: LoadedSuite): StoredRun => {
    const { record } = run
    const roles = new Map(suite.models.map(({ id, role, name }) => [id, { role, name }]))
    const own = <T extends { key: { model: string } }>(entries: readonly T[]): T[] =>
      entries.filter(({ key }) => isOld(key.model) === old).map((entry) => ({ ...entry, key: { ...entry.key, model: plain(entry.key.model) } }))
    const cells = own(record.cells).filter(({ state }) => state === 'done' || state === 'failed')
    const ids = new Set(cells.map(({ id }) => id))
    return {
      dir: run.dir,
      samples: own(run.samples).filter(({ cell }) => ids.has(cell)),
      series: run.series.filter(({ cell }) => ids.has(cell)),
      record: {
        ...record,
        suite: {
          ...record.suite,
          name: suite.name,
          title: suite.title,
          models: record.suite.models.filter(({ id }) => isOld(id) === old).map((model) => ({ ...model, id: plain(model.id), ...roles.get(plain(model.id)) })),
        },
        plan: cells.map(({ key }) => key),
        cells,
        warnings: record.warnings.flatMap((warning) =>
          warning.model === undefined ? [warning] : isOld(warning.model) === old ? [{ ...warning, model: plain(warning.model) }] : [],
        ),
        state: cells.some(({ state }) => state === 'failed') ? 'failed' : record.state === 'interrupted' ? 'interrupted' : 'done',
      },
    }
  }
  return { candidate: side(false, candidate), baseline: side(true, baseline) }
}

// --- internal ---

/** `${NAME}` and `${NAME:-else}` with the values of the baseline; other names stay for the adapter. */
function substituted(value: unknown, variables: Readonly<Record<string, string>>): unknown {
  if (typeof value === 'string') return fillVariables(value, (name) => (Object.hasOwn(variables, name) ? variables[name] : undefined))
  if (Array.isArray(value)) return value.map((entry) => substituted(entry, variables))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, substituted(entry, variables)]))
}
