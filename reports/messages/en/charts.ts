/** Charts: titles, takeaways, descriptions, axes and columns. */
import type { PowerPhaseKind } from '../../../harness/types.ts'
import { formatCount } from '../../format.ts'

export const CHARTS = {
  /** "Latency: sums" where there are several workloads. */
  of: (title: string, workload: string) => `${title}: ${workload}`,
  logScale: (title: string) => `${title}, log scale`,
  legend: 'Legend of the charts',
  numbers: 'The numbers of this chart',
  /** Read by the script of interactive pages; `{times}` is filled in there. */
  zoom: {
    explore: 'Explore this chart',
    closer: 'Zoom in',
    farther: 'Zoom out',
    reset: 'Reset',
    close: 'Close',
    help: 'Plus and minus zoom, the arrow keys move, 0 shows everything, Escape closes.',
    shown: '{times} times closer',
  },
  quality: {
    axes: {
      cost: { title: 'Quality against cost', best: 'cheapest', reads: 'left is cheaper', missing: 'No cost: the suite sets no price for the models.' },
      speed: { title: 'Quality against speed', best: 'fastest', reads: 'right is faster', missing: 'No speed was measured.' },
      energy: {
        title: 'Quality against energy',
        best: 'most frugal',
        reads: 'left takes less energy',
        missing: 'No energy: no meter saw the device that the models ran on.',
      },
    },
    noAccuracy: 'No accuracy was measured.',
    noneHasBoth: 'No model has both numbers.',
    estimated: ', estimated',
    under: (load: string) => ` (${load})`,
    description: (reads: string) => `Each point is a model. Up is more accurate; ${reads}.`,
    intervals: (level: string) => ` Lines show the ${level}% intervals.`,
    frontier: ' The dashed line is the frontier: the best accuracy seen at each place.',
    hollow: ' Hollow marks are beaten: another model is at least as good in both, and better in one by more than the interval of the difference.',
    columns: (quality: string, other: string) => ['Model', quality, 'interval', other, 'interval', 'Frontier'],
    onFrontier: (names: string) => `On the frontier: ${names}.`,
    beaten: (names: string) => `Beaten: ${names}.`,
    noneBeaten: 'Nobody is beaten beyond the intervals.',
    open: (names: string) => `Not told apart from it: ${names}.`,
    beatenBy: (name: string) => `beaten by ${name}`,
    onIt: 'on it',
    notTold: 'not told apart from it',
    only: (point: string) => `Only ${point} has both numbers.`,
    ties: (point: string, best: string) => `${point} is the ${best}, and none is more accurate.`,
    both: (point: string, best: string) => `${point} is both the most accurate and the ${best}.`,
    two: (accurate: string, best: string, cheap: string) => `Most accurate: ${accurate}. ${best.charAt(0).toUpperCase()}${best.slice(1)}: ${cheap}.`,
  },
  latency: {
    titles: { firstToken: 'Time to first token', perToken: 'Time per output token', endToEnd: 'Whole answer' },
    none: 'No request of this kind was timed.',
    description: (load: string) =>
      `For each model, the share of requests (up) that took at most so long (right), under the load ${load}. Farther left is faster; a long flat end is a slow tail. The mark is the 95th percentile.`,
    takeaway: (name: string, half: string, most: string) => `${name}: half of the requests take at most ${half}, 95% at most ${most}.`,
    fastest: (name: string, half: string, most: string) => ` Fastest, ${name}: ${half} and ${most}.`,
    columns: ['Model', 'Load', 'Requests', '5%', 'median', '90%', '95%', '99%'],
    y: 'Share of requests, %',
  },
  lifecycle: {
    title: (kind: 'cost' | 'energy', name: string) => `${kind === 'cost' ? 'Total cost' : 'Total energy'} of ${name}, its distillation included`,
    short: (kind: 'cost' | 'energy', name: string) => `${name}: total ${kind}`,
    notDrawn: (why: string) => `Not drawn: ${why}.`,
    notPaid: (why: string) => `Not drawn, since the distillation is not paid back: ${why}.`,
    description: (spent: string, how: string, load: string) =>
      `The distillation took ${spent}: ${how}. The shade is the 95% interval of what a request saves, under ${load}. What the teacher itself took to train is in neither line.`,
    takeaway: (name: string, requests: string, range: string, daily: string, days: string) =>
      `${name} has paid for its distillation after ${requests} requests (${range}); at ${daily} a day in ${days}.`,
    columns: (teacher: string, student: string) => ['Requests', teacher, student, 'Interval'],
    unknownTime: 'an unknown time',
    lessThanDay: 'less than a day',
    days: (days: string) => `${days} days`,
    x: 'Requests answered',
    y: (unit: string) => `Total, ${unit}`,
    paysBack: 'pays back',
  },
  load: {
    title: 'Latency against throughput',
    description:
      'Each mark is one stage of a load. Right is more work done per second, down is a quicker first token. Where a curve turns upwards, the server is saturated: more requests only wait.',
    takeaway: (name: string, rate: string, stage: string, time: string) =>
      `Most throughput: ${name}, ${rate} at ${stage}, half of the first tokens within ${time}.`,
    columns: ['Model', 'Stage', 'Output throughput', 'Time to first token'],
    x: (unit: string) => `Output throughput, ${unit}`,
    y: (unit: string) => `Time to first token, median, ${unit}`,
  },
  power: {
    phases: { idle: 'idle before', warmup: 'warm-up', measure: 'measured', 'idle-after': 'idle after' } as Record<PowerPhaseKind, string>,
    title: (run: string) => (run === '' ? 'Power over time' : `Power over time: ${run}`),
    titleOf: (what: string | undefined, run: string, estimated: boolean) =>
      `${estimated ? 'Estimated power' : 'Power'}${what === undefined ? '' : ` of ${what}`} over time${run === '' ? '' : `: ${run}`}`,
    missing: (why: string) => `Not drawn, since no power was measured: ${why}.`,
    description: (how: string, bins: string) =>
      `The line is the mean of ${bins}, the shade goes from its least to its greatest reading. The strip above says what ran, in the colour of the model: low where it was loaded and idle, half high in the warm-up, full where it was measured. Readings of the warm-up and between the cells are not kept. Source: ${how}.`,
    estimated: 'No meter measured here: these watts are worked out from the load of the processor, and are no measurement.',
    takeaway: (parts: string) => `Mean power while measured: ${parts}.`,
    part: (model: string, watts: string, idle: string | undefined) => (idle === undefined ? `${model} ${watts}` : `${model} ${watts} (idle ${idle})`),
    readings: (count: number) => `${formatCount(count, 'reading')}.`,
    columns: ['Model', 'Phase', 'Time', 'Mean', 'Least', 'Most'],
    x: (unit: string) => `Time since the first reading, ${unit}`,
    y: (unit: string) => `Power, ${unit}`,
  },
  published: {
    title: (title: string) => `${title}, published`,
    description: (unit: string, lower: boolean) => `Quoted, not measured here; ${unit === '' ? '' : `${unit}, `}${lower ? 'lowest' : 'highest'} first.`,
    intervals: ' Lines are the intervals that follow from the number of items.',
    columns: (title: string, certain: boolean) => ['Model', title, ...(certain ? ['Interval'] : []), 'Date'],
    takeaway: (lower: boolean, names: string, value: string) => `${lower ? 'Lowest' : 'Highest'}: ${names} with ${value}.`,
    figure: (workload: string, title: string) => `${workload}: ${title.toLowerCase()}`,
  },
  reliability: {
    title: (name: string) => `Reliability: ${name}`,
    description:
      'On the line a model is right as often as its probability says; below it is too sure. The larger a point, the more answers are in its bin. Ten bins of equal width, empty ones left out.',
    takeaway: (error: string, answers: number) => `Expected calibration error ${error} over ${answers} answers.`,
    x: 'Probability that the model gave its answer, %',
    y: 'Right, %',
    columns: ['Probability', 'Answers', 'Mean probability', 'Right'],
  },
  routing: {
    title: (name: string, rule: string) => `Asking both: ${name}, by ${rule}`,
    description: (items: number) =>
      `The line goes from the student alone (left) to every item handed on to the teacher, of the ${items} items that had no say in the threshold. The teacher alone costs 100%.`,
    columns: ['Threshold', 'Handed on', 'Accuracy', 'Cost ÷ teacher’s'],
    all: 'all',
    studentAlone: 'student alone',
    teacherAlone: 'teacher alone',
    chosen: 'chosen',
    x: 'Cost of an item, % of the teacher’s',
    y: 'Accuracy, %',
  },
  slices: {
    title: 'Accuracy per slice',
    none: 'The items of this workload are not divided into slices.',
    noneMeasured: 'No slice has a measured accuracy.',
    description: 'Accuracy of each model on each slice of the items, with its interval. Slices hold fewer items than the whole, so their intervals are wider.',
    columns: (models: readonly string[]) => ['Slice', 'Items', ...models],
    onNone: (student: string) => `${student} is behind the teacher on no slice.`,
    worst: (student: string, slice: string, own: string, theirs: string) => `${student} is farthest behind the teacher on ${slice}: ${own} against ${theirs}.`,
    lowest: (value: string, model: string, slice: string) => `The lowest accuracy is ${value}, of ${model} on ${slice}.`,
    x: 'Accuracy, %',
  },
  history: {
    title: (metric: string, where: string) => [`${metric.charAt(0).toUpperCase()}${metric.slice(1)} over time`, where].join(': '),
    oneRun: 'There is one run so far; a trend needs two.',
    description:
      'Each line is a model, each place on it a run, oldest on the left. A ring marks the first run of a new level (E-Divisive, 1%), a dashed upright line a run whose environment differs from the one before.',
    columns: (metric: string) => ['Model', 'Time', 'Run', metric, 'Interval', 'What changed'],
    noChange: (runs: number) => `No change of level in the newest ${runs} runs.`,
    changed: ({
      count,
      runs,
      model,
      before,
      after,
      by,
      run,
    }: {
      count: number
      runs: number
      model: string
      before: string
      after: string
      by: string
      run: string
    }) =>
      `${count === 1 ? '1 change' : `${count} changes`} of level in the newest ${runs} runs; the latest: ${model} from ${before} to ${after}${by} with run ${run}.`,
    level: (before: string, after: string) => `level from ${before} to ${after}`,
    x: 'Time of the run, UTC',
    /** Of D3. */
    day: '%-d %b',
    dayAndTime: '%-d %b %H:%M',
    page: (metric: string) => `History of ${metric}`,
    about: (runs: number, series: number) => `${runs} ${runs === 1 ? 'run' : 'runs'}, ${series} series of a model on a workload and load.`,
    trends: 'Trends',
  },
}
