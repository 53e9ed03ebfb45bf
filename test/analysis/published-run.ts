/** A run of a suite of which nothing runs: what the runner records for models that are only quoted. */
import type { StoredRun, Suite } from '../../harness/types.ts'

export function publishedRun({
  name,
  title,
  description,
  margin,
  models,
  loads,
  facts,
  claims,
}: Pick<Suite, 'name' | 'title' | 'description' | 'margin' | 'models' | 'loads' | 'facts' | 'claims'>): StoredRun {
  return {
    dir: 'published',
    samples: [],
    series: [],
    record: {
      schema: 'run/1',
      id: 'published',
      createdAt: '2025-03-01T00:00:00.000Z',
      tool: { name: 'distillbench', version: '0.0.0' },
      command: `distillbench run ${name}`,
      seed: 1,
      quick: false,
      suite: { name, title, description, file: 'suite.ts', hash: 'abc', margin, models, workloads: [], loads, facts, claims },
      environment: { host: {}, node: 'v20.20.0', tool: 'distillbench 0.0.0' },
      plan: [],
      cells: [],
      meters: [],
      warnings: [],
      state: 'done',
    },
  }
}
