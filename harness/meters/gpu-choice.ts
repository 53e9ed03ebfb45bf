/** Which of the GPUs that a driver lists is the one that a model computes on. */
import type { GpuIdentity } from '../types.ts'

export interface SeenGpu {
  /** As the driver counts: by PCI bus id. */
  readonly index: number
  readonly name: string
  readonly uuid?: string | undefined
  readonly busId?: string | undefined
}
/** `gpus` are read and put together; none: the model runs on no GPU of this driver. `unsure`: it is only one of them, and why that one is not known. */
export interface GpuChoice<G extends SeenGpu> {
  readonly gpus: readonly G[]
  readonly how: string
  readonly unsure?: string
}

/** The variable with which a user settles it: UUID, PCI bus id or number of nvidia-smi. */
export const GPU_VARIABLE = 'DISTILLBENCH_GPU'

/**
 * By UUID or PCI bus id where the backend tells them, by CUDA's own variables for CUDA, else by name: WebGPU tells no more. Of several with
 * the same name all are read, since a sum that is too large is better than the power of another GPU, and that is said.
 */
export function chooseGpus<G extends SeenGpu>(gpus: readonly G[], target: GpuIdentity, env: NodeJS.ProcessEnv): GpuChoice<G> {
  const named = (env[GPU_VARIABLE] ?? '').trim()
  if (named !== '') {
    const found = gpus.filter((gpu) => isNamed(gpu, named))
    if (found.length === 1) return { gpus: found, how: `named by ${GPU_VARIABLE}` }
    return {
      gpus,
      how: `all GPUs, since ${GPU_VARIABLE} names none of them`,
      unsure: `${GPU_VARIABLE}=${named} is not the UUID, PCI bus id or number of a GPU here`,
    }
  }
  const exact = gpus.filter((gpu) => (target.uuid !== undefined && isNamed(gpu, target.uuid)) || (target.busId !== undefined && isNamed(gpu, target.busId)))
  if (exact.length === 1) return { gpus: exact, how: 'matched to the device of the backend by its id' }
  return target.cuda === true ? byCuda(gpus, env) : byName(gpus, target)
}

/** `00000000:01:00.0` of a driver and `0000:01:00.0` of the system are one. */
export function sameBusId(a: string, b: string): boolean {
  const parts = (id: string): string | undefined => {
    const [, domain = '0', bus, device, fn = '0'] = /^(?:([0-9a-f]{1,8}):)?([0-9a-f]{1,2}):([0-9a-f]{1,2})(?:\.([0-9a-f]))?$/i.exec(id.trim()) ?? []
    return bus === undefined ? undefined : [domain, bus, device, fn].map((part) => Number.parseInt(part!, 16)).join(':')
  }
  return parts(a) !== undefined && parts(a) === parts(b)
}

// --- internal ---

function isNamed({ index, uuid, busId }: SeenGpu, id: string): boolean {
  if (/^\d+$/.test(id)) return Number(id) === index
  if (/^GPU-/i.test(id)) return uuid !== undefined && uuid.toLowerCase().startsWith(id.toLowerCase())
  return busId !== undefined && sameBusId(busId, id)
}

/** TensorFlow.js computes on the first GPU that CUDA shows it. Without PCI_BUS_ID, CUDA counts the fastest first, which nobody else knows. */
function byCuda<G extends SeenGpu>(gpus: readonly G[], env: NodeJS.ProcessEnv): GpuChoice<G> {
  if (gpus.length === 1) return { gpus, how: 'the only GPU' }
  const visible = env.CUDA_VISIBLE_DEVICES?.trim()
  const first = visible === undefined ? '0' : (visible.split(',')[0] ?? '').trim()
  const knowable = /^GPU-/i.test(first) || (/^\d+$/.test(first) && env.CUDA_DEVICE_ORDER === 'PCI_BUS_ID')
  const found = knowable ? gpus.filter((gpu) => isNamed(gpu, first)) : []
  if (found.length === 1) return { gpus: found, how: 'the first GPU that CUDA shows' }
  return unsure(
    gpus,
    'CUDA counts the fastest GPU first, in an order that it does not tell',
    'set CUDA_DEVICE_ORDER=PCI_BUS_ID, or CUDA_VISIBLE_DEVICES to a UUID',
  )
}

function byName<G extends SeenGpu>(gpus: readonly G[], { names, vendor }: GpuIdentity): GpuChoice<G> {
  const said = names.map(plain)
  const longest = Math.max(0, ...gpus.filter(({ name }) => said.some((text) => text.includes(plain(name)))).map(({ name }) => name.length))
  // of "A100" and "A100 80GB" the longer one is meant where both are in the text
  const found = gpus.filter(({ name }) => name.length === longest && said.some((text) => text.includes(plain(name))))
  if (found.length === 1) return { gpus: found, how: 'matched to the device of the backend by its name' }
  if (found.length > 1)
    return unsure(found, `the backend tells a name only, and ${found.length} GPUs bear it`, `set ${GPU_VARIABLE} to its UUID, PCI bus id or number`)
  if (vendor !== undefined && vendor !== '' && !/nvidia/i.test(vendor))
    return { gpus: [], how: `the model runs on ${names[0] ?? vendor}, which is no GPU of this driver` }
  if (gpus.length === 1) return { gpus, how: 'the only GPU' }
  return unsure(gpus, 'the backend tells no name that a GPU here has', `set ${GPU_VARIABLE} to its UUID, PCI bus id or number`)
}

function unsure<G extends SeenGpu>(gpus: readonly G[], why: string, advice: string): GpuChoice<G> {
  const ids = gpus.map(({ index, uuid }) => uuid ?? String(index)).join(', ')
  return {
    gpus,
    how: `${gpus.length} GPUs together (${ids})`,
    unsure: `which of ${gpus.length} GPUs the model uses is not known: ${why}; all of them are read (${ids}), so power and energy are too high by what the others take. To settle it, ${advice}`,
  }
}

function plain(name: string): string {
  return name
    .toLowerCase()
    .replaceAll(/\s+/g, ' ')
    .replace(/^nvidia /, '')
}
