/** Quoted of a model, not measured: list prices, sizes, training. */
import type { Metric } from '../../../types.ts'

export const QUOTED = [
  {
    id: 'price-input',
    title: 'List price, input',
    unit: 'USD/Mtoken',
    better: 'lower',
    definition: 'List price of a million input tokens that are not cached. Quoted only.',
    misleads: 'Holds from a date to a date; the date is part of the figure.',
  },
  {
    id: 'price-cached-input',
    title: 'List price, cached input',
    unit: 'USD/Mtoken',
    better: 'lower',
    definition: 'List price of a million input tokens that the provider finds in its cache. Quoted only.',
    misleads: 'How many tokens hit the cache depends on the use.',
  },
  {
    id: 'price-output',
    title: 'List price, output',
    unit: 'USD/Mtoken',
    better: 'lower',
    definition: 'List price of a million output tokens; reasoning tokens are billed as output. Quoted only.',
    misleads: 'A model that thinks longer bills more tokens for the same answer.',
  },
  {
    id: 'price-blended',
    title: 'Blended price, 3:1',
    unit: 'USD/Mtoken',
    better: 'lower',
    definition: '(3 × input price + output price) ÷ 4: the price of a million tokens where three of four are input. Quoted, or computed from quoted prices.',
    misleads:
      'Fits chat with long prompts. Reasoning models write more than they read, and in different amounts, so a blended price does not tell what an answer costs.',
  },
  {
    id: 'parameters-total',
    title: 'Parameters, total',
    unit: 'parameter',
    better: 'neither',
    definition: 'All weights of the model. Quoted only; measured models have it in their model card.',
    misleads: 'Decides the memory, not the speed, of a mixture of experts.',
  },
  {
    id: 'parameters-active',
    title: 'Parameters, active',
    unit: 'parameter',
    better: 'neither',
    definition: 'Weights that take part in one token. Quoted only; measured models have it in their model card.',
    misleads: 'Decides the arithmetic per token, not the memory.',
  },
  {
    id: 'training-cost',
    title: 'Training cost',
    unit: 'USD',
    better: 'lower',
    definition: 'What the training is said to have cost. Quoted only.',
    misleads: 'Some figures are the rent of the final run alone, others include research, failed runs, staff and machines: seldom the same thing.',
  },
  {
    id: 'training-time',
    title: 'Training time',
    unit: 'h',
    better: 'lower',
    definition: 'Device hours of the training. Quoted only.',
    misleads: 'Hours of different devices do not compare.',
  },
] as const satisfies readonly Metric[]
