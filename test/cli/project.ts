/** A folder of a user with a suite of scripted models. */
import { copyFileSync, existsSync, readFileSync, readdirSync, readlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { scratch } from './scratch.ts'

const SCRIPTED = fileURLToPath(new URL('../fixtures/adapters/scripted.mjs', import.meta.url))

export interface Project {
  folder: string
  /** Every request that a model was asked, `model\tprompt`. */
  asked(): string[]
  /** Folders of the runs, oldest first. */
  runs(): string[]
}

/** `options` are those of the scripted models by id; each is asked `items` sums in two blocks. */
export function project(
  options: Record<string, object> = {},
  { items = 4, extra = {}, folder = scratch() }: { items?: number; extra?: object; folder?: string } = {},
): Project {
  const log = join(folder, 'asked.log')
  copyFileSync(SCRIPTED, join(folder, 'scripted.mjs'))
  const model = (id: string, role: string): object => ({ role, adapter: './scripted.mjs', options: { log, ...options[id] } })
  const suite = {
    name: 'sums',
    models: { teacher: model('teacher', 'teacher'), student: model('student', 'student') },
    workloads: [
      {
        id: 'sums',
        kind: 'list',
        maxTokens: 8,
        items: Array.from({ length: items }, (_, n) => ({ id: `sum-${n}`, prompt: `${n}+${n}=`, target: `${2 * n}` })),
      },
    ],
    blocks: 2,
    warmup: { requests: 0 },
    meters: ['host-memory'],
    price: { kind: 'hourly', usdPerHour: 3.6, source: 'a test', date: '2025-02-06' },
    ...extra,
  }
  writeFileSync(join(folder, 'suite.json'), JSON.stringify(suite))
  return projectIn(folder)
}

/** The folder of a project, by itself or as a copy. */
export function projectIn(folder: string): Project {
  const log = join(folder, 'asked.log')
  const runsFolder = join(folder, '.distillbench', 'runs')
  return {
    folder,
    asked: () => (existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : []),
    runs: () =>
      existsSync(runsFolder)
        ? readdirSync(runsFolder)
            .sort()
            .map((name) => join(runsFolder, name))
        : [],
  }
}

/** Processes that still run in this folder. */
export function processesIn(folder: string): string[] {
  return readdirSync('/proc').filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readlinkSync(`/proc/${pid}/cwd`) === folder
    } catch {
      return false // gone meanwhile, or not ours
    }
  })
}
