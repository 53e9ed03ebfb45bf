/** Commands that read runs. */
import { lang, models, runs, type CommandSpec } from './spec.ts'

export const READ = {
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
      interactive: {
        type: 'boolean',
        description: 'Charts of the html report can be zoomed and say their values when pointed at, without network; takes some 600 kB more',
      },
      charts: {
        type: 'string',
        valueHint: 'DIR',
        description: 'Write each chart of the report besides, as SVG, and as PNG where the package @resvg/resvg-js is installed',
      },
      lang,
      runs,
    },
    examples: [
      'distillbench report latest',
      'distillbench report latest --format md --out report.md',
      'distillbench report latest --format csv | head',
      'distillbench report latest --charts charts',
      'distillbench report latest --lang ko --out report.ko.html',
      'distillbench report latest --interactive --out explore.html',
    ],
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
      lang,
      runs,
      also: { type: 'string', many: true, valueHint: 'DIR', description: 'A further folder with runs, such as a shared one; may be repeated' },
    },
    examples: [
      'distillbench history throughput --models student',
      'distillbench history accuracy --html accuracy.html',
      'distillbench history accuracy --suite arithmetic --json',
    ],
  },
  view: {
    summary: 'Look through stored runs in a browser: filter, trend, compare, read reports',
    about:
      'Serves pages to browsers on this machine only, until Ctrl-C, and prints their address. Reports are made when they are opened, from the record. ' +
      'Nothing is written, and nothing is asked of the network.',
    args: {
      folder: { type: 'positional', required: false, description: 'Folder that holds the runs (default: .distillbench)' },
      port: { type: 'string', integer: true, valueHint: 'N', description: 'Port on 127.0.0.1 (default: a free one)' },
      lang,
    },
    examples: ['distillbench view', 'distillbench view shared/runs --port 8080'],
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
} satisfies Record<string, CommandSpec>
