/** Commands that guard a model in CI. */
import { backend, quick, seed, set, runs, type CommandSpec } from './spec.ts'

export const GATE = {
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
      backend: { ...backend, description: 'With --rerun-baseline: backend of in-process models' },
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
} satisfies Record<string, CommandSpec>
