import { expect, test } from 'vitest'
import { createRun } from '../../harness/run/store/write.ts'
import type { ServedBy } from '../../harness/types.ts'
import { HOURLY, scriptedRun } from '../analysis/scripted-run.ts'
import { distillbench } from './process.ts'
import { scratch } from './scratch.ts'

/** A teacher at 1 token a second and 50 W, a student at 4 and 80 W, with readings of power; stored as lines. */
function stored(): string {
  const out = scratch()
  const { record, samples, series } = scriptedRun({
    items: 12,
    watts: (model) => (model === 'teacher' ? 50 : 80),
    models: [
      { id: 'teacher', role: 'teacher', answer: (n) => ({ firstMs: 1000, stepMs: 1000, tokens: 10, score: n % 2 }), price: HOURLY },
      { id: 'student', role: 'student', answer: (n) => ({ firstMs: 250, stepMs: 250, tokens: 10, score: n % 2 }), price: HOURLY },
    ],
  })
  const store = createRun(out, 'pair', new Date('2025-02-06T14:15:16Z'))
  for (const sample of samples) store.appendSample(sample)
  for (const one of series) store.appendSeries(one)
  store.writeRecord({ ...record, id: store.id })
  store.close()
  return out
}

test('price prints o1 and R1 of 6 February 2025: $26.25, $0.96, 27.3 times, and the quoted $3.00 and 8.75 beside them, with source and date', async () => {
  const cwd = scratch()
  const { code, stdout, stderr } = await distillbench(['price', 'o1', 'deepseek-reasoner', '--at', '2025-02-06'], { cwd })
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout).toMatch(/^o1 +openai +\$15\.00 +\$7\.50 +\$60\.00 +\$26\.25$/m)
  expect(stdout).toMatch(/^deepseek-reasoner +deepseek +\$0\.55 +\$0\.14 +\$2\.19 +\$0\.96$/m)
  expect(stdout).toContain('o1 ÷ deepseek-reasoner: blended 27.3 times')
  expect(stdout).toContain('deepseek-reasoner $3.00 blended: press reports of 6 February 2025')
  expect(stdout).toContain('o1 ÷ deepseek-reasoner: 8.75 times by these quoted figures')
  expect(stdout).toContain('api-docs.deepseek.com')
})

test('price of an unknown model is refused with the nearest names, and nothing is printed as a price', async () => {
  const { code, stdout, stderr } = await distillbench(['price', 'o1', 'deepseek-resoner', '--at', '2025-02-06'], { cwd: scratch() })
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  expect(stderr).toContain('deepseek-reasoner')
  expect(stderr).not.toContain('$0')
})

test('project gives machines, power, money and carbon of a year for teacher and student, with its assumptions', async () => {
  const out = stored()
  const args = ['project', 'latest', '--runs', out, '--pue', '1.25', '--grid-intensity', '500']
  const text = await distillbench([...args, '--tokens-per-day', '8640000'], { cwd: out })
  expect({ code: text.code, stderr: text.stderr }).toEqual({ code: 0, stderr: '' })
  expect(text.stdout).toMatch(/^teacher +100 +6\.25 kW +\$3\.15 million +27\.4 /m) // 100 tokens a second at 1 each; 5 kW × 1.25; 100 × 3.6 × 8760; × 500 g
  expect(text.stdout).toContain('student: 4 times fewer machines, 2.5 times less power, 4 times less money than teacher')
  expect(text.stdout).toContain('PUE 1.25')
  const { stdout } = await distillbench([...args, '--power', '10GW', '--json'], { cwd: out })
  const [teacher, student] = (JSON.parse(stdout) as { served: ServedBy[] }).served
  const tokens = [teacher, student].map((one) => (one?.tokensPerDay.state === 'ok' ? one.tokensPerDay.value.value : 0))
  expect(tokens[0]! / (((8e9 / 50) * 86_400) as number)).toBeCloseTo(1, 6)
  expect(tokens[1]! / tokens[0]!).toBeCloseTo(2.5, 6)
})

test('project without a demand, or with a power that is none, is refused in one sentence', async () => {
  const cwd = scratch()
  const none = await distillbench(['project', 'latest'], { cwd })
  expect(none).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('needs one demand') })
  expect(await distillbench(['project', 'latest', '--power', '10 horses'], { cwd })).toMatchObject({ code: 2, stderr: expect.stringContaining('"10 horses"') })
})
