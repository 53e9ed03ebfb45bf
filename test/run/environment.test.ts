import { expect, test } from 'vitest'
import { describeEnvironment, describeHost } from '../../harness/run/environment.ts'

test('the host is described by numbers and texts, without anything that names the machine', async () => {
  const host = await describeHost(new AbortController().signal)
  expect(host.logicalCpus).toBeGreaterThan(0)
  expect(host.memoryBytes).toBeGreaterThan(1e6)
  expect(Object.values(host).every((value) => (typeof value === 'number' ? Number.isFinite(value) : value !== ''))).toBe(true)
  const told = ['cpu', 'logicalCpus', 'physicalCores', 'memoryBytes', 'os', 'kernel', 'arch', 'virtualMachine', 'gpu']
  expect(Object.keys(host).filter((key) => !told.includes(key))).toEqual([])
})

test('an aborted signal gives what is known without asking', async () => {
  const { host, node } = await describeEnvironment(AbortSignal.abort())
  expect(Object.keys(host)).toEqual(expect.arrayContaining(['logicalCpus', 'memoryBytes']))
  expect(node).toBe(process.version)
})
