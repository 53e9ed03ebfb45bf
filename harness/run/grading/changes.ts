/** What a later grading changed: counted for each workload, and told for each model. */
import type { GradingRecord, Sample, Warning, WorkloadSpec } from '../../types.ts'

export interface Changes {
  add(before: Sample, after: Sample): void
  workloads(): GradingRecord['workloads']
  warnings(): Warning[]
}

export function compareGrades(models: readonly string[], specs: readonly WorkloadSpec[]): Changes {
  const counts = new Map(specs.map(({ id }) => [id, { answers: 0, ungraded: 0, changed: 0 }]))
  const differing = new Map<string, Differing>()
  return {
    add({ key: { model, workload }, item, grade: old }, { grade, ungraded }) {
      const count = counts.get(workload)!
      count.answers += 1
      if (ungraded !== undefined) count.ungraded += 1
      if (old?.score === grade?.score) return
      count.changed += 1
      if (old === undefined || grade === undefined) return // a grade where there was none contradicts nobody
      const name = `${model}\u0000${workload}`
      const found = differing.get(name) ?? { model, workload, count: 0, stricter: 0, items: [] }
      differing.set(name, found)
      found.count += 1
      if (grade.score < old.score) found.stricter += 1
      if (found.items.length < NAMED) found.items.push(`${item} (${round(old.score)} before, ${round(grade.score)} now)`)
    },
    workloads: () => specs.map(({ id, grader }) => ({ id, grader: grader.id, graderVersion: grader.version, ...counts.get(id)! })),
    warnings: () =>
      models.flatMap((model) =>
        specs.flatMap(({ id, grader }): Warning[] => {
          const found = differing.get(`${model}\u0000${id}`)
          return found === undefined ? [] : [{ code: 'grades-disagree', message: textOf(found, grader), model }]
        }),
      ),
  }
}

// --- internal ---

interface Differing {
  readonly model: string
  readonly workload: string
  count: number
  stricter: number
  readonly items: string[]
}

const NAMED = 5
const round = (score: number): number => Number(score.toFixed(3))

function textOf({ model, workload, count, stricter, items }: Differing, { id, version }: WorkloadSpec['grader']): string {
  const more = count > items.length ? ` and ${count - items.length} more` : ''
  return `${workload}: ${id} ${version} gives ${count} of the answers of ${model} another score than they had, ${stricter} a lower and ${count - stricter} a higher one: ${items.join(', ')}${more}. The later grades count; the earlier ones are kept in the samples.`
}
