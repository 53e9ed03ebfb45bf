import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { formatValue } from '../../../reports/format.ts'
import { PACKAGE_ROOT } from '../../package.ts'
import type { Check } from './check.ts'

/** Node and the operating system; needs no model and no host reader. */
export function checkHost(host: Readonly<Record<string, string | number>>): Check[] {
  const { engines } = z.object({ engines: z.object({ node: z.string() }) }).parse(JSON.parse(readFileSync(`${PACKAGE_ROOT}/package.json`, 'utf8')))
  const needed = engines.node.replace('>=', '')
  const isNew = compareVersions(process.versions.node, needed) >= 0
  return [
    {
      group: 'runtime',
      name: 'node',
      state: isNew ? 'works' : 'failed',
      detail: `${process.versions.node} (${process.platform} ${process.arch})`,
      ...(isNew ? {} : { advice: `install Node ${needed} or newer` }),
    },
    {
      group: 'runtime',
      name: 'machine',
      state: 'works',
      detail: Object.entries(host).map(describe).join(', '),
    },
  ]
}

// --- internal ---

/** `memoryBytes: 2e9` as `memory 2.00 GB`, `logicalCpus: 2` as `logical cpus 2`. */
function describe([name, value]: readonly [string, string | number]): string {
  const isBytes = name.endsWith('Bytes') && typeof value === 'number'
  const words = name.replace(/Bytes$/, '').replace(/(?<=[a-z])[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
  return `${words} ${isBytes ? formatValue(value, 'byte') : value}`
}

function compareVersions(a: string, b: string): number {
  const [left, right] = [a, b].map((version) => version.split('.').map(Number))
  for (let i = 0; i < 3; i++) {
    const difference = (left?.[i] ?? 0) - (right?.[i] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}
