import { expect, test } from 'vitest'
import { noGrades, unready } from '../../harness/run/readiness.ts'
import type { Grader } from '../../harness/types.ts'
import { getGrader } from '../../harness/workloads/index.ts'
import { sums } from './suites.ts'

const grader = (ready?: Grader['ready']): Grader => ({ ...getGrader('exact'), ...(ready === undefined ? {} : { ready }) })

test('workloads whose answers would get no grade are told, with what leave would change', async () => {
  const suite = {
    workloads: [
      sums(1, { id: 'plain' }),
      sums(1, { id: 'asks', grader: grader(async ({ code }) => (code ? undefined : 'it needs leave')) }),
      sums(1, { id: 'never', grader: grader(async ({ code }) => (code ? 'there is no sandbox' : 'it needs leave')) }),
    ],
  }
  expect(await unready(suite, {})).toEqual([
    { workload: 'asks', why: 'it needs leave' },
    { workload: 'never', why: 'it needs leave', evenWithLeave: 'there is no sandbox' },
  ])
  expect(await noGrades(suite, { code: true })).toEqual([{ code: 'no-grades', message: 'the answers of never will get no grade: there is no sandbox' }])
})
