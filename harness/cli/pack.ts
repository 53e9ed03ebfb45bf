import { toFailure } from '../errors.ts'
import type { Context } from './command.ts'
import { paint } from './io.ts'

/**
 * Packs a finished run. Where this cannot be done its lines stay, and everything that reads a run takes those too; so a
 * missing package is not worth a word, and a full disk is a warning.
 */
export async function packRun(dir: string, { io, signal }: Pick<Context, 'io' | 'signal'>, { json }: { json: boolean }): Promise<void> {
  const { compactRun } = await import('../run/index.ts')
  try {
    await compactRun(dir, signal)
  } catch (error) {
    const { code, message } = toFailure(error)
    if (code === 'aborted') return
    io.note(json ? `${JSON.stringify({ type: 'warning', message })}\n` : `${paint(io.stderr, 'yellow', 'warning:')} ${message}\n`)
  }
}
