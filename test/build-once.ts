import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** Tests that start child processes run the compiled package; build it once, unless DISTILLBENCH_BUILT says it is fresh. */
export default function setup(): void {
  if (process.env.DISTILLBENCH_BUILT === '1') return
  const { status } = spawnSync(process.execPath, [fileURLToPath(new URL('../scripts/build.mjs', import.meta.url))], { stdio: 'inherit' })
  if (status !== 0) throw new Error('the build failed; see the compiler messages above')
}
