/** docs/mock.md: the words around two tables that the code reads as well. */
import { z } from 'zod'
import { MISBEHAVIOURS } from './behaviour.ts'
import { ProfileSchema } from './profile.ts'

/** Written by `npm run docs`; a test compares. */
export function renderMockPage(): string {
  return `${[
    '# The mock server',
    '<!-- Generated from scripts/mock by `npm run docs`; do not edit. -->',
    INTRODUCTION,
    '## Profiles',
    PROFILES,
    table(['field', 'meaning', 'default'], profileRows()),
    '## Faults',
    FAULTS,
    table(
      ['name', 'what happens', '`=N`'],
      Object.entries(MISBEHAVIOURS).map(([name, { summary, value }]) => [
        `\`${name}\``,
        summary,
        value ? `${value.says} (default: ${value.default === Infinity ? 'all' : value.default})` : '',
      ]),
    ),
    '## The truth',
    TRUTH,
    '## Roofline',
    ROOFLINE,
  ].join('\n\n')}\n`
}

// --- internal ---

const INTRODUCTION = `\`distillbench mock\` serves models that are made up behind the API that served models speak, so that suites, load profiles and
clients can be tried without a GPU. Its answers, its times and its faults follow from a seed.

\`\`\`sh
distillbench mock --port 8000 --decode-ms 20 --jitter 0.1
curl -N localhost:8000/v1/chat/completions -H 'content-type: application/json' \\
  -d '{"model":"mock","stream":true,"messages":[{"role":"user","content":"What is 12*(3+4)?"}]}'
\`\`\`

| path | what it gives |
| --- | --- |
| \`POST /v1/chat/completions\`, \`POST /v1/completions\` | answers, streamed or not; \`max_tokens\`, \`stop\`, \`seed\`, \`logprobs\`, \`ignore_eos\`, \`stream_options.include_usage\`, \`echo\`, \`prompt_logprobs\` |
| \`GET /v1/models\`, \`GET /health\`, \`GET /version\` | what other servers give |
| \`GET /truth\`, \`GET /truth?id=ID\` | when the last requests came and each of their tokens was written |
| \`POST /reset\`, \`POST /reset_prefix_cache\` | forgets the truth, tries and prefixes; the prefixes only |

A token of the mock is a piece of at most four letters, up to three digits, or one other character; a space belongs to what follows it.
Integer expressions in the last message of the user are answered with their value, questions of the profile's list with its
answer; any other text gets made-up words. The log-probabilities of a prompt that ends in the answer to a question in it say that this
end is likely; all others are made up.`

const PROFILES = `A profile is a YAML or JSON file for \`--model\`, or a list of them under \`models\`. Options of the command line go before it.

\`\`\`
arrive ──▶ queue ──(a place in the batch)──▶ prefill ──▶ token 1 ─▶ token 2 ─▶ … ──▶ leave

prefill = prefillMs + prefillMsPerToken × tokens that are not cached
step    = decodeMs + decodeMsPerStream × (streams in the batch − 1)
\`\`\`

The first token comes at the end of the prefill.`

const FAULTS = `Behind the name of the model in a request, parted by \`+\`, or in the header \`x-mock\`, parted by commas: \`mock+stall-mid=5+crlf\`.
Tries are counted by the body of the request.`

const TRUTH = `Times are nanoseconds of \`process.hrtime\`, the monotonic clock that all processes of a host share. The id is what the client sent
in \`x-request-id\`; without it the server chooses one, and every answer carries it. A time is read right before the token
is handed to the socket. A request is \`received\` when its head has been read, which is after it came where the process was busy:
\`tickErrorMs\` says how late it was with its own tokens.`

const ROOFLINE = `For measuring clients: \`node dist/scripts/mock/main.js '{"roofline":true}'\` serves answers that were built before,
without reading the question. The base URL says which: \`/128/coalesced\` (all events in one chunk), \`/128/chunks\` (a chunk
per event, one write), \`/128/writes\` (a write per event). \`npm run bench:mock\` prints what the server can do on one core.`

function profileRows(): string[][] {
  const defaults: Record<string, unknown> = ProfileSchema.parse({})
  return Object.entries(ProfileSchema.shape).map(([name, schema]) => {
    const fallback = defaults[name]
    return [`\`${name}\``, (schema as z.ZodType).description ?? '', fallback === undefined ? '' : `\`${JSON.stringify(fallback)}\``]
  })
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`).join('\n')
}
