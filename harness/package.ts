import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The folder that holds package.json and suites/, whether this file runs from the sources or compiled from dist/. */
export const PACKAGE_ROOT: string = fileURLToPath(
  existsSync(new URL('../package.json', import.meta.url)) ? new URL('..', import.meta.url) : new URL('../..', import.meta.url),
)

/** Name and version of this package. */
export function packageInfo(): { name: string; version: string } {
  const { name, version } = JSON.parse(readFileSync(`${PACKAGE_ROOT}/package.json`, 'utf8')) as { name: string; version: string }
  return { name, version }
}

/**
 * The command that installs optional packages where this code finds them, in the versions that package.json asks for. Inside of a clone npm
 * leaves out what package.json lists as optional peers, unless it is asked for as something else.
 */
export function installCommand(...names: readonly string[]): string {
  const { peerDependencies, optionalDependencies } = JSON.parse(readFileSync(join(PACKAGE_ROOT, 'package.json'), 'utf8')) as {
    peerDependencies: Readonly<Record<string, string>>
    optionalDependencies: Readonly<Record<string, string>>
  }
  const versions: Readonly<Record<string, string>> = { ...peerDependencies, ...optionalDependencies }
  const withVersions = names.map((name) => (/^\d/.test(versions[name] ?? '') ? `${name}@${versions[name]}` : name))
  return `npm install ${IN_CLONE ? '--no-save --save-dev ' : ''}${withVersions.join(' ')}`
}

// --- internal ---

const IN_CLONE = !/[\\/]node_modules[\\/]/.test(PACKAGE_ROOT)
