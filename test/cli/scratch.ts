import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

/** A folder that is gone after the test. */
export function scratch(): string {
  const folder = mkdtempSync(join(tmpdir(), 'distillbench-test-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** A file system of its own with `bytes` of room. Undefined where mounting is not allowed: the caller skips and says so. */
export function smallDisk(bytes: number): string | undefined {
  return mounted(`size=${bytes}`)
}

/** A folder that nothing can be written to; root ignores permissions, so for root it is a read-only file system. */
export function readOnlyFolder(): string | undefined {
  if (process.getuid?.() === 0) return mounted('size=64k,ro')
  const folder = join(scratch(), 'read-only')
  mkdirSync(folder)
  chmodSync(folder, 0o555)
  return folder
}

// --- internal ---

function mounted(options: string): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'distillbench-disk-'))
  const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder])
  onTestFinished(() => {
    if (status === 0) spawnSync('umount', ['-l', folder])
    rmSync(folder, { recursive: true, force: true })
  })
  return status === 0 ? folder : undefined
}
