/** Whether the client of loads is calibrated here, and calibrating it: what doctor says about it. */
import type { ClientCalibration, CalibrationPoint, Observed } from '../../types.ts'
import { readCalibration, SMALL_ERROR, writeCalibration } from '../../run/index.ts'
import type { Check } from './check.ts'
import type { CalibrationOptions } from './calibrate.ts'

export function checkLoad(out: string): Check[] {
  return checksOf(readCalibration(out))
}

/** Calibrates and keeps the result; `say` gets a line for each number of streams. */
export async function calibrateLoad(
  out: string,
  options: Pick<CalibrationOptions, 'signal'> & Partial<CalibrationOptions>,
  say: (line: string) => void,
): Promise<{ calibration: ClientCalibration; file: string; checks: Check[] }> {
  const { calibrate, SECONDS, STREAMS } = await import('./calibrate.ts')
  const calibration = await calibrate({ streams: STREAMS, seconds: SECONDS, ...options, onPoint: (point) => say(pointText(point)) })
  return { calibration, file: writeCalibration(out, calibration), checks: checksOf({ state: 'ok', value: calibration }) }
}

// --- internal ---

function checksOf(calibration: Observed<ClientCalibration>): Check[] {
  const base = { group: 'load', name: 'client' } as const
  if (calibration.state !== 'ok') return [{ ...base, state: 'absent', detail: calibration.state === 'absent' ? calibration.why : calibration.error.message }]
  const { trustedStreams, points, at, tokensPerSecond, stoppedBy } = calibration.value
  const more = stoppedBy === undefined ? '' : `; then ${stoppedBy}`
  const [least] = points
  if (least === undefined) return [{ ...base, state: 'failed', detail: stoppedBy ?? 'nothing could be measured' }]
  if (trustedStreams === 0) {
    const detail = `not on time with ${least.streams} streams already: ${errorsText(least)} (limits ${SMALL_ERROR.p50} and ${SMALL_ERROR.p99} ms)${more}`
    return [{ ...base, state: 'failed', detail, advice: 'end what else runs on this machine, and calibrate again' }]
  }
  const point = points.find(({ streams }) => streams === trustedStreams)
  const errors = point === undefined ? '' : `: ${errorsText(point)}`
  return [{ ...base, state: 'works', detail: `trustworthy up to ${trustedStreams} streams of ${tokensPerSecond} tokens/s${errors}; ${at.slice(0, 10)}${more}` }]
}

function pointText(point: CalibrationPoint): string {
  const processes = point.workers === 1 ? '' : ` in each of ${point.workers} processes at most`
  const whose = point.serverCpuShare > 0.9 ? `; the mock server itself was busy, ${percent(point.serverCpuShare)} of a core` : ''
  return `${String(point.streams).padStart(5)} streams: ${errorsText(point)}; ${percent(point.cpuShare)} of a core${processes}${whose}\n`
}

function errorsText({ ttftErrorMs, tokenErrorMs }: CalibrationPoint): string {
  return `TTFT error p50 ${ms(ttftErrorMs.p50)}, p99 ${ms(ttftErrorMs.p99)}; token times p50 ${ms(tokenErrorMs.p50)}, p99 ${ms(tokenErrorMs.p99)}`
}

const ms = (value: number): string => `${value.toFixed(2)} ms`
const percent = (share: number): string => `${Math.round(100 * share)}%`
