import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, test } from 'vitest'
import adapter from '../../../harness/models/tfjs/index.ts'
import { tensorflowFolder } from '../../../harness/models/tfjs/tensorflow.ts'
import { loadSuite } from '../../../harness/suite/index.ts'
import type { Item, Model } from '../../../harness/types.ts'
import { ROOT } from '../../project/imports.ts'
import { SOFTWARE, whyNoWebgpu } from './webgpu.ts'

/** Two backends may choose differently where wasm's own log-probabilities of the two tokens are closer than this, nats. */
const TIE = 1e-3

const signal = new AbortController().signal
let items: Item[]
let teacher: Model
let wasm: string[]

beforeAll(async () => {
  const { suite } = await loadSuite('arithmetic')
  items = []
  for await (const item of suite.workloads[0]!.items(suite.seed)) if (items.push(item) === 64) break
  teacher = await adapter.open(
    suite.models.find(({ id }) => id === 'teacher')!,
    { backend: 'wasm', signal },
  )
  wasm = (await teacher.generate(requests(items.length), () => undefined, signal)).map(({ text }) => text)
})

describe('greedy answers of the arithmetic teacher are the same as on wasm', { timeout: 120_000 }, () => {
  test('on cpu', async () => expectSame(await answers('cpu', 4)))

  test('on tensorflow', async (context) => {
    if (!existsSync(join(tensorflowFolder(), 'package.json')))
      return context.skip('no TensorFlow is set up: run `npm run setup:tensorflow -- --from WHEEL`, or name its folder in DISTILLBENCH_TENSORFLOW')
    await expectSame(await answers('tensorflow', 64))
  })

  test('on webgpu, in software', async (context) => {
    const why = whyNoWebgpu()
    if (why !== undefined) return context.skip(why)
    await expectSame(await answers('webgpu', 2, SOFTWARE))
  })
})

// --- internal ---

function requests(count: number) {
  return items.slice(0, count).map(({ prompt }) => ({ prompt, maxTokens: 60, seed: 1, temperature: 0, stop: [] }))
}

/** From a process of its own: a native library stays loaded, and the loader of Vulkan reads its variables once. */
async function answers(backend: string, count: number, env: NodeJS.ProcessEnv = {}): Promise<string[]> {
  const program = `
    const { default: adapter } = await import('${ROOT}/dist/harness/models/tfjs/index.js')
    const { loadSuite } = await import('${ROOT}/dist/harness/suite/index.js')
    const signal = new AbortController().signal
    const { suite } = await loadSuite('arithmetic')
    const model = await adapter.open(suite.models.find(({ id }) => id === 'teacher'), { backend: '${backend}', signal })
    if (model.runtime.backend !== '${backend}') throw new Error('it ran on ' + model.runtime.backend)
    const answers = await model.generate(${JSON.stringify(requests(count))}, () => undefined, signal)
    console.log(JSON.stringify(answers.map(({ text }) => text)))
    process.exit()`
  const options = { env: { ...process.env, ...env }, timeout: 110_000, maxBuffer: 2 ** 24 }
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program], options)
  return JSON.parse(stdout) as string[]
}

/** Equal, or different from a place on where two tokens were as good as equal. */
async function expectSame(got: readonly string[]): Promise<void> {
  expect(got.length).toBeGreaterThan(0)
  const real = []
  for (const [i, text] of got.entries()) {
    if (text === wasm[i]) continue
    const margin = await marginAtFork(items[i]!.prompt, text, wasm[i]!)
    if (!(margin < TIE)) real.push({ prompt: items[i]!.prompt, got: text, wasm: wasm[i], margin })
  }
  expect(real).toEqual([])
}

/** How much likelier wasm finds its own token than the other where two answers part, nats. */
async function marginAtFork(prompt: Item['prompt'], a: string, b: string): Promise<number> {
  let fork = 0
  while (a[fork] !== undefined && a[fork] === b[fork]) fork++
  const [one, two] = [a, b].map((text) => ({ prompt, answer: text.slice(0, fork + 1), ended: text.length === fork }))
  const logProbs = await Promise.all(
    [one!, two!].map(async (forced) => {
      const { ids, logProbs: all } = await teacher.distributions!(forced, signal)
      return all[(ids.length - 1) * (all.length / ids.length) + ids.at(-1)!]!
    }),
  )
  return Math.abs(logProbs[0]! - logProbs[1]!)
}
