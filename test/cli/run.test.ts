import { cpSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import type { Analysis, RunRecord, Sample } from '../../harness/types.ts'
import { distillbench, onTerminal } from './process.ts'
import { processesIn, project, projectIn, type Project } from './project.ts'
import { readOnlyFolder, scratch, smallDisk } from './scratch.ts'

const REPORTS = ['analysis.json', 'analysis.key', 'metrics.csv', 'report.html', 'report.md', 'samples.csv']

function recordOf(folder: string): RunRecord {
  return JSON.parse(readFileSync(join(folder, 'run.json'), 'utf8')) as RunRecord
}

function samplesOf(folder: string): Sample[] {
  return readFileSync(join(folder, 'samples.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Sample)
}

/** Waits until the models of a project were asked that often. */
async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise((resolve) => setTimeout(resolve, 20))
}

describe('run', () => {
  test('prints the summary and the path of the report, writes all reports beside the record, and ends with 0', async () => {
    const mine = project({ student: { accuracy: 0.5 } })
    const { code, stdout, stderr } = await distillbench(['run', 'suite.json'], { cwd: mine.folder })
    expect({ code, runs: mine.runs().length }).toEqual({ code: 0, runs: 1 })
    const [folder = ''] = mine.runs()
    expect(readdirSync(folder).sort()).toEqual([...REPORTS, 'run.json', 'samples.parquet', 'series.parquet'].sort())
    expect(stdout).toMatch(/^student, undecided: 4 items cannot decide/)
    expect(stdout).toMatch(/^Model/m)
    expect(stdout).toContain(`\nReport: .distillbench/runs/${recordOf(folder).id}/report.html\n`)
    expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([])
    const lines = stderr.trim().split('\n')
    expect(lines[0]).toBe(`run ${recordOf(folder).id}: 4 cells, 8 requests`)
    expect(lines.filter((line) => /^\[\d\/4\] /.test(line))).toHaveLength(4)
    expect(recordOf(folder).command).toBe('distillbench run suite.json')
  })

  test('with --json gives one document on stdout and JSON lines on stderr', async () => {
    const { code, stdout, stderr } = await distillbench(['run', 'suite.json', '--json'], { cwd: project().folder })
    const result = JSON.parse(stdout) as { run: { state: string }; cellsFailed: number; files: Record<string, string>; analysis: Analysis }
    expect({ code, state: result.run.state, failed: result.cellsFailed, schema: result.analysis.schema }).toEqual({
      code: 0,
      state: 'done',
      failed: 0,
      schema: 'analysis/1',
    })
    expect(Object.keys(result.files)).toEqual(['html', 'md', 'metrics', 'samples', 'analysis'])
    const types = stderr
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { type: string }).type)
    expect(types.filter((type) => type === 'cell-end')).toHaveLength(4)
    expect(types).not.toContain('sample')
  })

  test('does what its options say', async () => {
    const mine = project()
    const options = ['--models', 'teacher', '--seed', '9', '--quick', '--out', 'elsewhere', '--backend', 'cpu']
    expect((await distillbench(['run', 'suite.json', ...options], { cwd: mine.folder })).code).toBe(0)
    const record = recordOf(join(mine.folder, 'elsewhere', 'runs', readdirSync(join(mine.folder, 'elsewhere', 'runs'))[0] ?? ''))
    expect(record).toMatchObject({ seed: 9, quick: true })
    expect(record.cells.map(({ key }) => key.model)).toEqual(expect.not.arrayContaining(['student']))
    expect(record.cells[0]).toMatchObject({ runtime: { backend: 'cpu' } })
  })

  test('a child that is killed makes failed cells with their reason; the others are reported, and the exit code is 3', async () => {
    const mine = project({ student: { trouble: { at: 'measure', how: 'kill' } } })
    const { code, stdout, stderr } = await distillbench(['run', 'suite.json'], { cwd: mine.folder, env: { GITHUB_ACTIONS: 'true' } })
    expect(code).toBe(3)
    expect(stderr).toContain('error: 2 cells of 4 failed; the report says why\n')
    expect(stderr).toMatch(/^::error title=cell student\/sums\/sequential\/r0\/b0 failed::.*SIGKILL/m)
    expect(stdout).toContain('teacher')
    expect(readdirSync(mine.runs()[0] ?? '')).toEqual(expect.arrayContaining(REPORTS))
  })

  test.each([80, 40])('fits a terminal of %d columns: one line that is redrawn, then the table', async (columns) => {
    const mine = project({ teacher: { firstMs: 60 }, student: { firstMs: 60 } })
    const { code, stdout } = await onTerminal(['run', 'suite.json'], columns, { cwd: mine.folder })
    expect(code).toBe(0)
    // oxlint-disable-next-line no-control-regex
    const drawn = stdout.split(/\r\n|\r/).map((line) => line.replace(/\u001b\[[\d;]*[mK]/g, ''))
    expect(drawn.filter((line) => line.length > columns && !line.startsWith('Report: '))).toEqual([])
    expect(drawn.filter((line) => /\d\/8/.test(line)).length).toBeGreaterThan(1)
  })

  test('shows no colours where NO_COLOR is set', async () => {
    const { stdout } = await onTerminal(['run', 'suite.json'], 80, { cwd: project().folder, env: { NO_COLOR: '1' } })
    // oxlint-disable-next-line no-control-regex
    expect(stdout).not.toMatch(/\u001b\[[\d;]*m/)
  })
})

describe('run, given something wrong, says so in one sentence', () => {
  const firstLine = (text: string): string => text.split('\n')[0] ?? ''

  test('a suite with a misspelt key: the file, the path and the nearest key, exit code 2', async () => {
    const mine = project({}, { extra: { blokcs: 2 } })
    const { code, stderr, stdout } = await distillbench(['run', 'suite.json'], { cwd: mine.folder })
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toMatch(/^error: suite\.json.*blokcs.*did you mean blocks\?/s)
    expect(stderr).not.toContain('    at ')
  })

  test('an unknown suite: the nearest name, exit code 2', async () => {
    const { code, stderr } = await distillbench(['run', 'arithmetik'], { cwd: project().folder })
    expect({ code, said: firstLine(stderr) }).toEqual({ code: 2, said: 'error: there is no suite "arithmetik"; did you mean arithmetic?' })
  })

  test('an unknown model: the nearest id, exit code 2', async () => {
    const { code, stderr } = await distillbench(['run', 'suite.json', '--models', 'teachr'], { cwd: project().folder })
    expect({ code, said: firstLine(stderr) }).toEqual({ code: 2, said: expect.stringContaining('teacher') as unknown })
  })

  test('an output folder that is read-only: exit code 3, and nothing was asked', async (context) => {
    const folder = readOnlyFolder()
    if (folder === undefined) return context.skip('mounting a read-only disk is not allowed here')
    const mine = project()
    const { code, stderr } = await distillbench(['run', 'suite.json', '--out', folder], { cwd: mine.folder })
    expect({ code, asked: mine.asked() }).toEqual({ code: 3, asked: [] })
    expect(firstLine(stderr)).toMatch(/^error: .*(read-only|permission)/i)
  })

  test('a disk that fills up: exit code 3, nothing finished is lost, and the run goes on elsewhere in the folder', async (context) => {
    const disk = smallDisk(65_536)
    if (disk === undefined) return context.skip('mounting a small disk is not allowed here')
    const mine = project({}, { items: 400 })
    const { code, stderr } = await distillbench(['run', 'suite.json', '--out', disk], { cwd: mine.folder })
    expect(code).toBe(3)
    expect(stderr).toMatch(/^error: .*(space|full)/im)
    const [run = ''] = readdirSync(join(disk, 'runs'))
    expect(samplesOf(join(disk, 'runs', run)).length).toBeGreaterThan(20)
  })
})

describe('an interrupted run', () => {
  test('ends with 130, leaves no process, says how to go on, and goes on without asking a finished item again', async () => {
    const mine = project({ teacher: { firstMs: 50 }, student: { firstMs: 50 } }, { items: 10 })
    const result = await distillbench(['run', 'suite.json'], {
      cwd: mine.folder,
      started: (child) => void until(() => mine.asked().length > 7).then(() => child.kill('SIGINT')),
    })
    expect(result).toMatchObject({ code: 130, signal: null, stdout: '' })
    expect(processesIn(mine.folder)).toEqual([])
    const [folder = ''] = mine.runs()
    const hint = `go on with: distillbench run suite.json --resume ${recordOf(folder).id}\n`
    expect(result.stderr).toContain(`error: interrupted; what was finished is kept\n  ${hint}`)
    expect(recordOf(folder).state).toBe('interrupted')
    const finished = samplesOf(folder).filter(({ finish }) => finish !== 'error')
    const before = mine.asked().length

    const again = await distillbench(['run', 'suite.json', '--resume', 'latest'], { cwd: mine.folder })
    expect(again.code).toBe(0)
    expect(mine.runs()).toEqual([folder])
    expect(mine.asked().slice(before).toSorted()).toEqual(missing(finished, 10))
    expect(recordOf(folder).state).toBe('done')
  })

  test('whose model does not listen is over at once with the second signal, and leaves no process', async () => {
    const mine = project({ teacher: { trouble: { at: 'measure', how: 'block' } } })
    let signals = 0
    const result = await distillbench(['run', 'suite.json', '--models', 'teacher'], {
      cwd: mine.folder,
      started: (child) => void until(() => mine.asked().length > 0).then(() => child.kill('SIGINT')),
      onStderr: (said, child) => {
        if (said.includes('once more stops at once') && signals++ === 0) child.kill('SIGINT')
      },
    })
    expect(result.code).toBe(130)
    await until(() => processesIn(mine.folder).length === 0)
  })
})

describe('report', () => {
  test('of a damaged record is one sentence, and exit code 3', async () => {
    const mine = await projectWithRun()
    const [folder = ''] = mine.runs()
    writeFileSync(join(folder, 'run.json'), '{"schema":"run/1", "id": ')
    const { code, stderr, stdout } = await distillbench(['report', folder], { cwd: mine.folder })
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' })
    expect(stderr).toMatch(/^error: could not read .*run\.json/)
  })

  test('of a record of a newer version names the version', async () => {
    const mine = await projectWithRun()
    const [folder = ''] = mine.runs()
    writeFileSync(join(folder, 'run.json'), readFileSync(join(folder, 'run.json'), 'utf8').replace('run/1', 'run/99'))
    const { code, stderr } = await distillbench(['report', folder], { cwd: mine.folder })
    expect(code).toBe(3)
    expect(stderr).toContain('run/99')
  })

  test('finds a run by id, folder and `latest`, and writes each format to stdout in a pipe', async () => {
    const mine = await projectWithRun()
    const [folder = ''] = mine.runs()
    const { id } = recordOf(folder)
    for (const word of [id, folder, 'latest']) {
      const { code, stdout } = await distillbench(['report', word, '--format', 'csv'], { cwd: mine.folder })
      expect({ code, head: stdout.split('\n')[0] }).toEqual({ code: 0, head: 'run,model,role,workload,load,slice,metric,value,low,high,unit,origin' })
    }
    expect((await distillbench(['report', 'latest'], { cwd: mine.folder })).stdout).toMatch(/^<!doctype html>/i)
    expect((await distillbench(['report', 'latest', '--format', 'md'], { cwd: mine.folder })).stdout).toMatch(/^## /)
    expect(JSON.parse((await distillbench(['report', 'latest', '--json'], { cwd: mine.folder })).stdout)).toMatchObject({ schema: 'analysis/1' })
  })

  test('writes to a file where --out says so, and the page beside the record on a terminal', async () => {
    const mine = await projectWithRun()
    const [folder = ''] = mine.runs()
    const before = readFileSync(join(folder, 'report.html'), 'utf8')
    writeFileSync(join(folder, 'report.html'), 'old')
    const { stdout } = await distillbench(['report', 'latest', '--format', 'md', '--out', 'deep/report.md'], { cwd: mine.folder })
    expect(stdout).toContain('Report: deep/report.md')
    expect(readFileSync(join(mine.folder, 'deep/report.md'), 'utf8')).toMatch(/^## /)
    expect((await onTerminal(['report', 'latest'], 80, { cwd: mine.folder })).stdout).toContain('report.html')
    expect(readFileSync(join(folder, 'report.html'), 'utf8')).toBe(before)
  })

  test('takes the analysis that was kept, and makes a new one where a file or the analysis itself is another', async () => {
    const mine = await projectWithRun()
    const [folder = ''] = mine.runs()
    const [path, key] = ['analysis.json', 'analysis.key'].map((name) => join(folder, name)) as [string, string]
    const reported = async (): Promise<string> => (await distillbench(['report', folder, '--json'], { cwd: mine.folder })).stdout
    const [first, kept] = [readFileSync(path, 'utf8'), readFileSync(key, 'utf8')]
    const other = first.replace('"sums"', '"other sums"')
    expect(other).not.toBe(first)
    const compiled = new URL('../../dist/harness/cli/kept-analysis.js', import.meta.url).href
    const { keepAnalysis } = (await import(compiled)) as typeof import('../../harness/cli/kept-analysis.ts')
    writeFileSync(path, other)
    expect(await reported()).toBe(first) // somebody changed it: the record counts
    await keepAnalysis(folder)
    expect(readFileSync(key, 'utf8')).not.toBe(kept)
    expect(await reported()).toBe(other) // as it was kept
    writeFileSync(join(folder, 'run.json'), `${readFileSync(join(folder, 'run.json'), 'utf8')}\n`)
    expect(await reported()).toBe(first)
  })

  test('sets several runs side by side', async () => {
    const mine = await projectWithRun()
    await distillbench(['run', 'suite.json', '--seed', '5'], { cwd: mine.folder })
    const { stdout } = await distillbench(['report', ...mine.runs(), '--json'], { cwd: mine.folder })
    expect((JSON.parse(stdout) as Analysis).runs.map(({ seed }) => seed)).toEqual([1, 5])
  })

  test('of no run at all says what to do', async () => {
    const { code, stderr } = await distillbench(['report', 'latest'], { cwd: project().folder })
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: 'error: there is no run in .distillbench yet\n  run a suite first, or name another folder with --runs\n',
    })
  })
})

describe('plan', () => {
  test('runs nothing, and knows no time before the first run', async () => {
    const mine = project()
    const { code, stdout } = await distillbench(['plan', 'suite.json'], { cwd: mine.folder })
    expect({ code, asked: mine.asked(), written: existsSync(join(mine.folder, '.distillbench')) }).toEqual({ code: 0, asked: [], written: false })
    expect(stdout).toContain('4 cells, 8 requests, at most 64 output tokens')
    expect(stdout).toContain('an unknown time (no earlier run tells)')
  })

  test('shows the cells in the order in which they run, with time, tokens and cost of the run before', async () => {
    const mine = await projectWithRun()
    const plan = JSON.parse((await distillbench(['plan', 'suite.json', '--json'], { cwd: mine.folder })).stdout) as {
      cells: { id: string; ms: { value: number } }[]
      usd: { state: string; value: number }
      models: { model: string; outputTokens: { value: number } }[]
      basedOn: string[]
    }
    const record = recordOf(mine.runs()[0] ?? '')
    expect(plan.cells.map(({ id }) => id)).toEqual(record.cells.map(({ id }) => id))
    expect(plan.basedOn).toEqual([record.id])
    expect(plan.usd.state).toBe('ok')
    expect(plan.usd.value).toBeCloseTo(plan.cells.reduce((sum, { ms }) => sum + ms.value, 0) / 1e6, 9) // 3.6 dollars an hour
    expect(plan.models.map(({ outputTokens }) => outputTokens.value)).toEqual([4, 4]) // one digit for each of four sums
    expect((await distillbench(['plan', 'suite.json'], { cwd: mine.folder })).stdout).toMatch(/Expected in all: [\d.]+ m?s, \$/)
  })
})

// --- internal ---

/** A copy of one project that has a run: only the tests of `run` itself need a run of their own. */
async function projectWithRun(): Promise<Project> {
  const folder = scratch()
  cpSync((await (withRun ??= runOnce())).folder, folder, { recursive: true })
  return projectIn(folder)
}
let withRun: Promise<Project> | undefined
const kept = mkdtempSync(join(tmpdir(), 'distillbench-test-'))
afterAll(() => rmSync(kept, { recursive: true }))

async function runOnce(): Promise<Project> {
  const mine = project({}, { folder: kept })
  expect((await distillbench(['run', 'suite.json'], { cwd: mine.folder })).code).toBe(0)
  return mine
}

/** What both models still have to be asked, as the log of requests has it. */
function missing(finished: readonly Sample[], items: number): string[] {
  const done = new Set(finished.map(({ key, prompt }) => `${key.model}\t${prompt}`))
  const all = ['teacher', 'student'].flatMap((model) => Array.from({ length: items }, (_, n) => `${model}\t${n}+${n}=`))
  return all.filter((line) => !done.has(line)).toSorted()
}
