/**
 * Every command and option of the command line, declared once: the parser, `--help` and docs/cli.md read this table.
 * Imports no code, so that `--help` answers at once.
 */
import type { ArgDef } from 'citty'
import type { EXIT } from '../errors.ts'

export interface OptionExtras {
  /** The value must be a whole number, zero or more. */
  integer?: true
  /** The value must be a number, zero or more; it may have a fraction. */
  decimal?: true
  /** The positional or option may be given several times. */
  many?: true
}
export type OptionSpec = ArgDef & OptionExtras & { description: string }
export interface CommandSpec {
  summary: string
  /** One or two paragraphs for `COMMAND --help`. */
  about: string
  args: Record<string, OptionSpec>
  examples: readonly string[]
}

const suite = {
  type: 'positional',
  required: true,
  description: 'Name of a built-in suite, its folder, or a suite file (.ts, .js, .yaml, .json)',
} satisfies OptionSpec
const quick = { type: 'boolean', description: 'Ask fewer items: a look, not a result' } satisfies OptionSpec
const seed = {
  type: 'string',
  integer: true,
  valueHint: 'N',
  description: 'Seed of items, order and sampling (default: the one of the suite)',
} satisfies OptionSpec
const models = { type: 'string', valueHint: 'A,B', description: 'Only these models, by id' } satisfies OptionSpec
const set = {
  type: 'string',
  many: true,
  valueHint: 'NAME=VALUE',
  description: 'Set a variable that the suite takes from the environment, such as TEACHER_URL; may be given several times. Not for keys',
} satisfies OptionSpec
const data = {
  type: 'string',
  valueHint: 'PATH',
  description: 'A copy of the questions in place of the hub, for suites of public benchmarks: a file, or a folder with a file for each split',
} satisfies OptionSpec
const untilDecided = {
  'until-decided': { type: 'boolean', description: 'Ask in random order, look at the results every 50 items, and stop once every student is decided' },
  'max-minutes': { type: 'string', decimal: true, valueHint: 'N', description: 'With --until-decided: start no cell after so many minutes' },
  'max-cost': {
    type: 'string',
    decimal: true,
    valueHint: 'USD',
    description: 'With --until-decided: start no cell once the models have cost so many US dollars',
  },
} satisfies Record<string, OptionSpec>
const runs = { type: 'string', valueHint: 'DIR', default: '.distillbench', description: 'Folder that holds the runs' } satisfies OptionSpec

/** Options that every command knows. */
export const GLOBAL_OPTIONS = {
  json: { type: 'boolean', description: 'The result as one JSON document on stdout; events and errors as JSON lines on stderr' },
  debug: { type: 'boolean', description: 'Show the stack trace of an error' },
  help: { type: 'boolean', alias: 'h', description: 'Show what a command does and its options' },
} satisfies Record<string, OptionSpec>

export const COMMANDS = {
  run: {
    summary: 'Run a suite: ask, time and grade every model, then report',
    about:
      'Every in-process model runs in a process of its own. Samples are kept as they end, so a run that was stopped goes on with --resume. ' +
      'Beside the record are written report.html, report.md, metrics.csv, samples.csv and analysis.json.',
    args: {
      suite,
      quick,
      out: { ...runs, description: 'Folder that the run is written to' },
      seed,
      models,
      backend: {
        type: 'enum',
        options: ['auto', 'tensorflow', 'webgpu', 'wasm', 'cpu'],
        default: 'auto',
        description: 'Backend of in-process models; `doctor` says which work here',
      },
      set,
      data,
      ...untilDecided,
      resume: { type: 'string', valueHint: 'RUN', description: 'Go on with this run (id, folder or `latest`); finished items are not asked again' },
    },
    examples: [
      'distillbench run arithmetic --quick',
      'distillbench run ./my-suite.yaml --models teacher,small --seed 7',
      'distillbench run ./my-suite.yaml --until-decided --max-cost 5',
    ],
  },
  plan: {
    summary: 'Show the cells of a suite, their order, expected time, tokens and cost',
    about:
      'Nothing is run and nothing is spent. The expected time comes from earlier runs of the same suite in --out; without one it is unknown and said to be so.',
    args: {
      suite,
      quick,
      out: { ...runs, description: 'Folder with earlier runs, which the expected time is taken from' },
      seed,
      models,
      data,
      ...untilDecided,
    },
    examples: ['distillbench plan arithmetic', 'distillbench plan ./my-suite.ts --json'],
  },
  report: {
    summary: 'Write the report of one run, or of several side by side',
    about: 'Reads the record, computes every number again and renders it. No model is needed. Text goes to stdout where --out is missing or `-`.',
    args: {
      run: { type: 'positional', required: true, many: true, description: 'Id of a run, its folder, or `latest`' },
      format: {
        type: 'enum',
        options: ['html', 'md', 'csv', 'json', 'card'],
        description: 'Format of the report (default: html; json with --json). csv is one row per metric; card an SVG picture of 1200 × 630 for a README',
      },
      out: {
        type: 'string',
        valueHint: 'PATH',
        description: 'File to write, `-` for stdout (default: report.html beside the record, or stdout for the other formats and in a pipe)',
      },
      runs,
    },
    examples: ['distillbench report latest', 'distillbench report latest --format md --out report.md', 'distillbench report latest --format csv | head'],
  },
  compare: {
    summary: 'Compare runs question by question: a changed prompt, another engine, a quantisation, a student',
    about:
      'The first run is the reference. Questions are paired by their text and right answer, within the same workload; runs that cannot be compared are refused, and the difference is named. ' +
      'Without MODEL, runs of one model each are compared as they are, and runs of several models model by model.',
    args: {
      run: { type: 'positional', required: true, many: true, description: 'Id of a run, its folder, or `latest`; RUN:MODEL for one of its models' },
      by: {
        type: 'enum',
        options: ['hash', 'id'],
        default: 'hash',
        description: 'Pair questions by hash of text and right answer, or by id, where the prompt was changed on purpose',
      },
      runs,
    },
    examples: ['distillbench compare 20250206-101112-sums latest', 'distillbench compare latest:teacher 20250206-101112-sums:small --json'],
  },
  gate: {
    summary: 'Say whether a run keeps the rules: against a baseline, or by itself',
    about:
      'Three outcomes: pass (exit 0), fail (1) and undecided (4), each with its evidence. The rules come from --policy, else from the suite of the run, else from the defaults: ' +
      'accuracy item by item, failures, the verdict, speed, cost and energy. A baseline of other questions, graders or sampling, or, for speed and energy, of another machine, is refused (2).',
    args: {
      run: { type: 'positional', required: true, description: 'Id of a run, its folder, or `latest`; with --rerun-baseline a suite' },
      baseline: { type: 'string', valueHint: 'NAME|RUN', description: 'A saved baseline, or a run, to compare with' },
      'rerun-baseline': {
        type: 'string',
        valueHint: 'SUITE|git:REF',
        description: 'Run the suite and this baseline side by side in one job: another suite, or the suite as it was at a git ref',
      },
      'baseline-set': {
        type: 'string',
        many: true,
        valueHint: 'NAME=VALUE',
        description: 'With --rerun-baseline: ${NAME} in options of the baseline, such as the address of another server',
      },
      budget: {
        type: 'string',
        valueHint: 'TIME',
        description: 'With --rerun-baseline: no further pairs after this long, such as 90s, 10m, 1h (default: 15m)',
      },
      anyway: { type: 'boolean', description: 'With --rerun-baseline: run although the last run was too noisy for a rule to be decided' },
      quick,
      seed,
      backend: {
        type: 'enum',
        options: ['auto', 'tensorflow', 'webgpu', 'wasm', 'cpu'],
        default: 'auto',
        description: 'With --rerun-baseline: backend of in-process models',
      },
      set,
      policy: { type: 'string', valueHint: 'FILE', description: 'Rules (.yaml, .json): a policy, or a suite with `gate`' },
      format: {
        type: 'enum',
        options: ['text', 'md', 'json', 'junit', 'github', 'bmf', 'action-smaller', 'action-bigger'],
        valueHint: 'FORM',
        description:
          'Form of the result: text (default; json with --json), md, json, junit, github, bmf, action-smaller or action-bigger. github: annotations, and the job summary where GITHUB_STEP_SUMMARY names its file; bmf: Bencher; action-*: github-action-benchmark',
      },
      out: { type: 'string', valueHint: 'PATH', description: 'File to write besides the text, `-` for stdout (default)' },
      annotate: { type: 'boolean', description: 'Annotations and job summary of GitHub Actions besides, as --format github gives them' },
      runs,
    },
    examples: [
      'distillbench gate latest --baseline main',
      'distillbench gate ./suite.yaml --rerun-baseline git:origin/main --budget 10m',
      'distillbench gate latest --policy gate.yaml --format junit --out gate.xml',
    ],
  },
  history: {
    summary: 'Draw a metric over all stored runs, with the places where it changed',
    about:
      'One series for each model, workload and load. Changes of level are found by E-Divisive among the newest 200 runs (permutation test at 1%); changes of the environment are marked. ' +
      'Reads the metrics.csv beside each record.',
    args: {
      metric: { type: 'positional', required: true, description: 'Id of a metric, such as accuracy or throughput; `list metrics` shows them' },
      suite: { type: 'string', valueHint: 'NAME', description: 'Only runs of this suite' },
      models,
      workload: { type: 'string', valueHint: 'ID', description: 'Only this workload' },
      load: { type: 'string', valueHint: 'ID', description: 'Only this load' },
      html: { type: 'string', valueHint: 'FILE', description: 'Write a page besides: a chart for each workload and load, with its numbers in a table' },
      svg: { type: 'string', valueHint: 'FILE', description: 'Write the chart besides, where --suite, --workload and --load leave one' },
      runs,
      also: { type: 'string', many: true, valueHint: 'DIR', description: 'A further folder with runs, such as a shared one; may be repeated' },
    },
    examples: [
      'distillbench history throughput --models student',
      'distillbench history accuracy --html accuracy.html',
      'distillbench history accuracy --suite arithmetic --json',
    ],
  },
  prune: {
    summary: 'Remove old runs, never a baseline',
    about:
      'A run goes where every limit that is given lets it go: with `--keep 20 --older-than 30d` runs that are older than 30 days and not among the newest 20 of their suite. ' +
      'Baselines stay, and so do runs that baselines were saved from and runs that are being written. What goes takes its reports and its place in `history` with it.',
    args: {
      keep: { type: 'string', integer: true, valueHint: 'N', description: 'The newest N runs of each suite stay' },
      'older-than': { type: 'string', valueHint: 'AGE', description: 'Only runs older than this, such as 12h, 30d or 8w' },
      suite: { type: 'string', valueHint: 'NAME', description: 'Only runs of this suite' },
      'dry-run': { type: 'boolean', description: 'Say what would go, and remove nothing' },
      runs,
    },
    examples: ['distillbench prune --keep 20 --dry-run', 'distillbench prune --older-than 90d --json'],
  },
  baseline: {
    summary: 'Keep runs as baselines of the gate',
    about:
      '`save NAME [RUN]` keeps a finished run (default: latest) with its answers item by item and the machine it ran on; `list`; `show NAME`; `rm NAME`. Baselines are never pruned.',
    args: {
      words: { type: 'positional', required: false, many: true, description: 'save NAME [RUN], list, show NAME, rm NAME (default: list)' },
      runs,
    },
    examples: ['distillbench baseline save main latest', 'distillbench baseline list'],
  },
  import: {
    summary: 'Bring in answers that were recorded elsewhere, compare them and report',
    about:
      'Reads JSON lines ({"id", "output", …}), samples_*.jsonl of lm-evaluation-harness, .eval and .json logs of Inspect, and results of promptfoo; the format is told from the file. ' +
      'The answers become a run like any other: matched question by question, graded again, and reported. Nothing is run. FILE may be NAME=FILE, and FILE#NAME picks one model of several.',
    args: {
      file: {
        type: 'positional',
        required: false,
        many: true,
        description: 'Files of answers: the first is the teacher, the others are students. In place of --teacher and --student',
      },
      teacher: { type: 'string', valueHint: 'FILE', description: 'Answers of the model that is to be replaced' },
      student: { type: 'string', many: true, valueHint: 'FILE', description: 'Answers of a student; may be given several times' },
      control: { type: 'string', many: true, valueHint: 'FILE', description: 'Answers of a control, trained without the teacher; may be given several times' },
      dataset: { type: 'string', valueHint: 'FILE', description: 'The questions as JSON lines with id, prompt and target, where the files do not hold them' },
      grader: {
        type: 'enum',
        options: ['exact', 'includes', 'numeric', 'choice', 'given'],
        description: 'How answers are scored; given takes the scores in the files (default: exact where right answers are known, else given)',
      },
      score: { type: 'string', valueHint: 'NAME', description: 'Which of the scores in the files is kept, where there are several' },
      by: {
        type: 'enum',
        options: ['auto', 'id', 'hash'],
        default: 'auto',
        description: 'Match questions by id (their texts may differ), by hash of the text, or (auto) by id where there are ids, with the same text',
      },
      'allow-missing': { type: 'boolean', description: 'Answers that a file lacks count as failed; without it the import is refused' },
      margin: { type: 'string', decimal: true, valueHint: 'RATIO', description: 'Loss of accuracy that is acceptable (default: 0.02, two points)' },
      name: { type: 'string', valueHint: 'NAME', description: 'Name of the comparison in the run’s id and in reports (default: import)' },
      out: { ...runs, description: 'Folder that the run is written to' },
    },
    examples: [
      'distillbench import --teacher teacher.jsonl --student student.jsonl --grader numeric',
      'distillbench import --teacher big/samples_gsm8k_2025-02-06T10-11-12.jsonl --student small/samples_gsm8k_2025-02-06T11-12-13.jsonl',
      'distillbench import --teacher results.json#openai:gpt-4o --student small=results.json#2 --dataset questions.jsonl',
    ],
  },
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
  distill: {
    summary: 'Train a model by a recipe: a teacher from ground truth, or a student from its teacher',
    about: 'Deterministic from the seed of the recipe. Checkpoints are kept, so that --resume goes on where a training was stopped.',
    args: {
      recipe: { type: 'positional', required: true, description: 'Recipe file (.ts, .yaml, .json)' },
      out: { type: 'string', valueHint: 'DIR', description: 'Folder that weights, model card and loss curve are written to (default: the one of the recipe)' },
      resume: { type: 'boolean', description: 'Go on from the last checkpoint' },
    },
    examples: ['distillbench distill my-recipe.yaml --out weights'],
  },
  mock: {
    summary: 'Serve models that are made up, behind an OpenAI-compatible API, with times and faults as asked',
    about:
      'For trying served models without one: texts, latency and faults follow from the seed, and GET /truth says when each token was written. ' +
      'Prints its URL and serves until Ctrl-C. Sums in the question are answered right with the probability --accuracy. ' +
      'A fault is chosen by the name of the model in a request (mock+stall-mid) or by the header x-mock; docs/mock.md lists them.',
    args: {
      host: { type: 'string', valueHint: 'HOST', default: '127.0.0.1', description: 'Address to listen on' },
      port: { type: 'string', integer: true, valueHint: 'N', description: 'Port; 0 takes a free one (default: 8000)' },
      seed: { type: 'string', integer: true, valueHint: 'N', description: 'Seed of texts and jitter (default: 0)' },
      model: {
        type: 'string',
        many: true,
        valueHint: 'NAME|FILE',
        description: 'Name of a model, or a file (.yaml, .json) with a profile or a list `models` of them; may be repeated (default: mock)',
      },
      'prefill-ms-per-token': { type: 'string', decimal: true, valueHint: 'MS', description: 'Prefill per token of the prompt (default: 0.1)' },
      'decode-ms': { type: 'string', decimal: true, valueHint: 'MS', description: 'Time per token of a stream that is alone (default: 10)' },
      'decode-ms-per-stream': { type: 'string', decimal: true, valueHint: 'MS', description: 'What each further stream adds to a step (default: 0)' },
      'max-batch': { type: 'string', integer: true, valueHint: 'N', description: 'Streams at a time; others wait (default: 256)' },
      jitter: { type: 'string', decimal: true, valueHint: 'RATIO', description: 'Spread of the times: standard deviation ÷ mean (default: 0)' },
      accuracy: { type: 'string', decimal: true, valueHint: 'RATIO', description: 'Share of the known questions that is answered right (default: 1)' },
      'api-key-env': {
        type: 'string',
        valueHint: 'NAME',
        description: 'Environment variable with the key that requests must carry (default: none is asked for)',
      },
    },
    examples: ['distillbench mock --port 8000', 'distillbench mock --model teacher.yaml --model student.yaml', 'distillbench mock --decode-ms 20 --jitter 0.2'],
  },
  query: {
    summary: 'Answer SQL over all runs',
    about:
      'The views are runs, cells, samples, series and metrics; docs/query.md has their columns and examples. Reads only, and only the folder of the runs. Needs DuckDB.',
    args: {
      sql: { type: 'positional', required: true, description: 'One SELECT statement, in quotes' },
      runs: { type: 'string', default: '.distillbench', valueHint: 'DIR', description: 'Folder that the runs are in' },
      csv: { type: 'boolean', description: 'Print CSV' },
    },
    examples: ['distillbench query "SELECT * FROM runs"', 'distillbench query "FROM metrics LIMIT 5" --csv'],
  },
  list: {
    summary: 'List suites, adapters, workloads, graders, meters and metrics',
    about: 'What can be named in a suite and on this command line.',
    args: {
      kind: { type: 'positional', required: false, description: 'Only these: suites, adapters, workloads, graders, meters or metrics' },
    },
    examples: ['distillbench list', 'distillbench list metrics'],
  },
  doctor: {
    summary: 'Say what works on this machine, what does not, and what to do about it',
    about: 'Tries every backend, meter and optional package. A backend whose native library crashes is reported, not fatal.',
    args: {
      load: { type: 'boolean', description: 'Measure instead how many streams the client of loads reads on time here, and keep it for the runs in --out' },
      out: { ...runs, description: 'Folder of the runs that the measurement is kept beside' },
    },
    examples: ['distillbench doctor', 'distillbench doctor --load'],
  },
} satisfies Record<string, CommandSpec>

export type CommandName = keyof typeof COMMANDS
export const COMMAND_NAMES = Object.keys(COMMANDS) as readonly CommandName[]

/** What each exit code means; the numbers are in errors.ts. */
export const EXIT_MEANINGS = {
  ok: 'fine',
  usage: 'the command line, a suite or another input is invalid',
  gateFailed: 'a rule of the gate failed',
  failed: 'a model, a device or a cell failed; the rest was still reported',
  undecided: 'the gate cannot tell yet',
  interrupted: 'interrupted; what was finished is kept',
} satisfies Partial<Record<keyof typeof EXIT, string>>

/** The options of a command with the global ones, positionals left out. */
export function optionsOf(name: CommandName): Record<string, OptionSpec> {
  const all: Record<string, OptionSpec> = { ...COMMANDS[name].args, ...GLOBAL_OPTIONS }
  return Object.fromEntries(Object.entries(all).filter(([, spec]) => spec.type !== 'positional'))
}

/** The positional of a command; there is at most one. */
export function positionalOf(name: CommandName): { name: string; spec: OptionSpec } | undefined {
  const found = Object.entries<OptionSpec>(COMMANDS[name].args).find(([, spec]) => spec.type === 'positional')
  return found && { name: found[0], spec: found[1] }
}
