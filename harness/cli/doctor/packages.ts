import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { z } from 'zod'
import { installCommand } from '../../package.ts'
import type { Check } from './check.ts'

/** Packages that bring more, and that distillbench works without. */
const OPTIONAL_PACKAGES: readonly { name: string; brings: string; install: string }[] = [
  {
    name: '@duckdb/node-api',
    brings: 'runs packed as Parquet, and the command query',
    install: installCommand('@duckdb/node-api'),
  },
  {
    name: '@resvg/resvg-js',
    brings: 'charts as PNG beside SVG (report --charts)',
    install: installCommand('@resvg/resvg-js'),
  },
  {
    name: '@tensorflow/tfjs-node-gpu',
    brings: 'backend tensorflow (x64; GPU with CUDA 11, else CPU)',
    install:
      'npm run setup:tensorflow -- --from PATH builds it for a TensorFlow that you have (docs/gpu.md); npm install @tensorflow/tfjs-node-gpu@4.22.0 fetches an old one from its own host',
  },
  {
    name: '@tensorflow/tfjs-node',
    brings: 'backend tensorflow (CPU)',
    install: 'npm install @tensorflow/tfjs-node@4.22.0 (fetches the TensorFlow library from its own host)',
  },
  {
    name: '@tensorflow/tfjs-backend-webgpu',
    brings: 'backend webgpu, with the package webgpu',
    install: installCommand('@tensorflow/tfjs-backend-webgpu', 'webgpu'),
  },
  {
    name: 'webgpu',
    brings: 'backend webgpu: Dawn, which needs a GPU and its Vulkan, Metal or D3D12 driver',
    install: installCommand('webgpu', '@tensorflow/tfjs-backend-webgpu'),
  },
]

/** Which optional packages are installed where distillbench looks for them. They are not loaded. */
export function checkPackages(): Check[] {
  return OPTIONAL_PACKAGES.map(({ name, brings, install }) => {
    const version = installedVersion(name)
    const base = { group: 'optional packages' as const, name }
    return version === undefined
      ? { ...base, state: 'absent', detail: `not installed; brings ${brings}`, advice: install }
      : { ...base, state: 'works', detail: `${version} is installed; brings ${brings}` }
  })
}

// --- internal ---

function installedVersion(name: string): string | undefined {
  const folders = createRequire(import.meta.url).resolve.paths(name) ?? []
  const file = folders.map((folder) => join(folder, name, 'package.json')).find((path) => existsSync(path))
  if (file === undefined) return undefined
  return z.object({ version: z.string() }).safeParse(JSON.parse(readFileSync(file, 'utf8'))).data?.version
}
