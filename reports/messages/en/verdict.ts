/** What a reader sees first: title, verdicts, tiles, savings; and the section with their grounds. */
import { formatCount } from '../../format.ts'

export const VERDICT = {
  emptyTitle: 'Empty report',
  titles: (titles: readonly string[]) => titles.join(' and '),
  heads: {
    replace: (own: string, base: string) => `${own} may replace ${base}`,
    'keep-teacher': (own: string, base: string) => `Keep ${base}, not ${own}`,
    undecided: (own: string, _base: string) => `${own}, undecided`,
  },
  noVerdict: (own: string) => `No verdict on ${own}`,
  noAccuracyStamp: 'no accuracy measured',
  tiles: { accuracy: 'Accuracy', cost: 'Cost', latency: 'Speed', energy: 'Energy' },
  margin: (points: string) => `margin ${points}`,
  per: { correct: 'per correct answer', token: 'per token', whole: 'for a whole answer', answer: 'per answer' },
  leastOf: (workload: string, tasks: number) => `${workload}, the least of ${tasks} tasks`,
  /** "74% cheaper per correct answer (72 to 76%; estimated)". */
  saved: (text: string, perCorrect: boolean, aside: string) => `${text}${perCorrect ? ' per correct answer' : ''}${aside === '' ? '' : ` (${aside})`}`,
  savedNothing: (kind: string, perCorrect: boolean) => `${kind}${perCorrect ? ' per correct answer' : ''}`,
  unclearIn: (what: string, range: string) => `no clear difference in ${what} (${range})`,
  /** "It is 74% cheaper and 4.2 times faster, with no clear difference in energy." */
  saving: ({ workload, is, takes, unclear }: { workload: string | undefined; is: string; takes: string; unclear: string }) => {
    const claims = [...(is === '' ? [] : [`is ${is}`]), ...(takes === '' ? [] : [`takes ${takes}`])]
    const nothing = unclear === '' ? '' : `no clear difference in ${unclear}`
    const where = workload === undefined ? '' : `on ${workload} `
    const sentence = claims.length === 0 ? `${where}${nothing}` : `${where}it ${claims.join(' and ')}${nothing === '' ? '' : `, with ${nothing}`}`
    return `${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}.`
  },
  answers: (count: string, aside: string) => `${count} correct answers${aside === '' ? '' : ` (${aside})`}`,
  paid: (kind: 'cost' | 'energy', spent: string, answers: string, workload: string | undefined) => {
    const after = `after ${answers}${workload === undefined ? '' : ` on ${workload}`}`
    return kind === 'cost' ? `Its distillation (${spent}) is paid for ${after}.` : `The energy of its distillation (${spent}) is made up for ${after}.`
  },
  routed: (sentence: string, workload: string | undefined) => `Asking both${workload === undefined ? '' : ` on ${workload}`}, student first: ${sentence}.`,
  taskColumns: ['Task', 'Verdict', 'Items (lost, won)', 'Difference, points', 'McNemar p (mid-p)', 'z against the margin', 'More items needed'],
  savingColumns: ['What', 'Against the teacher', 'Saved each (95% interval)', 'Origin', 'Pays for the distillation after'],
  routingColumns: ['Rule', 'Task', 'Handed on', 'Accuracy', 'Difference, points', 'Cost ÷ teacher’s'],
  nothingRun: 'There is no run to report: this analysis is empty.',
  publishedOnly: 'This report holds published figures only; nothing was measured.',
  nothingMeasured: 'Nothing was measured in this run. What went wrong is listed below.',
  states: { running: 'has not ended', failed: 'ended with failed cells', interrupted: 'was interrupted' } as Record<string, string>,
  otherState: (state: string) => `is in state "${state}"`,
  unfinished: (run: string, state: string) => `Run ${run} ${state}: the figures cover only what had finished.`,
  quick: (run: string) => `Run ${run} was a quick one: few items, so the intervals are wide.`,
  unlikeSuites: 'The runs below are of different suites or of different versions of one; compare them with care.',
  run: (id: string, time: string) => `Run ${id}, ${time}`,
  list: 'Verdict',
  moreVerdicts: (count: number) => `${count} more verdicts are below.`,
  moreInReport: (count: number) => `${count} more in the report`,
  title: 'Verdict',
  noAccuracy: 'No accuracy was measured: no answer is graded, so there is no verdict. What follows are the other figures.',
  rule: (margins: string) =>
    `A student may replace its teacher where it is shown, on every task, to lose less than the margin of ${margins} points: the lower end of the 95% interval of the paired difference lies above it. The teacher is kept where the upper end lies below it. Anything else is undecided, and then the number of further items is given with which four of five such runs would decide. McNemar’s p is of “equally good”, exact and, in brackets, with half of the outcome that was seen (mid-p); z is the score statistic of a loss as large as the margin, beyond ±1.960 where the 95% interval decides.`,
  tests: 'Tests, task by task',
  savings: 'What the students save',
  routing: 'The student first, the teacher when it is unsure',
  student: 'Student',
  unrouted: (rules: string, why: string) => `Asking both, by ${rules}: ${why}.`,
  /** Claims: "$26.25 against $3.00 per million tokens: 8.75 times, or 11.4%". */
  claim: ({ much, little, factor, share, names }: { much: string; little: string; factor: string; share: string; names?: readonly [string, string] }) => {
    const tail = / per .*$/.exec(much)?.[0] ?? ''
    const shown = tail !== '' && little.endsWith(tail) ? much.slice(0, -tail.length) : much
    const [first, second] = names === undefined ? ['', ''] : names.map((name) => `${name} `)
    return `${first}${shown} against ${second}${little}: ${factor} times, or ${share}`
  },
  claimSentence: (title: string, figure: string) => `${title}: ${figure} (published).`,
  /** Summaries without a verdict. */
  moreComparisons: (count: number) => `${count} more comparisons are in the table.`,
  against: (own: string, teachers: string, difference: string) => `${own} against the teacher's ${teachers}${difference}`,
  own: (own: string, noun: string) => `${own} ${noun}`,
  nouns: { speed: 'speed', cost: 'cost', energy: 'energy' },
  perCorrect: (text: string) => `${text} per correct answer`,
  noDifference: (what: string) => `no clear difference in ${what}`,
  counts: {
    unasked: (count: number) => ` ${formatCount(count, 'planned request')} ${count === 1 ? 'was' : 'were'} never asked.`,
    spared: (count: number) => ` ${formatCount(count, 'request')} more could have been asked: the run asks until it is clear, or up to its limits.`,
    nothing: 'No request was asked.',
    answered: (requests: number) => `All ${formatCount(requests, 'request')} got an answer, and none was cut off at the token limit.`,
    untold: (requests: number, untold: number) =>
      `All ${formatCount(requests, 'request')} got an answer. Whether ${untold === requests ? 'any' : `any of ${untold} of them`} was cut off is not known.`,
    failed: (count: number) => `${formatCount(count, 'request')} failed`,
    truncated: (count: number) => `${formatCount(count, 'answer')} ${count === 1 ? 'was' : 'were'} cut off at the token limit`,
    of: (requests: number, parts: string) => `Of ${formatCount(requests, 'request')}, ${parts}.`,
    onlyCut: 'They are graded, billed and timed like every other answer.',
    withFailed: 'A failed request counts as wrong, and its time and cost count too.',
  },
}
