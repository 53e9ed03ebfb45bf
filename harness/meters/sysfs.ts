/** Small files of the Linux kernel. The root may be moved for tests. */
import { readdir, readFile } from 'node:fs/promises'

/** `/sys`, or where DISTILLBENCH_SYS says that a copy of it lies. */
export const sysRoot = (): string => process.env.DISTILLBENCH_SYS ?? '/sys'

/** Names in a folder, in order; none where there is no such folder. */
export async function namesIn(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).sort()
  } catch {
    return []
  }
}

/** The text of a file, trimmed; undefined where it is not there. Rejects where it may not be read. */
export async function textOf(file: string): Promise<string | undefined> {
  try {
    return (await readFile(file, 'utf8')).trim()
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'ENODEV'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined
    throw error
  }
}

/** A whole number, which must be there: anything else is an error, never 0. */
export async function numberIn(file: string): Promise<number> {
  const text = await textOf(file)
  if (text === undefined) throw new Error(`${file} is gone`)
  if (!/^-?\d+$/.test(text)) throw new Error(`${file} holds no number: ${JSON.stringify(text.slice(0, 40))}`)
  return Number(text)
}

export const isDenied = (error: unknown): boolean => ['EACCES', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')
