import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { compactRun } from '../../harness/run/index.ts'
import { createRun } from '../../harness/run/store/write.ts'
import { randomPair } from '../analysis/scripted-run.ts'
import { distillbench } from './process.ts'
import { scratch } from './scratch.ts'

/** One run with lines and one that is packed. */
async function folder(): Promise<string> {
  const out = scratch()
  for (const seed of [1, 2]) {
    const { record, samples } = randomPair(seed, 12)
    const store = createRun(out, `pair${seed}`, new Date('2025-02-06T14:15:16Z'))
    samples.forEach((sample) => store.appendSample(sample))
    store.writeRecord({ ...record, id: store.id })
    store.close()
    if (seed === 1) await compactRun(store.dir)
  }
  return out
}

test('SQL is answered over packed runs and lines, as a table, JSON or CSV; every example of the docs works', async () => {
  const out = await folder()
  const ask = (sql: string, ...more: string[]) => distillbench(['query', sql, '--runs', out, ...more], { cwd: out })
  const counts = 'SELECT run, model, count(*)::INTEGER AS n FROM samples GROUP BY ALL ORDER BY ALL'
  const json = await ask(counts, '--json')
  expect(json.stderr).toBe('')
  expect((JSON.parse(json.stdout) as { n: number }[]).map(({ n }) => n)).toEqual([12, 12, 12, 12])
  expect((await ask(counts, '--csv')).stdout.split('\n')[0]).toBe('run,model,n')
  const page = readFileSync(join(import.meta.dirname, '../../docs/query.md'), 'utf8')
  const examples = [...page.matchAll(/```sql\n(.*?)\n```/gs)].map(([, sql]) => sql!)
  expect(examples).toHaveLength(5)
  for (const sql of examples) expect(await ask(sql)).toMatchObject({ code: 0 })
})

test('wrong SQL, writing, other files and settings are refused in one sentence', async () => {
  const out = await folder()
  const before = readdirSync(out).sort()
  for (const sql of [
    'SELECT nothing FROM samples',
    "SELECT * FROM read_text('/etc/hostname')",
    `COPY runs TO '${out}/stolen.csv'`,
    `WITH a AS (SELECT 1) SELECT * FROM a; COPY runs TO '${out}/stolen.csv'`,
    'SET enable_external_access = true',
    'DROP VIEW samples',
  ]) {
    const { code, stdout, stderr } = await distillbench(['query', sql, '--runs', out], { cwd: out })
    expect({ sql, code, stdout, said: /^error: [^\n]+/.test(stderr), trace: /\n\s+at /.test(stderr) }).toEqual({
      sql,
      code: 2,
      stdout: '',
      said: true,
      trace: false,
    })
  }
  expect(readdirSync(out).sort()).toEqual(before)
})
