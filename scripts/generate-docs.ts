/** Writes the pages under docs/ that are generated from tables in the sources. */
import { writeFileSync } from 'node:fs'
import { renderCliPage } from '../harness/cli/help.ts'
import { PACKAGE_ROOT } from '../harness/package.ts'
import { renderMockPage } from './mock/page.ts'

writeFileSync(`${PACKAGE_ROOT}/docs/cli.md`, renderCliPage())
writeFileSync(`${PACKAGE_ROOT}/docs/mock.md`, renderMockPage())
