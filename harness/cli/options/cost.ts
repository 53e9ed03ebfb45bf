/** Commands about money and energy. */
import { runs, type CommandSpec } from './spec.ts'

export const COST = {
  price: {
    summary: 'List prices of models by the token at a date, blended prices and ratios',
    about:
      'Prices come from the suite, where one is named, then from a built-in table with dates, then from the bundled data of genai-prices; no network is asked. The first model is compared with each other one. ' +
      'A price that no source dates is marked, and a model that no source knows is refused: it never costs $0.',
    args: {
      model: { type: 'positional', required: true, many: true, description: 'Name of a model as its seller writes it; PROVIDER/MODEL names the seller too' },
      at: { type: 'string', valueHint: 'DATE', description: 'Day (2025-02-06) or moment (2025-02-08T17:00Z) at which the price held (default: today)' },
      blend: { type: 'string', valueHint: 'IN:OUT', default: '3:1', description: 'Parts of input and output tokens in the blended price' },
      suite: { type: 'string', valueHint: 'SUITE', description: 'Ask the token prices of this suite’s models first; their names are the ids' },
      provider: { type: 'string', valueHint: 'NAME', description: 'Who sells the models (default: their maker)' },
    },
    examples: ['distillbench price o1 deepseek-reasoner --at 2025-02-06', 'distillbench price gpt-4o o1-mini --blend 1:1 --json'],
  },
  project: {
    summary: 'Work out machines, power, money and CO2 of serving at scale, from a run',
    about:
      'Takes speed, tokens per request and energy of a run to a demand, for teacher, students and routing between them; or, with --power, says what so much power would serve. ' +
      'The assumptions are printed. Quoted runs give only what their prices allow.',
    args: {
      run: { type: 'positional', required: true, description: 'Id of a run, its folder, or `latest`' },
      'tokens-per-day': { type: 'string', decimal: true, valueHint: 'N', description: 'Demand in output tokens of the teacher' },
      'requests-per-day': { type: 'string', decimal: true, valueHint: 'N', description: 'Demand in requests' },
      power: { type: 'string', valueHint: 'POWER', description: 'What would so much power serve? Such as 10GW, 300MW or 50kW, at the grid connection' },
      pue: { type: 'string', decimal: true, valueHint: 'RATIO', description: 'Power of the site ÷ power of its computers (default: 1)' },
      'kwh-price': { type: 'string', decimal: true, valueHint: 'USD', description: 'US dollars per kWh, for models without a price' },
      'grid-intensity': { type: 'string', decimal: true, valueHint: 'G', description: 'Grams of CO2 per kWh (default: 481, the world in 2023 by Ember)' },
      growth: { type: 'string', decimal: true, valueHint: 'RATIO', description: 'Growth of the demand a year; 0.5 is half as much again (default: 0)' },
      years: { type: 'string', integer: true, valueHint: 'N', description: 'Years of the cost curve (default: 3)' },
      utilisation: { type: 'string', decimal: true, valueHint: 'RATIO', description: 'Share of the measured speed that is kept up at the peak (default: 1)' },
      redundancy: { type: 'string', decimal: true, valueHint: 'RATIO', description: 'Spare machines, as a share of those needed (default: 0)' },
      'peak-to-mean': { type: 'string', decimal: true, valueHint: 'RATIO', description: 'Peak ÷ mean demand (default: 1)' },
      runs,
    },
    examples: ['distillbench project latest --tokens-per-day 1000000000 --pue 1.3 --peak-to-mean 2', 'distillbench project latest --power 10GW --pue 1.3'],
  },
} satisfies Record<string, CommandSpec>
