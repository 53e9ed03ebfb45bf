import { readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Analysis, Observed } from '../../harness/types.ts'
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
      ['analysis.json', 'analysis.key', 'metrics.csv', 'report.html', 'report.md', 'run.json', 'samples.csv', 'samples.parquet', 'series.parquet'].sort(),
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

  test('shows the tests of the pairs: 500 items, 22 lost and 14 won, a margin of 3 points', async () => {
    const cwd = scratch()
    const answers = (right: (n: number) => boolean): string =>
      Array.from(
        { length: 500 },
        (_, n) => `${JSON.stringify({ id: `q${n}`, prompt: `say ${n}`, target: String(n), output: right(n) ? String(n) : 'no' })}\n`,
      ).join('')
    writeFileSync(
      join(cwd, 'big.jsonl'),
      answers((n) => n < 422),
    )
    writeFileSync(
      join(cwd, 'small.jsonl'),
      answers((n) => n >= 22 && n < 436),
    )
    const { stdout } = await distillbench(['import', '--teacher', 'big.jsonl', '--student', 'small.jsonl', '--margin', '0.03', '--json'], { cwd })
    const { analysis, files: written } = JSON.parse(stdout) as { analysis: Analysis; files: { html: string } }
    const [task] = analysis.verdicts[0]!.tasks
    const value = (observed: Observed<unknown> | undefined): unknown => (observed?.state === 'ok' ? observed.value : observed)
    expect({ items: task?.items, lost: task?.lost, won: task?.won, decision: task?.decision }).toEqual({ items: 500, lost: 22, won: 14, decision: 'undecided' })
    expect(value(task?.mcnemar)).toEqual({ exact: expect.closeTo(0.243, 4) as number, midP: expect.closeTo(0.1877, 4) as number })
    expect(value(task?.test)).toMatchObject({ z: expect.closeTo(1.134, 3) as number })
    expect(value(task?.difference)).toMatchObject({ value: -0.016, low: expect.closeTo(-0.04108, 5) as number, high: expect.closeTo(0.00789, 5) as number })
    expect(readFileSync(join(cwd, written.html), 'utf8').replace(/<[^>]*>/g, ' ')).toMatch(
      /500 \(22, 14\)\s+−1\.6 \(−4\.1 to \+0\.8\)\s+0\.2430 \(0\.1877\)\s+1\.134\s/,
    )
    const pair = await distillbench(['compare', 'latest:big', 'latest:small'], { cwd })
    expect(pair.stdout).toContain(
      'small: 500 items, 22 lost and 14 won; difference −1.6 points (−4.1 to +0.8); McNemar p 0.2430 (mid-p 0.1877); z 1.134 against the margin of 3 points; undecided.\n',
    )
  })

  test('of one run alone says what is missing', async () => {
    const cwd = scratch()
    await distillbench(['import', ...files], { cwd })
    const { code, stderr } = await distillbench(['compare', 'latest'], { cwd })
    expect({ code, first: stderr.split('\n')[0] }).toEqual({ code: 2, first: 'error: compare needs two runs or more' })
    const alone = await distillbench(['compare', 'latest:teacher'], { cwd })
    expect(alone.stderr).toBe('error: compare needs something to compare with\n  distillbench compare latest:teacher RUN\n')
    // A folder whose name looks like RUN:MODEL is a folder.
    renameSync(join(cwd, '.distillbench/runs', readdirSync(join(cwd, '.distillbench/runs'))[0]!), join(cwd, 'old:teacher'))
    const pair = await distillbench(['compare', 'old:teacher:teacher', 'old:teacher:student'], { cwd })
    expect(pair.stdout).toContain('student, undecided')
    const itself = await distillbench(['compare', 'old:teacher', 'old:teacher:student'], { cwd })
    expect(itself.stderr).toContain('the runs have several models and it is not clear which are to be compared')
  })
})
