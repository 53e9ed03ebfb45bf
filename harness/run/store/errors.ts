/** What goes wrong with files, in words. */
import { HarnessError } from '../../errors.ts'

/** The one sentence for a failed write to the folder of a run; `doing` is such as `write samples.jsonl`. */
export function storageError(error: unknown, path: string, doing: string): HarnessError {
  if (error instanceof HarnessError) return error
  const { code, message } = error as NodeJS.ErrnoException
  const [reason, hint] = REASONS[code ?? ''] ?? [message, undefined]
  return new HarnessError('storage', `could not ${doing} in ${path}: ${reason}`, { cause: error, ...(hint === undefined ? {} : { hint }) })
}

// --- internal ---

const NOT_WRITABLE = 'choose another folder with --out, or make this one writable'
const REASONS: Readonly<Record<string, readonly [reason: string, hint: string]>> = {
  ENOSPC: ['the disk is full', 'finished requests are kept; free some space, then go on with --resume'],
  EDQUOT: ['the disk quota is used up', 'finished requests are kept; free some space, then go on with --resume'],
  EROFS: ['the file system is read-only', NOT_WRITABLE],
  EACCES: ['permission denied', NOT_WRITABLE],
  EPERM: ['permission denied', NOT_WRITABLE],
  ENOTDIR: ['a part of the path is a file, not a folder', 'choose another folder with --out'],
  EEXIST: ['a file of that name is in the way', 'choose another folder with --out'],
  ENOENT: ['the folder is gone', 'was it removed while the run was going on?'],
  EIO: ['the disk reports an error', 'finished requests are kept as far as the disk took them'],
}
