// Writes the JSON Schemas of suites, for editors, and of the JSON form of reports into the folder given as argument.
import { renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { suiteJsonSchema } from '../harness/suite/json-schema.ts'
import { analysisJsonSchema } from '../reports/schema/analysis.ts'

const [folder] = process.argv.slice(2)
if (folder === undefined) throw new Error('usage: generate-schema FOLDER')
for (const [name, schema] of [
  ['suite', suiteJsonSchema()],
  ['analysis', analysisJsonSchema()],
] as const) {
  const target = join(folder, `${name}.schema.json`)
  writeFileSync(`${target}.part`, `${JSON.stringify(schema, null, 1)}\n`)
  renameSync(`${target}.part`, target)
}
