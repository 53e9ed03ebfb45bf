import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { createWorkload } from '../../harness/workloads/index.ts'
import type { Item } from '../../harness/types.ts'
import { ROOT } from '../project/imports.ts'

/** The folder `shared` beside the clone, or above it. */
function findShared(path: string): string | undefined {
  for (let folder = ROOT; ; folder = dirname(folder)) {
    const candidate = join(folder, 'shared', path)
    if (existsSync(candidate)) return candidate
    if (folder === dirname(folder)) return undefined
  }
}
const file = findShared('data/gsm8k/test.jsonl')

test.skipIf(file === undefined)('all 1319 questions of GSM8K are read, and each reference answer grades as right against itself', async () => {
  const workload = createWorkload(
    {
      id: 'gsm8k',
      kind: 'file',
      file: file!,
      prompt: 'Question: {{question}}\nAnswer:',
      target: '{{final}}',
      columns: { final: { from: 'answer', after: '####' } },
      grader: 'numeric',
    },
    '/',
  )
  const items: Item[] = []
  for await (const item of workload.items(1)) items.push(item)
  expect(items).toHaveLength(1319)
  const full = createWorkload({ id: 'gsm8k', kind: 'file', file: file!, prompt: '{{question}}', target: '{{answer}}', grader: 'numeric' }, '/')
  let n = 0
  for await (const { target } of full.items(1)) {
    const item = items[n++]!
    expect({ item, ...workload.grader.grade(item, target!) }).toMatchObject({ score: 1 }) // the reference, working and all
    expect(workload.grader.grade(item, `The answer is ${item.target}.`).score).toBe(1)
    expect(workload.grader.grade(item, `#### ${Number(item.target!.replaceAll(',', '')) + 1}`).score).toBe(0)
  }
})
