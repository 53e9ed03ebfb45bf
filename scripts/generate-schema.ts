// Writes the JSON Schema of suites, for editors, to the path given as argument.
import { renameSync, writeFileSync } from 'node:fs'
import { suiteJsonSchema } from '../harness/suite/json-schema.ts'

const [target] = process.argv.slice(2)
if (target === undefined) throw new Error('usage: generate-schema FILE')
writeFileSync(`${target}.part`, `${JSON.stringify(suiteJsonSchema(), null, 1)}\n`)
renameSync(`${target}.part`, target)
