/** Writes the pages under docs/ that are generated from tables in the sources. */
import { writeFileSync } from 'node:fs'
import { renderCliPage } from '../harness/cli/help.ts'
import { PACKAGE_ROOT } from '../harness/package.ts'

writeFileSync(`${PACKAGE_ROOT}/docs/cli.md`, renderCliPage())
