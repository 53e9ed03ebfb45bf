import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const read = (name: string): Record<string, unknown> => JSON.parse(readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8')) as Record<string, unknown>

interface LockEntry {
  version?: string
  resolved?: string
  integrity?: string
  deprecated?: string
  optional?: boolean
}
const lock = Object.entries(read('package-lock.json').packages as Record<string, LockEntry>)

test('the lock file holds no registry addresses and no deprecated package, and every package has a checksum', () => {
  expect(lock.filter(([, entry]) => entry.resolved !== undefined).map(([name]) => name)).toEqual([])
  expect(lock.filter(([, entry]) => entry.deprecated !== undefined).map(([name]) => name)).toEqual([])
  expect(lock.filter(([name, entry]) => name !== '' && entry.integrity === undefined).map(([name]) => name)).toEqual([])
})

test('what only the GPU runtime needs is optional, so that its failed install breaks nothing', () => {
  const entries = Object.fromEntries(lock)
  expect(entries['node_modules/@tensorflow/tfjs-node-gpu']).toMatchObject({ optional: true })
  expect(entries['node_modules/@tensorflow/tfjs']).toMatchObject({ optional: true })
  expect(entries['node_modules/webgpu']).toBeUndefined()
})

test('every dependency is pinned exactly, but for the type declarations of the oldest supported Node', () => {
  const { dependencies, devDependencies, optionalDependencies } = read('package.json') as Record<string, Record<string, string>>
  const loose = Object.entries({ ...dependencies, ...devDependencies, ...optionalDependencies }).filter(
    ([, version]) => !/^\d+\.\d+\.\d+(?:-r\.\d+)?$/.test(version),
  )
  expect(loose).toEqual([['@types/node', '^20.19.0']])
})
