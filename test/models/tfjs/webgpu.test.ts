import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import type { TransformerConfig } from '../../../harness/models/tfjs/transformer.ts'
import { chooseAdapter, CHOICE } from '../../../harness/models/tfjs/webgpu/adapter.ts'
import type { Adapter, Dawn } from '../../../harness/models/tfjs/webgpu/dawn.ts'
import { checkBatchFits, checkWeightsFit } from '../../../harness/models/tfjs/webgpu/fits.ts'
import type { RuntimeFacts, StepTiming } from '../../../harness/types.ts'
import { ROOT } from '../../project/imports.ts'
import { distance } from './small.ts'
import { SOFTWARE, whyNoWebgpu } from './webgpu.ts'

describe('the adapter', () => {
  const gpu = { vendor: 'nvidia', architecture: 'hopper', device: '0x2330', description: 'NVIDIA H100 80GB HBM3' }
  const swiftshader = { vendor: 'google', architecture: 'swiftshader', device: '0xc0de', description: 'SwiftShader Device', isFallbackAdapter: true }
  const llvmpipe = { vendor: 'mesa', architecture: '', device: 'llvmpipe (LLVM 15)', description: '' }
  /** A machine with these adapters; the first is the driver's choice, and the software one is what a fallback means. */
  const machine = (...adapters: Adapter['info'][]): Dawn => ({
    globals: {},
    create: (options) => ({
      requestAdapter: async ({ forceFallbackAdapter }) => {
        const named = options.find((option) => option.startsWith('adapter='))?.slice(8)
        const left = adapters.filter(
          (info) => (named === undefined || info.description.includes(named)) && (forceFallbackAdapter !== true || info.isFallbackAdapter),
        )
        if (named !== undefined && left.length === 0) throw new Error(`no suitable backends found\nAvailable adapters:\n * ${adapters[0]?.description}`)
        return left[0] === undefined ? null : ({ info: left[0] } as Adapter)
      },
    }),
  })

  test('is a real GPU', async () => {
    expect(await chooseAdapter(machine(gpu, swiftshader), undefined)).toMatchObject({ found: { name: 'nvidia NVIDIA H100 80GB HBM3', software: false } })
  })

  test.each([swiftshader, llvmpipe])('in software is refused, and the way to it is named ($vendor)', async (software) => {
    expect(await chooseAdapter(machine(software), undefined)).toEqual({
      why: expect.stringMatching(new RegExp(`only a software renderer is here, .*${CHOICE}=software uses it`)) as unknown,
    })
  })

  test('in software is taken where it is asked for, and marked, also beside a GPU', async () => {
    const choice = await chooseAdapter(machine(gpu, swiftshader), 'software')
    expect(choice).toMatchObject({ found: { software: true, why: `asked for with ${CHOICE}=software` } })
    expect(await chooseAdapter(machine(gpu), 'software')).toEqual({ why: expect.stringContaining('no driver offers an adapter') as unknown })
  })

  test('by name is found by a part of it; another name says which there are', async () => {
    expect(await chooseAdapter(machine(swiftshader, gpu), 'H100')).toMatchObject({ found: { software: false } })
    expect(await chooseAdapter(machine(gpu), 'Radeon')).toEqual({
      why: `${CHOICE}=Radeon: no suitable backends found Available adapters: * NVIDIA H100 80GB HBM3`,
    })
  })

  test('that is not there says what is needed', async () => {
    expect(await chooseAdapter(machine(), undefined)).toEqual({ why: expect.stringContaining('docs/gpu.md') as unknown })
  })
})

describe('what does not fit the device', () => {
  const config: TransformerConfig = { vocabulary: 50_000, width: 1024, layers: 24, heads: 16, hidden: 4096, maxLength: 2048, rotaryBase: 10_000 }
  const limits = (mib: number) => ({ maxBufferSize: 2 ** 40, maxStorageBufferBindingSize: mib * 2 ** 20 }) as Parameters<typeof checkWeightsFit>[1]

  test('is named with its size and the limit', () => {
    expect(() => checkWeightsFit(config, limits(128))).toThrow(
      'The device takes tensors of at most 128 MiB (maxStorageBufferBindingSize), and the weight embedding [50000, 1024] needs 195.3 MiB.',
    )
    expect(() => checkBatchFits(config, { batch: 32, prompt: 512, length: 1024 }, limits(200))).toThrow('attention of 512 tokens, 32 rows needs 512 MiB')
    expect(() => checkBatchFits(config, { batch: 32, prompt: 16, length: 2048 }, limits(200))).toThrow('keys of 2048 tokens, 32 rows needs 256 MiB')
  })

  test('is not said of what fits', () => {
    checkWeightsFit(config, limits(196))
    checkBatchFits(config, { batch: 8, prompt: 512, length: 1024 }, limits(128))
  })
})

interface Answer {
  ids: number[]
  logProb: number
}
interface Seen {
  runtime: RuntimeFacts
  webgpu: Record<string, Answer[]> & { scored: number[]; together: boolean[] }
  wasm: Record<string, Answer[]> & { scored: number[] }
  before: number[]
  after: number[]
  steps: StepTiming[]
  auto: RuntimeFacts
  probes: { backend: string; probe: { state: string; value?: string } }[]
  lost: { code: string; kind: string; message: string }[]
  reopened: string
}

test(
  'on a software renderer: the answers of wasm, several tokens a read-back, nothing left behind, a lost device told',
  { timeout: 180_000 },
  async (context) => {
    const why = whyNoWebgpu()
    if (why !== undefined) return context.skip(why)
    const { stdout } = await promisify(execFile)(process.execPath, [join(ROOT, 'test/fixtures/webgpu-child.mjs')], {
      env: { ...process.env, ...SOFTWARE, DISTILLBENCH_TENSORFLOW: '/none' }, // auto would take a TensorFlow first
      timeout: 170_000,
    })
    const seen = JSON.parse(stdout) as Seen
    expect(seen.runtime).toMatchObject({ backend: 'webgpu', device: expect.stringMatching(/swiftshader.*\(software\)$/i) as unknown })
    for (const name of Object.keys(seen.wasm).filter((key) => key !== 'scored' && key !== 'together')) {
      const [got, wanted] = [seen.webgpu[name]!, seen.wasm[name]!]
      expect({ name, ids: got.map(({ ids }) => ids) }).toEqual({ name, ids: wanted.map(({ ids }) => ids) })
      expect(distance(got.map(({ logProb }) => logProb), wanted.map(({ logProb }) => logProb))).toBeLessThan(1e-3) // prettier-ignore
    }
    expect(distance(seen.webgpu.scored, seen.wasm.scored)).toBeLessThan(1e-4)
    expect(seen.webgpu.together).toEqual([false, ...Array.from({ length: 7 }, () => true), false, false]) // 1, 8 and 1 tokens came together
    expect(seen.after).toEqual(seen.before)
    expect(seen.steps.map(({ step }) => step)).toEqual(['prefill', 'decode'])
    expect(seen.auto.backend).not.toBe('webgpu')
    expect(seen.auto.rejected).toContainEqual({ backend: 'webgpu', why: expect.stringContaining('--backend webgpu takes it') as unknown })
    expect(seen.probes.find(({ backend }) => backend === 'webgpu')?.probe.value).toMatch(/\(software\).*asked for with DISTILLBENCH_WEBGPU=software/)
    for (const failure of seen.lost)
      expect(failure).toMatchObject({ code: 'device', kind: 'device-lost', message: expect.stringContaining('was lost') as unknown })
    expect(seen.reopened).toBe('webgpu')
  },
)
