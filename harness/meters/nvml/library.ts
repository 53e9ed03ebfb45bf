/** Where the driver's library lies, without loading it. */
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { platform } from 'node:os'
import type { Observed } from '../../types.ts'

/** Path of NVML: what DISTILLBENCH_NVML names, else the first that exists of the usual places, those of WSL too. */
export function findNvml(env: NodeJS.ProcessEnv = process.env, system: string = platform()): Observed<string> {
  const named = env.DISTILLBENCH_NVML
  const places = named === undefined ? usual(env, system) : [named]
  const found = places.find((path) => existsSync(path))
  if (found !== undefined) return { state: 'ok', value: found }
  if (named !== undefined) return { state: 'absent', why: `DISTILLBENCH_NVML names ${named}, which is not there` }
  return { state: 'absent', why: 'there is no NVIDIA driver library (NVML) here' }
}

// --- internal ---

const LINUX = [
  '/usr/lib/wsl/lib',
  '/usr/lib/x86_64-linux-gnu',
  '/usr/lib/aarch64-linux-gnu',
  '/usr/lib64',
  '/usr/lib',
  '/usr/local/nvidia/lib64',
  '/run/opengl-driver/lib',
]

function usual(env: NodeJS.ProcessEnv, system: string): string[] {
  if (system === 'win32')
    return [
      join(env.SystemRoot ?? 'C:\\Windows', 'System32', 'nvml.dll'),
      join(env.ProgramFiles ?? 'C:\\Program Files', 'NVIDIA Corporation', 'NVSMI', 'nvml.dll'),
    ]
  const own = (env.LD_LIBRARY_PATH ?? '').split(delimiter).filter((folder) => folder !== '')
  return [...own, ...LINUX].map((folder) => join(folder, 'libnvidia-ml.so.1'))
}
