/**
 * Where the time of a decode step on WebGPU goes: what the device takes by its own clock, what a read-back adds, what it costs to
 * record the commands, and what the first call takes longer (compilation). Seeded random weights.
 *
 *     npm run bench:webgpu [-- --json] [-- --width 1024 --layers 24 --tokens 64 --batch 1,32]
 */
import { parseArgs } from 'node:util'
import * as tf from '@tensorflow/tfjs-core'
import { selectBackend } from '../harness/models/tfjs/backend.ts'
import { countParameters, disposeCache, initialWeights, prefill, weightShapes, type TransformerConfig } from '../harness/models/tfjs/transformer.ts'
import { startDecoder, STEPS } from '../harness/models/tfjs/webgpu/decoder.ts'

const { values } = parseArgs({
  options: {
    json: { type: 'boolean' },
    width: { type: 'string' },
    layers: { type: 'string' },
    vocabulary: { type: 'string' },
    tokens: { type: 'string' },
    batch: { type: 'string' },
  },
})
const width = Number(values.width ?? 128)
const tokens = Number(values.tokens ?? 32)
const config: TransformerConfig = {
  vocabulary: Number(values.vocabulary ?? 20),
  width,
  layers: Number(values.layers ?? 4),
  heads: Math.max(1, width / (width < 512 ? 32 : 64)),
  hidden: Math.ceil((width * 8) / 3 / 8) * 8,
  maxLength: 2048,
  rotaryBase: 10_000,
}
const PROMPT = 16

const { device } = await selectBackend('webgpu')
const initial = initialWeights(config, 1)
const weights = Object.fromEntries(Object.entries(weightShapes(config)).map(([name, shape]) => [name, tf.tensor(initial[name]!, [...shape])]))
const rows: Record<string, number>[] = []
for (const batch of (values.batch ?? '1,8,32').split(',').map(Number)) rows.push(await measure(batch))
const parameters = countParameters(config)
if (values.json === true) console.log(JSON.stringify({ device, parameters, rows }))
else print()
process.exit()

async function measure(batch: number): Promise<Record<string, number>> {
  const ids = tf.tensor2d(new Int32Array(batch * PROMPT).fill(2), [batch, PROMPT], 'int32')
  const pad = tf.zeros([batch, PROMPT]) as tf.Tensor2D
  const run = async (perRead: number) => {
    const began = performance.now()
    const prompt = prefill(config, weights, ids, pad)
    const decoder = startDecoder(config, weights, prompt, new Float32Array(batch * PROMPT), tokens + 1)
    tf.dispose(prompt.logits)
    disposeCache(prompt.cache)
    await decoder.next(1)
    const read = performance.now()
    let [deviceMs, recordMs] = [0, 0]
    for (let done = 0; done < tokens; done += perRead) {
      const from = performance.now()
      const next = decoder.next(Math.min(perRead, tokens - done))
      recordMs += performance.now() - from
      await next
      deviceMs += decoder.deviceMs() ?? NaN
    }
    const ms = performance.now() - read
    return { promptMs: read - began, stepMs: ms / tokens, deviceMs: deviceMs / tokens, recordMs: recordMs / tokens, dispatches: decoder.dispatches }
  }
  const cold = await run(1)
  const one = await run(1)
  const eight = await run(8)
  const most = await run(STEPS)
  tf.dispose([ids, pad])
  return {
    batch,
    dispatches: one.dispatches,
    coldPromptMs: cold.promptMs,
    promptMs: one.promptMs,
    stepMs1: one.stepMs,
    stepMs8: eight.stepMs,
    stepMs16: most.stepMs,
    deviceMs: most.deviceMs,
    recordMs: most.recordMs,
    tokensPerSecond: (batch * 1000) / Math.min(eight.stepMs, most.stepMs),
    weightGBPerSecond: (countParameters(config) * 4) / Math.min(eight.stepMs, most.stepMs) / 1e6,
  }
}

function print(): void {
  console.log(
    `${device}; ${parameters.toLocaleString('en')} parameters, ${rows[0]!.dispatches} dispatches a step, ${tokens} tokens behind ${PROMPT}. Milliseconds.`,
  )
  const columns: readonly [string, string, number][] = [
    ['batch', 'batch', 0],
    ['prompt, first', 'coldPromptMs', 1],
    ['prompt', 'promptMs', 1],
    ['step, read each', 'stepMs1', 3],
    ['read every 8', 'stepMs8', 3],
    [`every ${STEPS}`, 'stepMs16', 3],
    ['of it device', 'deviceMs', 3],
    ['recording', 'recordMs', 3],
    ['tokens/s', 'tokensPerSecond', 0],
    ['weights GB/s', 'weightGBPerSecond', 2],
  ]
  console.log(columns.map(([head]) => head.padStart(16)).join(''))
  for (const row of rows) console.log(columns.map(([, key, digits]) => (Number.isFinite(row[key]) ? row[key]!.toFixed(digits) : '–').padStart(16)).join(''))
}
