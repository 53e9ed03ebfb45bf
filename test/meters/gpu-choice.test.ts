import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { chooseGpus, sameBusId, type SeenGpu } from '../../harness/meters/gpu-choice.ts'

const gpu = (index: number, name: string): SeenGpu => ({ index, name, uuid: `GPU-${'abcd'[index]}000-1`, busId: `00000000:${index + 1}1:00.0` })
const PAIR = [gpu(0, 'NVIDIA H100 80GB HBM3'), gpu(1, 'NVIDIA H100 80GB HBM3')]
const MIXED = [gpu(0, 'NVIDIA A100-SXM4-80GB'), gpu(1, 'Tesla T4')]
const chosen = (...given: Parameters<typeof chooseGpus>): [indexes: number[], sure: boolean] => {
  const { gpus, unsure } = chooseGpus(...given)
  return [gpus.map(({ index }) => index), unsure === undefined]
}

describe('the GPU of a WebGPU adapter', () => {
  test('is found by its name, wherever the driver wrote it', () => {
    expect(chosen(MIXED, { names: ['Tesla T4'], vendor: 'nvidia' }, {})).toEqual([[1], true])
    expect(chosen(MIXED, { names: ['0x20b2', 'nvidia NVIDIA A100-SXM4-80GB (NVIDIA: 550)'], vendor: 'nvidia' }, {})).toEqual([[0], true])
    expect(chosen([gpu(0, 'NVIDIA A100'), gpu(1, 'NVIDIA A100 80GB')], { names: ['NVIDIA A100 80GB'] }, {})).toEqual([[1], true])
    expect(chosen(PAIR.slice(0, 1), { names: ['0x2330'], vendor: 'nvidia' }, {})).toEqual([[0], true])
  })

  test('is not decided between two of the same name: both are read, and it is said what to do', () => {
    const { gpus, unsure } = chooseGpus([...PAIR, gpu(2, 'Tesla T4')], { names: ['NVIDIA H100 80GB HBM3'], vendor: 'nvidia' }, { CUDA_VISIBLE_DEVICES: '1' })
    expect(gpus.map(({ index }) => index)).toEqual([0, 1]) // Vulkan knows nothing of CUDA's variable
    expect(unsure).toMatch(/which of 2 GPUs .* \(GPU-a000-1, GPU-b000-1\).* set DISTILLBENCH_GPU/)
  })

  test.each(['GPU-b000', '0000:21:00.0', '21:00.0', '1'])('is settled by DISTILLBENCH_GPU=%s', (id) => {
    expect(chosen(PAIR, { names: ['NVIDIA H100 80GB HBM3'] }, { DISTILLBENCH_GPU: id })).toEqual([[1], true])
  })

  test('that names a GPU which is not there is told, not ignored', () => {
    expect(chooseGpus(PAIR, { names: [] }, { DISTILLBENCH_GPU: 'GPU-zz' })).toMatchObject({ gpus: PAIR, unsure: expect.stringContaining('GPU-zz') as string })
  })

  test('of another maker is none of these', () => {
    expect(chooseGpus(PAIR, { names: ['AMD Radeon'], vendor: 'amd' }, {})).toMatchObject({ gpus: [], how: expect.stringContaining('AMD Radeon') as string })
  })
})

describe('the GPU of CUDA', () => {
  const cuda = { names: [], cuda: true }
  test.each([
    [{ CUDA_VISIBLE_DEVICES: 'GPU-b000-1,GPU-a000-1' }, [1], true],
    [{ CUDA_VISIBLE_DEVICES: '1,0', CUDA_DEVICE_ORDER: 'PCI_BUS_ID' }, [1], true],
    [{ CUDA_DEVICE_ORDER: 'PCI_BUS_ID' }, [0], true],
    [{ CUDA_VISIBLE_DEVICES: '1' }, [0, 1], false],
    [{}, [0, 1], false],
  ])('with %j is %j', (env, indexes, sure) => {
    expect(chosen(MIXED, cuda, env)).toEqual([indexes, sure])
  })

  test('is the only one where there is one', () => expect(chosen(MIXED.slice(1), cuda, {})).toEqual([[1], true]))
})

test('an id that the backend tells decides before any name', () => {
  expect(chosen(PAIR, { names: ['NVIDIA H100 80GB HBM3'], busId: '0000:21:00.0' }, {})).toEqual([[1], true])
  expect(chosen(PAIR, { names: [], uuid: 'GPU-a000-1' }, {})).toEqual([[0], true])
})

test('whatever is asked, what is chosen is there, and several are never sure', () => {
  const env = fc.record(
    { CUDA_VISIBLE_DEVICES: fc.string(), CUDA_DEVICE_ORDER: fc.constantFrom('PCI_BUS_ID', 'x'), DISTILLBENCH_GPU: fc.string() },
    { requiredKeys: [] },
  )
  const target = fc.record({ names: fc.array(fc.string()), vendor: fc.string(), cuda: fc.boolean() }, { requiredKeys: ['names'] })
  fc.assert(
    fc.property(target, env, (identity, variables) => {
      const { gpus, unsure } = chooseGpus([...PAIR, ...MIXED], identity, variables)
      return gpus.every((one) => [...PAIR, ...MIXED].includes(one)) && (gpus.length <= 1 || unsure !== undefined)
    }),
  )
})

test('bus ids of a driver and of the system are compared as numbers', () => {
  expect(sameBusId('00000000:0A:00.0', '0000:0a:00.0')).toBe(true)
  expect(sameBusId('0001:0a:00.0', '0000:0a:00.0')).toBe(false)
  expect(sameBusId('', '')).toBe(false)
})
