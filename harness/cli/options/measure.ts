/** Commands that make a run. */
import { suite, quick, seed, models, backend, set, data, untilDecided, lang, runs, type CommandSpec } from './spec.ts'

export const MEASURE = {
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
      backend,
      set,
      data,
      ...untilDecided,
      'allow-code': { type: 'boolean', description: 'Run code that models wrote, in a sandbox, to grade it; without, it is never run' },
      resume: { type: 'string', valueHint: 'RUN', description: 'Go on with this run (id, folder or `latest`); finished items are not asked again' },
      lang,
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
      'Nothing is run and nothing is spent. The expected time comes from earlier runs of the same suite in --out; without one it is unknown and said to be so. ' +
      'Questions that are not at hand, such as those of the hub without a network, are no mistake of the suite: what is known is told with what to do, and --json says `state: data-missing` in place of `planned`.',
    args: {
      suite,
      quick,
      out: { ...runs, description: 'Folder with earlier runs, which the expected time is taken from' },
      seed,
      models,
      backend: { ...backend, description: 'Backend that in-process models would run on: a model that cannot fit it is refused' },
      data,
      ...untilDecided,
    },
    examples: ['distillbench plan arithmetic', 'distillbench plan ./my-suite.ts --json'],
  },
  grade: {
    summary: 'Grade the answers of a run once more, without asking its models again',
    about:
      'For answers that got no grade (code in a run without --allow-code, a judge that was away), and for graders that have changed since: those alone are graded. ' +
      'Answers, times and first grades stay in the record as they were; the later grades are kept beside them, with date, grader, version and leave, and count from then on. ' +
      'Where scores differ, the reports say so. The reports of the run are written anew.',
    args: {
      run: { type: 'positional', required: true, description: 'Id of a run, its folder, or `latest`' },
      suite: { type: 'string', valueHint: 'SUITE', description: 'The suite that says how to grade (default: the file that the run was made from)' },
      'allow-code': { type: 'boolean', description: 'Run code that models wrote, in a sandbox, to grade it; without, it is never run' },
      again: { type: 'boolean', description: 'Grade all answers, also those that have a grade by the very same grader' },
      set,
      data,
      lang,
      runs,
    },
    examples: ['distillbench grade latest --allow-code', 'distillbench grade 20261125-101500-mine --suite ./stricter.yaml'],
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
        options: ['exact', 'includes', 'numeric', 'choice', 'math', 'json', 'given'],
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
      lang,
    },
    examples: [
      'distillbench import --teacher teacher.jsonl --student student.jsonl --grader numeric',
      'distillbench import --teacher big/samples_gsm8k_2025-02-06T10-11-12.jsonl --student small/samples_gsm8k_2025-02-06T11-12-13.jsonl',
      'distillbench import --teacher results.json#openai:gpt-4o --student small=results.json#2 --dataset questions.jsonl',
    ],
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
} satisfies Record<string, CommandSpec>
