/**
 * Registers the gradients of TensorFlow.js, which its Node build of the core leaves out. The package ships them as
 * ES-module syntax with bundler-style imports, which Node cannot load by itself; jiti can. They register with the
 * engine that all copies of the core in a process share. Only training needs them.
 */
import { createJiti } from 'jiti'

let registered: Promise<unknown> | undefined

export async function registerGradients(): Promise<void> {
  registered ??= createJiti(import.meta.url).import('@tensorflow/tfjs-core/dist/register_all_gradients.js')
  await registered
}
