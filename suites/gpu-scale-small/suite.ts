import { defineSuite } from '../../harness/index.ts'
import { shape, SPEED_ONLY, workloads } from '../scale.ts'

const steps = { batches: [1, 4], tokens: [32] }
const model = (name: string, role: 'teacher' | 'student', layers: number, width: number) =>
  ({ name: `${name}, random weights`, role, adapter: 'tfjs', options: { random: shape(layers, width, steps, 4096) } }) as const

/** gpu-scale in small, for machines without a GPU and for CI: the same path, in seconds. */
export default defineSuite({
  name: 'gpu-scale-small',
  title: 'Speed, energy and cost of small models: random weights, no accuracy',
  description: `The suite gpu-scale with a teacher of 4 million parameters, for machines without a GPU. ${SPEED_ONLY}`,
  seed: 17,
  models: {
    teacher: model('Teacher 4M', 'teacher', 4, 256),
    'student-1m': model('Student 1M', 'student', 3, 128),
  },
  price: { kind: 'hourly', usdPerHour: 0.1, source: 'set by this suite: a two-core virtual machine, rounded', date: '2026-11-25' },
  workloads: workloads(16, [64], [[16, 16]]),
  loads: [
    { kind: 'sequential', items: 4 },
    { kind: 'batch', size: 8 },
  ],
  blocks: 1,
  warmup: { requests: 1 },
  fidelity: { off: true },
  quick: { items: 8, blocks: 1 },
})
