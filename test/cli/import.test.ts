import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Analysis } from '../../harness/types.ts'
import { FIXTURES } from '../import/start.ts'
import { distillbench } from './process.ts'
import { scratch } from './scratch.ts'

const files = [
  '--teacher',
  join(FIXTURES, 'teacher.jsonl'),
  '--student',
  join(FIXTURES, 'student.jsonl'),
  '--dataset',
  join(FIXTURES, 'questions.jsonl'),
  '--grader',
  'numeric',
]

describe('import', () => {
  test('prints the verdict and the summary, and writes all reports beside the record', async () => {
    const cwd = scratch()
    const { code, stdout, stderr } = await distillbench(['import', ...files, '--name', 'sums'], { cwd })
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const [run = ''] = readdirSync(join(cwd, '.distillbench/runs'))
    expect(run).toMatch(/-sums$/)
    expect(readdirSync(join(cwd, '.distillbench/runs', run)).sort()).toEqual(
      ['analysis.json', 'metrics.csv', 'report.html', 'report.md', 'run.json', 'samples.csv', 'samples.parquet', 'series.parquet'].sort(),
    )
    expect(stdout).toMatch(/^student, undecided: 40 items cannot decide/)
    expect(stdout).toContain(`Report: .distillbench/runs/${run}/report.html`)
    expect(readFileSync(join(cwd, '.distillbench/runs', run, 'samples.csv'), 'utf8')).toContain('3 plus 2 is 5.')
  })

  test('prints what the README shows', async () => {
    const { stdout } = await distillbench(['import', ...files], { cwd: scratch() })
    const shown =
      readFileSync(new URL('../../README.md', import.meta.url), 'utf8')
        .split('## Two files of answers')[1]
        ?.split('```\n')[2] ?? ''
    const [verdict = '', table = ''] = shown.split('\n\n')
    expect(stdout).toContain(verdict.trim())
    expect(stdout).toContain(table.replace(/…\s*$/, '').trim()) // the warnings after it are left out there
  })

  test('takes the first of several files as the teacher, and the report of it is made again from the record', async () => {
    const cwd = scratch()
    const args = ['import', join(FIXTURES, 'promptfoo.json#0'), `small=${join(FIXTURES, 'promptfoo.json#1')}`, '--grader', 'includes', '--json']
    const { code, stdout } = await distillbench(args, { cwd })
    const { analysis } = JSON.parse(stdout) as { analysis: Analysis }
    expect({ code, models: analysis.models.map(({ id, role }) => `${id} ${role}`) }).toEqual({ code: 0, models: ['openai-big teacher', 'small student'] })
    const again = await distillbench(['report', 'latest', '--format', 'json'], { cwd })
    expect((JSON.parse(again.stdout) as Analysis).rows).toEqual(analysis.rows)
  })

  test('answers mistakes with one sentence and exit code 2, or 3 for damaged data', async () => {
    const cwd = scratch()
    const said = async (...args: string[]): Promise<unknown> => {
      const { code, stderr } = await distillbench(['import', ...args], { cwd })
      return [code, stderr.split('\n')[0]]
    }
    expect(await said()).toEqual([2, 'error: no answers to import'])
    expect(await said('none.jsonl')).toEqual([2, 'error: none.jsonl cannot be read: there is no such file'])
    expect(await said(...files, '--grader', 'nummeric')).toEqual([2, 'error: option --grader cannot be "nummeric"; did you mean numeric?'])
    expect(await said(join(FIXTURES, 'teacher.jsonl'), ...files)).toEqual([2, expect.stringContaining('its role is not clear')])
    expect(await said(...files, '--margin', '2')).toEqual([2, expect.stringContaining('at most 1')])
    expect(await said(join(FIXTURES, 'questions.jsonl'))).toEqual([3, expect.stringContaining('questions.jsonl:1 has no "output"')])
  })
})

describe('compare', () => {
  test('prints the paired result of two runs, as text and as JSON', async () => {
    const cwd = scratch()
    const rest = ['--dataset', join(FIXTURES, 'questions.jsonl'), '--grader', 'numeric']
    for (const name of ['teacher', 'student']) await distillbench(['import', join(FIXTURES, `${name}.jsonl`), ...rest, '--name', name], { cwd })
    const [first = '', second = ''] = readdirSync(join(cwd, '.distillbench/runs')).sort((a, b) => (a.endsWith('teacher') ? -1 : b.endsWith('teacher') ? 1 : 0))
    const { code, stdout } = await distillbench(['compare', first, second], { cwd })
    expect(code).toBe(0)
    expect(stdout).toContain('−5.0 (−16.5 to +4.2)')
    const json = await distillbench(['compare', first, second, '--json'], { cwd })
    const { analysis } = JSON.parse(json.stdout) as { analysis: Analysis }
    expect(analysis.verdicts[0]?.tasks[0]).toMatchObject({ lost: 2, won: 0, items: 40 })
  })

  test('of one run alone says what is missing', async () => {
    const cwd = scratch()
    await distillbench(['import', ...files], { cwd })
    const { code, stderr } = await distillbench(['compare', 'latest'], { cwd })
    expect({ code, first: stderr.split('\n')[0] }).toEqual({ code: 2, first: 'error: compare needs two runs or more' })
    const pair = await distillbench(['compare', 'latest:teacher', 'latest:student'], { cwd })
    expect(pair.stdout).toContain('student, undecided')
  })
})
