/** Where WebGPU can be tried in software: the renderer that comes with chromium, SwiftShader, and the two packages. */
import { existsSync } from 'node:fs'

const CHROMIUM = '/usr/lib/chromium'

/** Variables for a process that is to use it: the loader of Vulkan reads them when it starts. */
export const SOFTWARE: NodeJS.ProcessEnv = {
  VK_ICD_FILENAMES: `${CHROMIUM}/vk_swiftshader_icd.json`,
  LD_LIBRARY_PATH: CHROMIUM,
  DISTILLBENCH_WEBGPU: 'software',
}

/** Why it cannot be tried here; undefined where it can. */
export function whyNoWebgpu(): string | undefined {
  for (const name of ['webgpu', '@tensorflow/tfjs-backend-webgpu'])
    try {
      import.meta.resolve(name)
    } catch {
      return `the package ${name} is not installed: .ci/backends brings it`
    }
  if (!existsSync(SOFTWARE.VK_ICD_FILENAMES!)) return `${SOFTWARE.VK_ICD_FILENAMES} is missing: install Debian's chromium`
  return undefined
}
