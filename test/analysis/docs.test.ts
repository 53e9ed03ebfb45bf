/** docs/metrics.md says of each metric what the table in the code says. Rewrite it with UPDATE_GOLDEN=1. */
import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { METRICS } from '../../harness/analysis/index.ts'
import type { Metric } from '../../harness/types.ts'

const FILE = fileURLToPath(new URL('../../docs/metrics.md', import.meta.url))
const WARNINGS = fileURLToPath(new URL('../../harness/analysis/', import.meta.url))

describe('docs/metrics.md', () => {
  const [before, , after] = parts()
  if (process.env.UPDATE_GOLDEN === '1') writeFileSync(FILE, `${before}\n${METRICS.map(section).join('\n')}\n${after}`)

  it('describes every metric as the table does', () => {
    expect(parts()[1].trim()).toBe(METRICS.map(section).join('\n').trim())
  })

  it('explains every warning that the analysis gives', () => {
    const sources = (readdirSync(WARNINGS, { recursive: true }) as string[])
      .filter((name) => name.endsWith('.ts'))
      .map((name) => readFileSync(`${WARNINGS}${name}`, 'utf8'))
    const codes = sources.flatMap((text) => [...text.matchAll(/code: '([a-z-]+)'/g)].map(([, code]) => code!))
    expect(codes.length).toBeGreaterThan(8)
    for (const code of codes) expect(readFileSync(FILE, 'utf8')).toContain(`\`${code}\``)
  })
})

describe('the table of metrics', () => {
  it('has an id of its own for each metric, and says how it misleads', () => {
    expect(new Set(METRICS.map(({ id }) => id)).size).toBe(METRICS.length)
    for (const { id, title, definition, misleads } of METRICS) {
      expect(id).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/)
      expect([title.length > 3, definition.endsWith('.'), misleads.endsWith('.')]).toEqual([true, true, true])
    }
  })
})

/** Before the list, the list, and what follows. */
function parts(): [string, string, string] {
  const match = /^(.*<!-- metrics: [^\n]* -->)\n(.*)(<!-- \/metrics -->.*)$/s.exec(readFileSync(FILE, 'utf8'))
  if (match === null) throw new Error('docs/metrics.md has lost the marks around its list of metrics')
  return [match[1]!, match[2]!, match[3]!]
}

function section({ id, title, unit, better, definition, misleads }: Metric): string {
  const direction = better === 'neither' ? 'neither high nor low is better' : `${better} is better`
  return `### ${title}\n\n\`${id}\`, in ${unit}; ${direction}.\n\n${definition}\n\n*How it misleads:* ${misleads}\n`
}
