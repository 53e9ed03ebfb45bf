import { EXIT, toFailure } from '../../errors.ts'
import { command, type Context } from '../command.ts'
import { checkBackends } from '../doctor/backends.ts'
import type { Check } from '../doctor/check.ts'
import { checkHost } from '../doctor/host.ts'
import { checkPackages } from '../doctor/packages.ts'
import { wrap } from '../format.ts'
import { jsonText, paint, type Look } from '../io.ts'

export default command('doctor', async (args, { io, signal }) => {
  const checks = [
    ...(await safely('runtime', () => hostChecks(signal))),
    ...(await checkBackends(signal)),
    ...(await safely('meters', () => meterChecks(signal))),
    ...checkPackages(),
  ]
  signal.throwIfAborted()
  await io.result(args.json ? jsonText({ checks }) : doctorText(checks, io.stdout))
  const usable = checks.some(({ group, state }) => group === 'backends' && state === 'works')
  if (!usable) io.note('no backend works here, so no in-process model can run\n')
  return usable ? EXIT.ok : EXIT.failed
})

// --- internal ---

async function hostChecks(signal: Context['signal']): Promise<Check[]> {
  const { describeHost } = await import('../../run/index.ts')
  return checkHost(await describeHost(signal))
}

async function meterChecks(signal: Context['signal']): Promise<Check[]> {
  const { METERS, probeMeters } = await import('../../meters/index.ts')
  const probes = await probeMeters(
    METERS.map(({ id }) => id),
    signal,
  )
  return probes.map(({ meter, probe }) => {
    const base = { group: 'meters' as const, name: meter.id }
    if (probe.state === 'ok') return { ...base, state: 'works', detail: `${probe.value} (${meter.origin})` }
    if (probe.state === 'absent') return { ...base, state: 'absent', detail: probe.why }
    return { ...base, state: 'failed', detail: probe.error.message, ...(probe.error.hint === undefined ? {} : { advice: probe.error.hint }) }
  })
}

/** A group that cannot be checked at all is one failed line; the others still report. */
async function safely(group: Check['group'], check: () => Promise<Check[]>): Promise<Check[]> {
  try {
    return await check()
  } catch (error) {
    return [{ group, name: 'all', state: 'failed', detail: toFailure(error).message }]
  }
}

function doctorText(checks: readonly Check[], look: Look): string {
  const nameWidth = Math.min(32, Math.max(...checks.map(({ name }) => name.length)))
  const marks = { works: paint(look, 'green', 'works '), absent: paint(look, 'yellow', 'absent'), failed: paint(look, 'red', 'failed') }
  const indent = ' '.repeat(12 + nameWidth)
  const lines = [...new Set(checks.map(({ group }) => group))].flatMap((group) => [
    '',
    paint(look, 'bold', group),
    ...checks
      .filter((check) => check.group === group)
      .flatMap(({ name, state, detail, advice }) => {
        const [first = '', ...rest] = wrap(detail, Math.max(24, look.width - indent.length))
        const advised = advice === undefined ? [] : wrap(`→ ${advice}`, Math.max(24, look.width - indent.length))
        return [`  ${marks[state]}  ${name.padEnd(nameWidth)}  ${first}`.trimEnd(), ...[...rest, ...advised].map((line) => indent + line)]
      }),
  ])
  return `${lines.slice(1).join('\n')}\n`
}
