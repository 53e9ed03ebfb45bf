/** Commands about the tool itself, and its mock server. */
import { runs, type CommandSpec } from './spec.ts'

export const TOOLS = {
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
  bundle: {
    summary: 'Make one archive that runs where there is no Node, no network and no package manager',
    about:
      'Holds the Node that runs this command, the compiled code, the packages of one backend, the suites with their weights, and a script `distillbench` that starts it: `tar xf` and go. ' +
      'It fits the operating system and processor that it was made on. The same installation gives the same bytes.',
    args: {
      backend: {
        type: 'string',
        valueHint: 'NAME',
        default: 'wasm',
        description: 'What in-process models run on there: webgpu, wasm or cpu; webgpu holds wasm too',
      },
      out: { type: 'string', valueHint: 'PATH', description: 'File to write, or a folder for it (default: distillbench-VERSION-BACKEND-PLATFORM.tar.gz)' },
      force: { type: 'boolean', description: 'Replace the file where it exists' },
      level: { type: 'string', integer: true, valueHint: 'N', description: 'Compression from 1, which is fast, to 9, which is small (default: 9)' },
    },
    examples: ['distillbench bundle --backend webgpu', 'distillbench bundle --backend wasm --out /media/usb'],
  },
} satisfies Record<string, CommandSpec>
