/** Runs that ask until it is clear: the rule that holds, and who looks at the results and says what need not be asked. */
import { HarnessError } from '../errors.ts'
import { lookAtStudents } from '../analysis/verdict/look.ts'
import type { CellRecord, Plan, RunEvent, RunRecord, Sample, SequentialRecord, SequentialStop, StudentLook, Suite, UntilDecided } from '../types.ts'
import type { Journal } from './journal.ts'
import { bill } from './load/stop.ts'
import { isStaged } from './loads.ts'

/** What a command line or a program asks for; a limit that is given takes the place of the suite's. */
export interface UntilDecidedWish {
  readonly on?: boolean
  readonly maxMinutes?: number
  readonly maxCostUsd?: number
}

/** Items between two looks where nobody said. */
export const LOOK_EVERY = 50

/**
 * The rule of a run: that of the suite, or the default where it was only asked for. A run that is gone on with keeps its
 * blocks, and may be given more time or money. Undefined: everything is asked. Throws HarnessError `usage`.
 */
export function ruleOf(suite: Suite, { on = false, maxMinutes, maxCostUsd }: UntilDecidedWish, earlier?: RunRecord): UntilDecided | undefined {
  const limits = { ...(maxMinutes === undefined ? {} : { maxMinutes }), ...(maxCostUsd === undefined ? {} : { maxCostUsd }) }
  const limited = Object.keys(limits).length > 0
  if (earlier !== undefined && earlier.sequential === undefined && (on || limited))
    throw new HarnessError('usage', `run ${earlier.id} asks everything and cannot become one that asks until it is clear: its items have an order`, {
      hint: 'start a new run with --until-decided',
    })
  if (earlier !== undefined && earlier.sequential === undefined) return undefined
  const base = earlier?.sequential?.rule ?? suite.untilDecided ?? (on ? { lookEvery: LOOK_EVERY } : undefined)
  if (base === undefined) {
    if (limited)
      throw new HarnessError('usage', 'a limit of time or money belongs to a run that asks until it is clear', {
        hint: 'add --until-decided, or leave the limit out',
      })
    return undefined
  }
  const rule = { ...base, ...limits }
  for (const [name, value] of Object.entries(limits)) if (!(value > 0)) throw new HarnessError('usage', `${LIMITS[name]} must be more than zero`)
  const timed = suite.loads.find(isStaged)
  if (timed !== undefined)
    throw new HarnessError('usage', `asking until it is clear needs loads that go item by item; ${timed.id} runs for a time`, {
      hint: 'leave --until-decided out, or use a suite with sequential, batch or concurrency loads',
    })
  const free = suite.models.find(({ adapter, price }) => adapter !== 'published' && price === undefined)
  if (rule.maxCostUsd !== undefined && free !== undefined)
    throw new HarnessError('usage', `a limit of money needs a price of every model, and ${free.id} has none`, {
      hint: 'give it a price in the suite, or limit the minutes',
    })
  return rule
}

/** Watches a run that asks until it is clear. */
export interface Referee {
  /** Why a cell need not be asked; looks at the results first where a block has ended. */
  before(cell: Plan['cells'][number]): string | undefined
  sample(sample: Sample): void
  after(cell: CellRecord, ms: number): void
  /** All cells have had their turn: the last look. */
  end(): void
}

interface Parts {
  readonly rule: UntilDecided
  readonly plan: Plan
  readonly suite: Suite
  readonly journal: Journal
  /** Of an earlier part of the run. */
  readonly samples: readonly Sample[]
  /** Milliseconds on the run clock. */
  readonly now: () => number
  readonly onEvent: (event: RunEvent) => void
}

export function createReferee({ rule, plan, suite, journal, samples: earlier, now, onEvent }: Parts): Referee {
  const runnable = new Set(plan.cells.filter(({ skip }) => skip === undefined).map(({ key }) => key.model))
  const judged = suite.models.filter(({ id, role }) => role === 'student' && runnable.has(id)).map(({ id }) => id)
  const roles = new Map(suite.models.map(({ id, role, price }) => [id, { role, price }]))
  const samples = earlier.map(slim)
  let usd = spentBefore(journal.record, samples, suite)
  let [block, looked] = [-1, -1]
  let students: readonly StudentLook[] = []
  let stopped: SequentialStop | undefined
  const failures = watchFailures()

  const isDecided = (id: string): boolean => (students.find(({ model }) => model === id)?.decision ?? 'undecided') !== 'undecided'
  const isOpen = (id: string): boolean => judged.includes(id) && !isDecided(id) && failures.of(id) === undefined
  const record = (looks: number): SequentialRecord => ({ rule, looks, students, ...(stopped === undefined ? {} : { stopped }) })
  const look = (): void => {
    if (samples.length === looked) return
    looked = samples.length
    students = lookAtStudents({ record: journal.record, samples }).map((one) => {
      const failing = one.decision === 'undecided' ? failures.of(one.model) : undefined
      return failing === undefined ? one : { ...one, failing }
    })
    if (judged.length > 0 && judged.every(isDecided)) stopped = 'decided'
    else if (nobodyLeft()) stopped = 'failed'
    const looks = (journal.record.sequential?.looks ?? 0) + 1
    journal.sequential(record(looks))
    onEvent({ type: 'look', look: looks, students, ...(stopped === undefined ? {} : { stopped }) })
  }
  /** No pair can come any more: the teacher keeps failing, or every student that is still open. */
  const nobodyLeft = (): boolean =>
    suite.models.some(({ id, role }) => role === 'teacher' && failures.of(id) !== undefined) || (judged.length > 0 && !judged.some(isOpen))
  const limit = (): SequentialStop | undefined => {
    if (nobodyLeft()) return 'failed'
    if (rule.maxMinutes !== undefined && now() >= rule.maxMinutes * 60_000) return 'minutes'
    return rule.maxCostUsd !== undefined && usd >= rule.maxCostUsd ? 'cost' : undefined
  }
  return {
    before({ key, skip }) {
      if (skip !== undefined) return undefined // has its own reason
      if (key.block !== block) {
        failures.endOfBlock()
        if (samples.length > 0) look()
      }
      block = key.block
      if (stopped === undefined) {
        stopped = limit()
        if (stopped !== undefined) journal.sequential(record(journal.record.sequential?.looks ?? 0))
      }
      const failing = failures.of(key.model)
      if (failing !== undefined) return `no longer asked: ${failing}`
      if (stopped !== undefined) return WHY[stopped]
      const own = students.find(({ model }) => model === key.model)
      if (own !== undefined && own.decision !== 'undecided') return `no longer asked: decided after ${own.items} items (${own.decision})`
      const settled = (one: StudentLook | undefined): boolean => one?.workloads.find(({ id }) => id === key.workload)?.settled ?? false
      if (settled(own)) return 'no longer asked: the student is shown to be good enough there'
      if (roles.get(key.model)?.role === 'student' || students.length === 0) return undefined
      const waiting = judged.some((id) => isOpen(id) && !settled(students.find(({ model }) => model === id)))
      return waiting || judged.length === 0 ? undefined : 'no longer asked: no student is still open there'
    },
    sample(sample) {
      samples.push(slim(sample))
      usd += bill(roles.get(sample.key.model)?.price, sample)
    },
    after(cell, ms) {
      failures.add(cell)
      usd += hourly(roles.get(cell.key.model)?.price, ms)
    },
    end() {
      failures.endOfBlock()
      look()
      stopped ??= 'items'
      journal.sequential(record(journal.record.sequential?.looks ?? 0))
    },
  }
}

// --- internal ---

const LIMITS: Record<string, string> = { maxMinutes: '--max-minutes', maxCostUsd: '--max-cost' }
const WHY: Record<SequentialStop, string> = {
  decided: 'no longer asked: every student is decided',
  items: 'no longer asked: all items were asked',
  minutes: 'not asked: the time that the run may take is up',
  cost: 'not asked: the money that the run may cost is spent',
  failed: 'no longer asked: the teacher, or every student that was still open, kept failing',
}

/** Blocks in a row in which every cell of a model failed, of one workload, after which it is given up: its process will not come back. */
const GIVE_UP_AFTER = 2

/** Who keeps failing. One workload without answers keeps a student undecided for good, and everybody else asked to the limit. */
function watchFailures(): { add(cell: CellRecord): void; endOfBlock(): void; of(model: string): string | undefined } {
  const block = new Map<string, { model: string; workload: string; answered: boolean; message: string }>()
  const inARow = new Map<string, number>()
  const given = new Map<string, string>()
  return {
    add(cell) {
      if (cell.state !== 'done' && cell.state !== 'failed') return
      const { model, workload } = cell.key
      const name = `${model}\u0000${workload}`
      const known = block.get(name) ?? { model, workload, answered: false, message: '' }
      block.set(name, { ...known, ...(cell.state === 'done' ? { answered: true } : { message: cell.error.message }) })
    },
    endOfBlock() {
      for (const [name, { model, workload, answered, message }] of block) {
        const count = answered ? 0 : (inARow.get(name) ?? 0) + 1
        inARow.set(name, count)
        if (count >= GIVE_UP_AFTER && !given.has(model)) given.set(model, `its cells of ${workload} failed twice in a row (${message})`)
      }
      block.clear()
    },
    of: (model) => given.get(model),
  }
}

/** Texts and times of a sample are not needed to judge it, and a long run has many. */
function slim(sample: Sample): Sample {
  const { reasoning: _reasoning, toolCalls: _calls, attempts: _attempts, ...rest } = sample
  return { ...rest, prompt: '', text: '', tokenMs: [] }
}

function hourly(price: Suite['models'][number]['price'], ms: number): number {
  return price?.kind === 'hourly' ? (price.usdPerHour * ms) / 3.6e6 : 0
}

/** What an earlier part of the run has cost; of cells that failed only the tokens are known. */
function spentBefore({ cells }: RunRecord, samples: readonly Sample[], { models }: Suite): number {
  const prices = new Map(models.map(({ id, price }) => [id, price]))
  const tokens = samples.reduce((sum, sample) => sum + bill(prices.get(sample.key.model), sample), 0)
  return cells.reduce(
    (sum, cell) => sum + (cell.state === 'done' ? hourly(prices.get(cell.key.model), cell.phases.measure.endMs - cell.phases.open.startMs) : 0),
    tokens,
  )
}
