/** Answers one question at a time; whoever asks ends the thread when it takes too long. */
import { parentPort } from 'node:worker_threads'
import { prove, type Proof } from './prove.ts'
import type { Expr } from './tree.ts'

parentPort?.postMessage({ ready: true })
parentPort?.on('message', ({ id, pairs }: { id: number; pairs: readonly (readonly [Expr, Expr])[] }) => {
  let proof: Proof = 'yes'
  for (const [a, b] of pairs) {
    const one = prove(a, b)
    if (one !== 'yes') proof = one
    if (one === 'no') break
  }
  parentPort?.postMessage({ id, proof })
})
