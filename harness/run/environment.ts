/** Describes the machine for readers of the record. Best effort: what cannot be told soon is left out. */
import { availableParallelism, cpus, totalmem } from 'node:os'
import { packageInfo } from '../package.ts'
import type { Environment } from '../types.ts'

/** Host, Node and tool. Never rejects, and takes a few seconds at most. */
export async function describeEnvironment(signal: AbortSignal): Promise<Environment> {
  const { name, version } = packageInfo()
  const from = performance.now()
  const host = remembered ?? (await describeHost(signal))
  if (!signal.aborted && performance.now() - from < PATIENCE_MS) remembered = host
  return { host, node: process.version, tool: `${name} ${version}` }
}

/** Processor, memory, operating system, GPUs. Says nothing that identifies the machine: no names, addresses or serials. */
export async function describeHost(signal: AbortSignal): Promise<Environment['host']> {
  const si = await import('systeminformation')
  const facts = await Promise.all([
    ask(() => si.cpu(), describeCpu, signal),
    ask(
      () => si.mem(),
      ({ total }) => ({ memoryBytes: total }),
      signal,
    ),
    ask(
      () => si.osInfo(),
      ({ distro, release, kernel, arch }) => ({ os: [distro, release].filter(Boolean).join(' '), kernel, arch }),
      signal,
    ),
    ask(
      () => si.system(),
      ({ virtual, virtualHost }): Facts => (virtual ? { virtualMachine: virtualHost || 'yes' } : {}),
      signal,
    ),
    ask(() => si.graphics(), describeGpus, signal),
  ])
  const known = Object.assign(
    { cpu: cpus()[0]?.model.trim() ?? '', logicalCpus: cpus().length || availableParallelism(), memoryBytes: totalmem() },
    ...facts,
  ) as Facts
  return Object.fromEntries(Object.entries(known).filter(([, value]) => value !== '' && (typeof value === 'string' || Number.isFinite(value))))
}

// --- internal ---

type Facts = Record<string, string | number>
type Si = typeof import('systeminformation')

/** The machine stays the same while the process lives; kept where no question had to be given up. */
let remembered: Environment['host'] | undefined

/** Some of these start programs of the system, which may hang. */
const PATIENCE_MS = 3000

async function ask<T>(question: () => Promise<T>, describe: (answer: T) => Facts, signal: AbortSignal): Promise<Facts> {
  if (signal.aborted) return {}
  let giveUp: () => void = () => {}
  const nothing = new Promise<undefined>((resolve) => (giveUp = () => resolve(undefined)))
  const timer = setTimeout(giveUp, PATIENCE_MS)
  signal.addEventListener('abort', giveUp, { once: true })
  try {
    const answer = await Promise.race([question(), nothing])
    return answer === undefined ? {} : describe(answer)
  } catch {
    return {}
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', giveUp)
  }
}

function describeCpu({ manufacturer, brand, physicalCores }: Awaited<ReturnType<Si['cpu']>>): Facts {
  const model = cpus()[0]?.model.trim() // more exact than the table of makers where the system tells it
  return { ...(model ? {} : { cpu: `${manufacturer} ${brand}`.trim() }), ...(physicalCores > 0 ? { physicalCores } : {}) }
}

function describeGpus({ controllers }: Awaited<ReturnType<Si['graphics']>>): Facts {
  const names = controllers.map(({ name, model, vendor }) => name || model || vendor).filter((name) => Boolean(name))
  return names.length === 0 ? {} : { gpu: countEach(names) }
}

/** `2 × A, B` */
function countEach(names: readonly string[]): string {
  return [...new Set(names)]
    .map((name) => {
      const count = names.filter((other) => other === name).length
      return count === 1 ? name : `${count} × ${name}`
    })
    .join(', ')
}
