/** Bringing values of the device to the host. */
import * as tf from '@tensorflow/tfjs-core'
import type { Tensor } from '@tensorflow/tfjs-core'
import { checkDevice, explainFailure } from './webgpu/index.ts'

type Values = Float32Array | Int32Array

/**
 * The values of a tensor, once the device has them. WebGPU can only be waited for; elsewhere the values are there at once,
 * and there is no promise, which would cost a turn for nothing. Throws or rejects with HarnessError `device` where the device failed.
 */
export function read(tensor: Tensor): Values | Promise<Values> {
  return mustWait() ? waitFor(tensor) : (tensor.dataSync() as Values)
}

/** As `read`, of a tensor that is not needed afterwards. */
export async function take(tensor: Tensor): Promise<Values> {
  try {
    return await read(tensor)
  } finally {
    tensor.dispose()
  }
}

/**
 * Decode steps for one read-back. On WebGPU each waits for the device and for a turn of its event loop, so several
 * steps share one; elsewhere a step is known to the host as soon as it is done. More would waste more behind the end of a row.
 */
export function stepsPerRead(): number {
  return mustWait() ? 8 : 1
}

// --- internal ---

async function waitFor(tensor: Tensor): Promise<Values> {
  const values = (await tensor.data().catch(explainFailure)) as Values
  checkDevice() // a command that failed leaves zeros
  return values
}

function mustWait(): boolean {
  return tf.getBackend() === 'webgpu'
}
