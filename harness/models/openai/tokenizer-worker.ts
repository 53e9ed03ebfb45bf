/** The thread of tokenizer.ts. `tokenizer_config.json` is read where it lies beside. */
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { parentPort, workerData } from 'node:worker_threads'
import { z } from 'zod'

const QuestionSchema = z.object({ id: z.number(), texts: z.array(z.string()) })
const file = z.string().parse(workerData)

const tokenizer = load()

parentPort?.on('message', (message) => {
  const { id, texts } = QuestionSchema.parse(message)
  tokenizer.then(
    (ready) => parentPort?.postMessage({ id, counts: texts.map((text) => ready.encode(text, { add_special_tokens: false }).ids.length) }),
    (error: unknown) => parentPort?.postMessage({ id, error: error instanceof Error ? error.message : String(error) }),
  )
})

// --- internal ---

async function load() {
  const { Tokenizer } = await import('@huggingface/tokenizers')
  const config = join(dirname(file), 'tokenizer_config.json')
  return new Tokenizer(readJson(file), existsSync(config) ? readJson(config) : {})
}

function readJson(path: string): Record<string, unknown> {
  return z.record(z.string(), z.unknown()).parse(JSON.parse(readFileSync(path, 'utf8')))
}
