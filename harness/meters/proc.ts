/** The counters of the operating system, as numbers. Linux tells them in /proc; elsewhere Node's `os` module has fewer. */
import { readFile } from 'node:fs/promises'
import { cpus, freemem, platform, totalmem } from 'node:os'

/** Busy and total time of all logical CPUs since the machine started, in any one unit. */
export interface CpuTimes {
  readonly busy: number
  readonly total: number
}

export const hasProc = platform() === 'linux'

/** CPU time of a process with all its threads, in milliseconds, in steps of 10 ms. Rejects when the process has ended. */
export async function processCpuMs(pid: number): Promise<number> {
  return parseProcessStat(await readFile(`/proc/${pid}/stat`, 'utf8'))
}

/** Memory of a process that is in RAM now, in bytes. Rejects when the process has ended. */
export async function processBytes(pid: number): Promise<number> {
  const kib = field(await readFile(`/proc/${pid}/status`, 'utf8'), 'VmRSS')
  if (kib === undefined) throw new Error('the process had ended')
  return kib * 1024
}

export async function hostCpuTimes(): Promise<CpuTimes> {
  if (hasProc) return parseCpuLine(await readFile('/proc/stat', 'utf8'))
  const times = cpus().map((cpu) => cpu.times)
  const sum = (pick: (time: (typeof times)[number]) => number): number => times.reduce((total, time) => total + pick(time), 0)
  const total = sum(({ user, nice, sys, idle, irq }) => user + nice + sys + idle + irq)
  return { busy: total - sum(({ idle }) => idle), total }
}

/** Memory in use, in bytes: what could not be given to a new program without swapping. */
export async function hostBytes(): Promise<number> {
  if (!hasProc) return totalmem() - freemem()
  const text = await readFile('/proc/meminfo', 'utf8')
  const [total, available] = [field(text, 'MemTotal'), field(text, 'MemAvailable')]
  if (total === undefined || available === undefined) throw new Error('/proc/meminfo lacks MemTotal or MemAvailable')
  return (total - available) * 1024
}

/** CPU time in milliseconds of a line of /proc/PID/stat: fields 14 and 15 of proc(5), in ticks of 1/100 s. */
export function parseProcessStat(text: string): number {
  // The name of the program stands in brackets and may hold anything, brackets and spaces too.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  const ticks = Number(fields[11]) + Number(fields[12])
  if (!Number.isFinite(ticks)) throw new Error('/proc/PID/stat has no CPU times')
  return ticks * 10
}

/** The first line of /proc/stat: user nice system idle iowait irq softirq steal …; guest time is part of user. */
export function parseCpuLine(text: string): CpuTimes {
  const values = (/^cpu +(.*)$/m.exec(text)?.[1] ?? '').split(' ').slice(0, 8).map(Number)
  const total = values.reduce((sum, value) => sum + value, 0)
  if (values.length < 4 || !Number.isFinite(total)) throw new Error('/proc/stat has no line for all CPUs')
  return { busy: total - (values[3] ?? 0) - (values[4] ?? 0), total }
}

// --- internal ---

function field(text: string, name: string): number | undefined {
  const value = new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(text)?.[1]
  return value === undefined ? undefined : Number(value)
}
