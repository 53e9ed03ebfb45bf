/** The writer of a run: the only one that touches its folder while it runs. */
import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import type { Judgement, RunRecord, Sample, SeriesRecord, TokenScore } from '../../types.ts'
import { openAppend, type AppendFile } from './append.ts'
import { storageError } from './errors.ts'
import { lockRun } from './lock.ts'

/** A finished run has Parquet files in place of the lines; where both are there, the lines count. */
export const FILES = {
  record: 'run.json',
  samples: 'samples.jsonl',
  series: 'series.jsonl',
  scores: 'scores.jsonl',
  judgements: 'judgements.jsonl',
  samplesParquet: 'samples.parquet',
  seriesParquet: 'series.parquet',
} as const

export interface RunStore {
  readonly id: string
  readonly dir: string
  /** The sample is with the operating system when this returns: it survives the end of this process. */
  appendSample(sample: Sample): void
  appendSeries(series: SeriesRecord): void
  /** The file is made with the first one: few runs have any. */
  appendScore(score: TokenScore): void
  appendJudgement(judgement: Judgement): void
  /** Replaces run.json in one step, after samples and series have reached the disk. */
  writeRecord(record: RunRecord): void
  close(): void
}

/** Makes the folder of a new run, `<out>/runs/<UTC time>-<suite>`. Throws HarnessError `storage` where it cannot. */
export function createRun(out: string, suite: string, createdAt: Date): RunStore {
  const runs = join(out, 'runs')
  const time = createdAt.toISOString().replace(/[-:]/g, '').replace('T', '-').slice(0, 15)
  try {
    makeFolders(resolve(runs))
    for (let n = 1; ; n++) {
      const id = `${time}-${suite}${n === 1 ? '' : `-${n}`}`
      if (tryMkdir(join(runs, id))) return openRun(join(runs, id), id)
    }
  } catch (error) {
    throw storageError(error, out, 'make the folder of the run')
  }
}

/** Opens an existing run to go on with it; one that was packed must be unpacked first. Throws HarnessError `storage`, or `usage` while another process writes to it. */
export function openRun(dir: string, id: string): RunStore {
  const unlock = lockRun(dir)
  try {
    const samples = openAppend(join(dir, FILES.samples))
    const series = openAppend(join(dir, FILES.series))
    let scores: AppendFile | undefined
    let judgements: AppendFile | undefined
    return {
      id,
      dir,
      appendSample: (sample) => samples.append(sample),
      appendSeries: (one) => series.append(one),
      appendScore: (score) => (scores ??= openAppend(join(dir, FILES.scores))).append(score),
      appendJudgement: (judgement) => (judgements ??= openAppend(join(dir, FILES.judgements))).append(judgement),
      writeRecord(record) {
        scores?.sync()
        judgements?.sync()
        samples.sync()
        series.sync()
        replaceRecord(dir, record)
      },
      close() {
        samples.close()
        series.close()
        scores?.close()
        judgements?.close()
        unlock()
      },
    }
  } catch (error) {
    unlock()
    throw error
  }
}

/** Replaces run.json of a run that has ended, in one step. Throws HarnessError `storage`. */
export function replaceRecord(dir: string, record: RunRecord): void {
  replaceFile(dir, FILES.record, `${JSON.stringify(record, undefined, 1)}\n`)
}

// --- internal ---

/** Makes the folder; false if it is there already. */
function tryMkdir(dir: string): boolean {
  try {
    mkdirSync(dir)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST' && statSync(dir).isDirectory()) return false
    throw error
  }
}

/** Node's own `recursive` says ENOENT where the file system is read-only, which would be reported as a folder that is gone. */
function makeFolders(dir: string): void {
  try {
    tryMkdir(dir)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || dirname(dir) === dir) throw error
    makeFolders(dirname(dir))
    tryMkdir(dir)
  }
}

/** A reader sees the old content or the new one, never half of it. */
function replaceFile(dir: string, name: string, text: string): void {
  const path = join(dir, name)
  const temporary = `${path}.new`
  try {
    const fd = openSync(temporary, 'w', 0o644)
    try {
      writeFileSync(fd, text)
      fsyncSync(fd)
    } finally {
      closeSync(fd)
    }
    renameSync(temporary, path)
  } catch (error) {
    rmSync(temporary, { force: true })
    throw storageError(error, dir, `write ${name}`)
  }
}
