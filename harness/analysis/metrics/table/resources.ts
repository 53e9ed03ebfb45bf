/** Memory, power, energy and cost of the answers. */
import type { Metric } from '../../../types.ts'

export const RESOURCES = [
  {
    id: 'memory-device',
    title: 'Device memory',
    unit: 'byte',
    better: 'lower',
    definition: 'Largest number of bytes that weights, caches and work buffers held on the device, over the cells. Low and high are the range over the cells.',
    misleads:
      'What the runtime says it holds, after the measured window: buffers that were freed before are missing, and a pool that the runtime keeps may be missing too.',
  },
  {
    id: 'memory-process',
    title: 'Process memory',
    unit: 'byte',
    better: 'lower',
    definition:
      'Largest resident size of the process that ran the model, over the cells: the peak of the measured window where a meter watched it, else the size after it. Low and high are the range over the cells.',
    misleads: 'The language runtime is in it: for small models it is most of it, so ratios of it understate how much smaller the student is.',
  },
  {
    id: 'power',
    title: 'Power',
    unit: 'W',
    better: 'lower',
    definition: 'Energy of the measured windows ÷ their length. Gross: what the device draws when idle is in it.',
    misleads: 'A faster model may draw more and still need less energy. A device’s own meter can be wrong by 5%, for all models on it alike.',
  },
  {
    id: 'power-idle',
    title: 'Idle power',
    unit: 'W',
    better: 'lower',
    definition:
      'Mean power with the model loaded and nothing asked: of the phases before the warm-up and, from a second after the last answer, after the requests.',
    misleads: 'The phases are short: a device that has not yet brought its clocks down draws more than it will an hour later.',
  },
  {
    id: 'energy-per-token',
    title: 'Energy per output token',
    unit: 'J/token',
    better: 'lower',
    definition:
      'Energy of the measured windows ÷ output tokens of all requests. From a counter of joules aligned with its ticks where there is one, else the integral of power with both ends interpolated. Gross: what the device draws when idle is in it.',
    misleads: 'The energy of the prompts is spread over the output tokens. A wordy model looks good: see energy per correct answer.',
  },
  {
    id: 'net-energy-per-token',
    title: 'Net energy per output token',
    unit: 'J/token',
    better: 'lower',
    definition: '(Energy of the measured windows − idle power × their length) ÷ output tokens of all requests.',
    misleads:
      'Nobody gets the idle power for free: decide by the gross figure. A small difference of two large figures, which may be below 0 where the device hardly works.',
  },
  {
    id: 'energy-per-request',
    title: 'Energy per request',
    unit: 'J/answer',
    better: 'lower',
    definition: 'The same energy as per token, gross, ÷ requests that were asked, the failed ones among them.',
    misleads: 'Long answers cost more; models that answer at different lengths do different work.',
  },
  {
    id: 'energy-per-correct',
    title: 'Energy per correct answer',
    unit: 'J/answer',
    better: 'lower',
    definition: 'The same energy ÷ sum of the scores. Wrong, cut-off and failed requests spend energy and earn nothing.',
    misleads: 'Undefined without a right answer, and unstable with few of them.',
  },
  {
    id: 'prefill-energy-per-token',
    title: 'Energy per prompt token',
    unit: 'J/token',
    better: 'lower',
    definition:
      'Slope of prompt tokens (less cached ones) in a regression of the energy of each unit of work, net of idle, on its prompt and output tokens. Needs twelve units of half a second or more whose prompts and answers vary apart.',
    misleads: 'A fit, not a measurement: attention over long contexts and batches of changing size bend what it takes for straight.',
  },
  {
    id: 'decode-energy-per-token',
    title: 'Energy per decoded token',
    unit: 'J/token',
    better: 'lower',
    definition: 'Slope of output tokens in the same regression.',
    misleads: 'Net of idle and without the prompts, so it is smaller than the energy per output token, which is what a bill is made of.',
  },
  {
    id: 'carbon-per-request',
    title: 'Carbon per request',
    unit: 'gCO2/answer',
    better: 'lower',
    definition: 'Energy per request × PUE × grams of CO2 per kilowatt-hour, as the suite gives them (site).',
    misleads:
      'The mean of a grid is not what one more kilowatt-hour emits; making the hardware is not in it. Teacher and student on one grid differ as their energy does.',
  },
  {
    id: 'carbon-per-correct',
    title: 'Carbon per correct answer',
    unit: 'gCO2/answer',
    better: 'lower',
    definition: 'The same ÷ sum of the scores.',
    misleads: 'As energy per correct answer, and as carbon per request.',
  },
  {
    id: 'cost-per-mtoken',
    title: 'Cost per million output tokens',
    unit: 'USD/Mtoken',
    better: 'lower',
    definition:
      'Hourly price: price × measured window ÷ output tokens. Token price: (input tokens × input price + output tokens × output price) ÷ output tokens. Failed and cut-off requests are billed.',
    misleads: 'Says nothing of how many tokens an answer takes. An hourly price is paid for a machine that is never idle, which a real one often is.',
  },
  {
    id: 'cost-per-correct',
    title: 'Cost per correct answer',
    unit: 'USD/answer',
    better: 'lower',
    definition: 'The same cost ÷ sum of the scores.',
    misleads: 'Takes a wrong answer to cost only its own computing; what a mistake costs afterwards is not in it.',
  },
  {
    id: 'cost-per-request',
    title: 'Cost per request',
    unit: 'USD/answer',
    better: 'lower',
    definition: 'The same cost ÷ requests that were asked, the failed ones among them.',
    misleads: 'Half of the requests answered wrong cost as much as right ones: see cost per correct answer.',
  },
  {
    id: 'cost-total',
    title: 'Cost of the run',
    unit: 'USD',
    better: 'neither',
    definition: 'What all requests of the model under this load cost: the same cost, not divided by anything.',
    misleads: 'Depends on how much was asked. Warm-up and loading are not in it, and a model that gave up early is cheap.',
  },
] as const satisfies readonly Metric[]
