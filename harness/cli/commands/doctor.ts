import { EXIT, toFailure } from '../../errors.ts'
import type { Arguments } from '../arguments.ts'
import { command, type Context } from '../command.ts'
import { checkBackends } from '../doctor/backends.ts'
import type { Check } from '../doctor/check.ts'
import { checkHost } from '../doctor/host.ts'
import { checkPackages } from '../doctor/packages.ts'
import { oneLine, wrap } from '../../../reports/text.ts'
import { jsonText, paint, type Look } from '../io.ts'

export default command('doctor', async (args, { io, signal }) => {
  if (args.load) return calibration(args, { io, signal })
  const checks = [
    ...(await safely('runtime', () => hostChecks(signal))),
    ...(await checkBackends(signal)),
    ...(await safely('meters', () => meterChecks(signal))),
    ...(await safely('load', async () => (await import('../doctor/load.ts')).checkLoad(args.out))),
    ...(await safely('code of models', codeChecks)),
    ...checkPackages(),
  ]
  signal.throwIfAborted()
  await io.result(args.json ? jsonText({ checks }) : doctorText(checks, io.stdout))
  const usable = checks.some(({ group, state }) => group === 'backends' && state === 'works')
  if (!usable) io.note('no backend works here, so no in-process model can run\n')
  return usable ? EXIT.ok : EXIT.failed
})

// --- internal ---

/** `--load`: the measurement alone, which wants the machine for itself. */
async function calibration({ out, json }: Arguments<'doctor'>, { io, signal }: Pick<Context, 'io' | 'signal'>): Promise<number> {
  const { calibrateLoad } = await import('../doctor/load.ts')
  io.note('reading the mock server at rising numbers of streams, about 40 seconds; nothing else should run meanwhile\n')
  const { checks, file, ...rest } = await calibrateLoad(out, { signal }, (line) => io.note(line))
  await io.result(json ? jsonText({ checks, file, ...rest }) : doctorText(checks, io.stdout))
  if (!json) io.note(`kept in ${file}; runs in ${out} name it in the certificate of their client\n`)
  return checks.some(({ state }) => state === 'works') ? EXIT.ok : EXIT.failed
}

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
    if (probe.state === 'ok') return { ...base, state: 'works', detail: probe.value }
    if (probe.state === 'absent') return { ...base, state: 'absent', detail: probe.why }
    return { ...base, state: 'failed', detail: probe.error.message, ...(probe.error.hint === undefined ? {} : { advice: probe.error.hint }) }
  })
}

/** Whether the grader `code` may run here, with `--allow-code`. */
async function codeChecks(): Promise<Check[]> {
  const { LANGUAGES, probeSandbox } = await import('../../workloads/code/languages.ts')
  return Promise.all(
    LANGUAGES.map(async (name): Promise<Check> => {
      const able = await probeSandbox(name)
      const base = { group: 'code of models' as const, name }
      if (able.state === 'ok') return { ...base, state: 'works', detail: 'no network, a file system of its own, limits on time, memory, processes and files' }
      return { ...base, state: 'absent', detail: able.state === 'absent' ? able.why : able.error.message, advice: 'answers that are code stay without a grade' }
    }),
  )
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
  const groups = [...new Set(checks.map(({ group }) => group))]
  return groups
    .map((group) => {
      const members = checks.filter((check) => check.group === group)
      const nameWidth = Math.max(...members.map(({ name }) => name.length))
      return `${paint(look, 'bold', group)}\n${members.map((check) => checkText(check, nameWidth, look)).join('')}`
    })
    .join('\n')
}

const STYLES = { works: 'green', absent: 'yellow', failed: 'red' } as const
const STATE_WIDTH = 6

/** State, name, and beside them how it works or why it does not; where that leaves little room, under them. */
function checkText({ name, state, detail, advice }: Check, nameWidth: number, look: Look): string {
  const head = `  ${paint(look, STYLES[state], state.padEnd(STATE_WIDTH))}  ${name}`
  const beside = 2 + STATE_WIDTH + 2 + nameWidth + 2
  const indent = look.width - beside >= 40 ? beside : 2 + STATE_WIDTH + 2
  const texts = [oneLine(detail), ...(advice === undefined ? [] : [`→ ${oneLine(advice)}`])]
  const lines = texts.flatMap((text) => wrap(text, Math.max(20, look.width - indent))).map((line) => ' '.repeat(indent) + line)
  if (indent < beside) return `${[head, ...lines].join('\n')}\n`
  return `${head}${' '.repeat(nameWidth - name.length)}${lines.join('\n').slice(indent - 2)}\n`
}
