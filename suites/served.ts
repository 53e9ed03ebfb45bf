/** What the suites of public benchmarks share: a teacher and a student behind endpoints of the user's own. */

/** The key only where there is a variable that holds one; chats, unless a variable says `completions`. */
const endpoint = (who: 'TEACHER' | 'STUDENT') => ({
  url: `\${${who}_URL}`,
  model: `\${${who}_MODEL}`,
  ...(process.env[`${who}_API`] === undefined ? {} : { api: process.env[`${who}_API`] }),
  ...(process.env[`${who}_API_KEY`] === undefined ? {} : { apiKeyEnv: `${who}_API_KEY` }),
})

/** Models, loads and the rest of such a suite. */
export const served = {
  seed: 1,
  models: {
    teacher: { name: 'Teacher', role: 'teacher', adapter: 'openai', options: endpoint('TEACHER') },
    student: { name: 'Student', role: 'student', adapter: 'openai', options: endpoint('STUDENT') },
  },
  loads: [{ kind: 'concurrency', streams: 8 }],
  blocks: 4,
  quick: { items: 24, blocks: 1 },
  /** Reasoning takes its time. */
  timeoutMs: 7_200_000,
} as const

/** A copy of the questions that `--data PATH` names, in place of the hub. */
export const data = '${DISTILLBENCH_DATA:-}'

/** What DeepSeek-R1 and Qwen are asked with. */
export const BOXED = '\n\nPlease reason step by step, and put your final answer within \\boxed{}.'

/** What simple-evals asks with. */
export const LETTER =
  "Answer the following multiple choice question. The last line of your response should be of the following format: 'Answer: $LETTER' (without quotes) where LETTER is one of {{letters}}. Think step by step before answering.\n\n"

export const KOREAN_LETTER =
  "다음 문제를 읽고 알맞은 답을 고르세요. 단계별로 생각한 뒤, 마지막 줄에 '정답: (알파벳)' 형식으로 답하세요. 알파벳은 {{letters}} 중 하나입니다.\n\n"
