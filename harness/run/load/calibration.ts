/** Calibrations of the client, in one small file beside the runs: one for each machine, version of Node and of the tool. */
import { randomUUID } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, cpus } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { HarnessError } from '../../errors.ts'
import { packageInfo } from '../../package.ts'
import type { ClientCalibration, CalibrationPoint, ClientHealth, ErrorSpread, Observed } from '../../types.ts'

/** Errors that are small: the limits of lateness in the certificate of a stage (health.ts). */
export const SMALL_ERROR: ErrorSpread = { p50: 2, p99: 10 }

/** What a calibration is good for: on another processor or version the client costs something else. */
export function thisMachine(): ClientCalibration['machine'] {
  const { name, version } = packageInfo()
  return { cpu: cpus()[0]?.model.trim() || process.arch, cores: availableParallelism(), node: process.version, tool: `${name} ${version}` }
}

/** The calibration of this machine in folder `out`; absent with what to do where there is none, or where the file cannot be read. */
export function readCalibration(out: string, machine = thisMachine()): Observed<ClientCalibration> {
  const all = readAll(out)
  if (all === undefined) return { state: 'absent', why: `${FILE} is not a file of calibrations: ${ADVICE}` }
  const own = all.find((each) => isSame(each.machine, machine))
  if (own !== undefined) return { state: 'ok', value: own }
  return { state: 'absent', why: all.length === 0 ? `not calibrated here: ${ADVICE}` : `calibrated on another machine or version only: ${ADVICE}` }
}

/** Keeps it, in place of an earlier one of the same machine. Returns the file. Throws HarnessError `storage`. */
export function writeCalibration(out: string, calibration: ClientCalibration): string {
  const file = join(out, FILE)
  const others = (readAll(out) ?? []).filter(({ machine }) => !isSame(machine, calibration.machine))
  const temporary = `${file}.${randomUUID().slice(0, 8)}.part`
  try {
    mkdirSync(out, { recursive: true })
    writeFileSync(temporary, `${JSON.stringify({ schema: SCHEMA, calibrations: [...others, calibration] }, null, 2)}\n`)
    renameSync(temporary, file)
  } catch (error) {
    if (existsSync(temporary)) rmSync(temporary)
    throw new HarnessError('storage', `${file} cannot be written: ${error instanceof Error ? error.message : String(error)}`)
  }
  return file
}

/** The most streams of a row of points that are all within the limits; 0 where the first is not. */
export function trustOf(points: readonly CalibrationPoint[]): number {
  const first = points.findIndex(({ ttftErrorMs, tokenErrorMs }) => ![ttftErrorMs, tokenErrorMs].every(isSmall))
  return points[(first < 0 ? points.length : first) - 1]?.streams ?? 0
}

/** What the certificate of a stage with so many streams says of the calibration; the errors are those of the first point with as many. */
export function trustIn(calibration: Observed<ClientCalibration>, streams: number): Pick<ClientHealth, 'trustedStreams' | 'calibrated'> {
  if (calibration.state !== 'ok') return { trustedStreams: calibration }
  const { at, points } = calibration.value
  const trustedStreams = { state: 'ok' as const, value: calibration.value.trustedStreams }
  const point = points.find((each) => each.streams >= streams)
  if (point === undefined) return { trustedStreams }
  return { trustedStreams, calibrated: { at, streams: point.streams, ttftErrorMs: point.ttftErrorMs, tokenErrorMs: point.tokenErrorMs } }
}

// --- internal ---

const FILE = 'calibration.json'
const SCHEMA = 'calibration/1'
const ADVICE = 'distillbench doctor --load'

const isSmall = ({ p50, p99 }: ErrorSpread): boolean => p50 <= SMALL_ERROR.p50 && p99 <= SMALL_ERROR.p99

const amount = z.number().min(0)
const SpreadSchema = z.object({ p50: amount, p99: amount })
const CalibrationSchema = z.object({
  machine: z.object({ cpu: z.string(), cores: amount, node: z.string(), tool: z.string() }),
  at: z.string(),
  tokensPerSecond: amount,
  points: z.array(
    z.object({
      streams: amount,
      requests: amount,
      workers: amount,
      cpuShare: amount,
      serverCpuShare: amount,
      ttftErrorMs: SpreadSchema,
      tokenErrorMs: SpreadSchema,
      tpotErrorMs: z.exactOptional(SpreadSchema),
    }),
  ),
  trustedStreams: amount,
  stoppedBy: z.exactOptional(z.string()),
}) satisfies z.ZodType<ClientCalibration>
const FileSchema = z.object({ schema: z.literal(SCHEMA), calibrations: z.array(CalibrationSchema) })

/** Nothing where there is no file; undefined where it is something else. */
function readAll(out: string): readonly ClientCalibration[] | undefined {
  let text: string
  try {
    text = readFileSync(join(out, FILE), 'utf8')
  } catch {
    return []
  }
  try {
    return FileSchema.safeParse(JSON.parse(text)).data?.calibrations
  } catch {
    return undefined
  }
}

function isSame(a: ClientCalibration['machine'], b: ClientCalibration['machine']): boolean {
  return a.cpu === b.cpu && a.cores === b.cores && a.node === b.node && a.tool === b.tool
}
