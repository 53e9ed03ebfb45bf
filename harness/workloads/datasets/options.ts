/** What workloads say of files that are fetched. */
import { z } from 'zod'

export interface FetchOptions {
  /** Largest file that is fetched; default 2048. */
  readonly maxMiB?: number
  /** Further hosts that files may come from, by a redirect or by name. */
  readonly hosts?: readonly string[]
}

export const FETCH_SHAPE = {
  maxMiB: z.number().positive().optional().describe('Largest file that is fetched; default 2048'),
  hosts: z.array(z.string().min(1)).optional().describe('Further hosts that files may come from; .example.org means all below it'),
}

export function bytesOf(maxMiB = 2048): number {
  return maxMiB * 2 ** 20
}

/** Whether the questions may be a copy that the command line names. */
export const takesData = (reference: string | undefined): { takesData?: true } =>
  /\$\{DISTILLBENCH_DATA(?::-[^}]*)?\}/.test(reference ?? '') ? { takesData: true } : {}
