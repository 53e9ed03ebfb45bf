/** The client processes of a cell: started together, more of them when one is not enough, ended together. */
import { availableParallelism } from 'node:os'
import { HarnessError } from '../../errors.ts'
import { linkProcess, type ChildSide } from '../child-link.ts'
import type { Link, LinkOptions } from '../link.ts'
import { LinkFailure } from '../phases.ts'
import { FromClientSchema, type ClientJob, type FromClient, type StageOrder, type ToClient } from './protocol.ts'

type Message = Exclude<FromClient, { type: 'failed' }>
export type Opened = Extract<FromClient, { type: 'opened' }>

export interface ClientPool {
  readonly size: number
  /** Starts processes until there are so many, and waits until each has opened the model. */
  grow(size: number): Promise<Opened>
  /** Gives each process its part. */
  order(orders: readonly StageOrder[]): void
  /** No process sends any more. */
  stop(): void
  /** The next message of any process. Rejects with LinkFailure when one of them has failed: then all are of no use. */
  next(): Promise<Message>
  finish(): Promise<void>
  dispose(): Promise<void>
}

export function createPool(job: ClientJob, options: LinkOptions): ClientPool {
  const links: Link<FromClient, ToClient>[] = []
  const messages: Message[] = []
  let failure: LinkFailure | undefined
  let wake: () => void = () => {}
  const listen = async (link: Link<FromClient, ToClient>): Promise<void> => {
    try {
      for (;;) {
        messages.push(await link.receive())
        wake()
      }
    } catch (error) {
      failure ??= new LinkFailure(error instanceof HarnessError ? error : new HarnessError('internal', String(error)))
      wake()
    }
  }
  return {
    get size() {
      return links.length
    },
    async grow(size) {
      const added = Array.from({ length: Math.max(0, size - links.length) }, () => linkProcess<FromClient, ToClient>(options, CLIENT_SIDE))
      links.push(...added)
      const opened = await Promise.all(added.map((link) => open(link, job)))
      added.forEach((link) => void listen(link))
      return opened[0]!
    },
    order: (orders) => orders.forEach((order, i) => links[i]?.send({ type: 'stage', order })),
    stop: () => links.forEach((link) => link.send({ type: 'stop' })),
    async next() {
      for (;;) {
        const message = messages.shift()
        if (message !== undefined) return message
        if (failure !== undefined) throw failure
        await new Promise<void>((resolve) => (wake = resolve))
      }
    },
    async finish() {
      links.forEach((link) => link.send({ type: 'close' }))
      await Promise.all(links.map((link) => link.finish()))
    },
    dispose: async () => void (await Promise.all(links.map((link) => link.dispose()))),
  }
}

/** How many processes a stage needs that is `growth` times as much work as one which took so much CPU in all. */
export function processesFor(cpuShare: number, growth: number, now: number, most = MOST_PROCESSES): number {
  return Math.max(now, Math.min(most, Math.ceil((cpuShare * growth) / TARGET_SHARE)))
}

/** One core is left for the harness, which grades and writes. */
const MOST_PROCESSES = Math.max(1, Math.min(32, availableParallelism() - 1))
/** Of a core, per process: above it, bursts begin to wait for one another. */
const TARGET_SHARE = 0.5

// --- internal ---

const CLIENT_SIDE: ChildSide<FromClient> = {
  script: 'load/worker.js',
  serialization: 'advanced',
  parse: (message) => FromClientSchema.safeParse(message).data,
}

async function open(link: Link<FromClient, ToClient>, job: ClientJob): Promise<Opened> {
  try {
    await expectFrom(link, 'ready')
    link.send({ type: 'job', job })
    return await expectFrom(link, 'opened')
  } catch (error) {
    throw error instanceof HarnessError ? new LinkFailure(error) : error
  }
}

async function expectFrom<T extends FromClient['type']>(link: Link<FromClient, ToClient>, type: T): Promise<Extract<FromClient, { type: T }>> {
  const message = await link.receive()
  if (message.type === type) return message as unknown as Extract<FromClient, { type: T }>
  throw new HarnessError('model', `a client process sent ${message.type} where ${type} was due`)
}
