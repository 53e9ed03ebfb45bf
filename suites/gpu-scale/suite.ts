import { defineSuite } from '../../harness/index.ts'
import { shape, SPEED_ONLY, workloads } from '../scale.ts'

const steps = { batches: [1, 8, 32], tokens: [128, 512] }
const model = (name: string, role: 'teacher' | 'student', layers: number, width: number) =>
  ({ name: `${name}, random weights`, role, adapter: 'tfjs', options: { random: shape(layers, width, steps) } }) as const

/** Models of real sizes for GPUs; README.md says what the figures mean. */
export default defineSuite({
  name: 'gpu-scale',
  title: 'Speed, energy and cost at real sizes: random weights, no accuracy',
  description: `A teacher of 1.3 billion parameters and students of a quarter, an eighth and a twelfth of it read and write made-up texts, alone and in batches. ${SPEED_ONLY}`,
  seed: 17,
  models: {
    teacher: model('Teacher 1.3B', 'teacher', 24, 2048),
    'student-350m': model('Student 350M', 'student', 24, 1024),
    'student-160m': model('Student 160M', 'student', 12, 960),
    'student-125m': model('Student 125M', 'student', 12, 768),
  },
  price: { kind: 'hourly', usdPerHour: 2.5, source: 'set by this suite: one H100 rented by the hour, rounded', date: '2026-11-25' },
  workloads: workloads(
    64,
    [128, 512],
    [
      [32, 64],
      [512, 64],
    ],
  ),
  loads: [
    { kind: 'sequential', items: 4 },
    { kind: 'batch', size: 8, items: 16 },
    { kind: 'batch', size: 32 },
  ],
  blocks: 1,
  warmup: { requests: 1 },
  timeoutMs: 1_800_000,
  fidelity: { off: true },
  quick: { items: 32, blocks: 1 },
})
