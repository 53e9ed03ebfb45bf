/**
 * A thread beside the model that ends the process when the harness is gone. A model may block its own thread for ever, and
 * would then never learn of it. It waits on a pipe that nobody writes to: its other end closes with the harness.
 */
import { Socket } from 'node:net'
import { workerData } from 'node:worker_threads'

const end = (): boolean => process.kill(process.pid, 'SIGKILL')
new Socket({ fd: Number(workerData), readable: true, writable: false }).on('end', end).on('error', end).resume()
