/** Packages that may be missing, and making a backend of TensorFlow.js the current one. */
import { createRequire } from 'node:module'
import * as tf from '@tensorflow/tfjs-core'
import { HarnessError } from '../../errors.ts'
import type { GpuIdentity, Observed } from '../../types.ts'

export interface Opened {
  device: string
  versions: Record<string, string>
  /** Why this device, and what it allows; for doctor. */
  why?: string
  /** For the meters. */
  gpu?: GpuIdentity
}

/** An optional package, or undefined where it is not installed; any other failure to load it is thrown. */
export async function optional<T = unknown>(name: string): Promise<T | undefined> {
  try {
    require.resolve(name)
  } catch {
    try {
      import.meta.resolve(name)
    } catch {
      return undefined
    }
  }
  return (await import(name)) as T
}

export async function activate(backend: string, device: string, versions: Record<string, string>, why?: string): Promise<Observed<Opened>> {
  if (!(await tf.setBackend(backend))) return { state: 'failed', error: { code: 'device', message: `TensorFlow.js could not start its ${backend} backend` } }
  await tf.ready()
  return { state: 'ok', value: { device, versions, ...(why === undefined ? {} : { why }) } }
}

export function missing(name: string, command: string): Observed<Opened> {
  return { state: 'absent', why: `the optional package ${name} is not installed (${command})` }
}

export function versionOf(name: string, from: NodeJS.Require = require): string {
  try {
    return (from(`${name}/package.json`) as { version: string }).version
  } catch {
    return 'unknown'
  }
}

/** What was thrown, as a failure in one line; a HarnessError keeps its hint. */
export function failureOf(error: unknown): Observed<Opened> {
  if (error instanceof HarnessError)
    return { state: 'failed', error: { code: 'device', message: error.message, ...(error.hint === undefined ? {} : { hint: error.hint }) } }
  return { state: 'failed', error: { code: 'device', message: firstLine(error) } }
}

export function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0]!.slice(0, 300)
}

// --- internal ---

const require = createRequire(import.meta.url)
