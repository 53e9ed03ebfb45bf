/** The share of the gap that distillation recovered: (student − control) ÷ (teacher − control), paired by item. */
import { createRandom } from '../random.ts'
import type { Analysis, Estimate, ModelCard, Observed, StoredRun } from '../types.ts'
import type { GroupData } from './data.ts'
import { inOrder, lotOf } from './lot.ts'
import { isAlike, itemScores, WAY } from './metrics/accuracy.ts'
import { absent, counted, estimate } from './observed.ts'
import { bootstrap, foldSums, groupClusters, GROUPS, percentileInterval, REPLICATES, weightedRatio } from './stats/bootstrap.ts'

/** One row for each student, control and workload that all three were asked. Loads and repeats are averaged per item. */
export function gapRows(groups: readonly GroupData[], { record }: Pick<StoredRun, 'record'>): Analysis['gap'] {
  const workloads = [...new Set(groups.map(({ group }) => group.workload))]
  const cards = new Map(record.cells.flatMap((cell) => (cell.state === 'done' ? [[cell.key.model, cell.card] as const] : [])))
  const withRole = (role: string): string[] =>
    record.suite.models.filter((model) => model.role === role && groups.some(({ group }) => group.model.id === model.id)).map(({ id }) => id)
  const [teacher] = withRole('teacher')
  if (teacher === undefined) return []
  return workloads.flatMap((workload) =>
    withRole('student').flatMap((student) =>
      withRole('control').map((control) => {
        const scores = (model: string): Map<string, Score> => scoresOf(groups.filter(({ group }) => group.model.id === model && group.workload === workload))
        const mismatch = sizeMismatch(cards.get(student), cards.get(control))
        const recovered =
          mismatch ?? recoveredGap({ student: scores(student), control: scores(control), teacher: scores(teacher) }, [workload, student, control])
        return { run: record.id, student, control, workload, recovered }
      }),
    ),
  )
}

export interface Score {
  score: number
  cluster: string
  /** As `WAY`; absent: in writing. */
  way?: number
}

/** By item. */
export interface GapScores {
  student: ReadonlyMap<string, Score>
  control: ReadonlyMap<string, Score>
  teacher: ReadonlyMap<string, Score>
}

/** Absent where the teacher is not surely better than the control: a share of nothing means nothing. */
export function recoveredGap({ student, control, teacher }: GapScores, seed: readonly string[]): Observed<Estimate> {
  const way = (of: ReadonlyMap<string, Score>, item: string): number => of.get(item)!.way ?? WAY.written
  const items = [...teacher.keys()].filter(
    (item) => student.has(item) && control.has(item) && [student, control].every((of) => isAlike(way(of, item), way(teacher, item))),
  )
  if (items.length === 0) return absent('teacher, student and control have no item in common')
  const names = [...new Set(items.map((item) => teacher.get(item)!.cluster))]
  const clusters = new Map([...inOrder(Float64Array.from(names, lotOf))].map((name, i) => [names[name]!, i]))
  const count = clusters.size
  const [gained, gap, size] = [new Float64Array(count), new Float64Array(count), new Float64Array(count)]
  for (const item of items) {
    const at = clusters.get(teacher.get(item)!.cluster)!
    gained[at]! += student.get(item)!.score - control.get(item)!.score
    gap[at]! += teacher.get(item)!.score - control.get(item)!.score
    size[at]!++
  }
  const all = new Int32Array(count).fill(1)
  const groups = groupClusters(count, createRandom('groups', ...seed))
  const drawn = groups === undefined ? count : GROUPS
  const [above, between, sizes] = [gained, gap, size].map((sums) => (groups === undefined ? sums : foldSums(sums, groups))) as [Sums, Sums, Sums]
  const draws = bootstrap(drawn, REPLICATES, createRandom('gap', ...seed), [
    (weights) => weightedRatio(weights, above, between),
    (weights) => weightedRatio(weights, between, sizes),
  ])
  const width = percentileInterval(weightedRatio(all, gap, size), draws[1]!, drawn)
  if (width === undefined || width.low <= 0)
    return absent(
      `the teacher is not clearly better than the control on ${counted(items.length, 'item')}${width === undefined ? '' : ` (${points(width.value)} points, ${points(width.low)} to ${points(width.high)})`}`,
    )
  const interval = percentileInterval(weightedRatio(all, gained, gap), draws[0]!, drawn)
  if (interval === undefined) return absent('too many resamples have no value: too few items')
  return estimate(interval, {
    n: items.length,
    unit: 'ratio',
    origin: 'measured',
    method: `paired bootstrap over ${counted(count, 'item')}${groups === undefined ? '' : ` put into ${GROUPS} groups by lot`}, ${REPLICATES} resamples`,
  })
}

// --- internal ---

type Sums = Float64Array

/** Mean score of each item over the groups. */
function scoresOf(groups: readonly GroupData[]): Map<string, Score> {
  const sums = new Map<string, { sum: number; count: number; cluster: string; way: number }>()
  for (const { group } of groups) {
    const { table, item, cluster, score, way } = itemScores(group)
    for (let i = 0; i < item.length; i++) {
      const name = table.names[item[i]!]!
      const entry = sums.get(name)
      if (entry === undefined) sums.set(name, { cluster: table.names[cluster[i]!]!, sum: score[i]!, count: 1, way: way[i]! })
      else {
        entry.way = isAlike(entry.way, way[i]!) ? Math.min(entry.way, way[i]!) : WAY.mixed
        entry.sum += score[i]!
        entry.count++
      }
    }
  }
  return new Map([...sums].map(([item, { sum, count, cluster, way }]) => [item, { score: sum / count, cluster, way }]))
}

/** The control stands for the student without its teacher, which one of another size cannot. */
function sizeMismatch(student: ModelCard | undefined, control: ModelCard | undefined): Observed<Estimate> | undefined {
  const [own, other] = [student?.parametersTotal ?? 0, control?.parametersTotal ?? 0]
  if (!(own > 0 && other > 0)) return undefined // not told
  const ratio = own / other
  if (ratio > 0.9 && ratio < 1.1) return undefined
  return absent(`the control has another size (${other} parameters, the student ${own}), so the difference is not distillation’s alone`)
}

function points(ratio: number): string {
  return (100 * ratio).toFixed(1)
}
