import { existsSync, readFileSync } from 'node:fs'
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
