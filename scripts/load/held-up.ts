/** How often the machine itself holds up a process: the floor under every 99th percentile that is measured on it. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

export interface HeldUp {
  /** Times a loop that does nothing but read the clock was held up for more than a millisecond, over all loops. */
  times: number
  longestMs: number
  seconds: number
}

/** One such loop per core, all at once: a virtual machine loses its cores to others, and only then can that be seen. */
export async function heldUp(loops: number, seconds = 3): Promise<HeldUp> {
  const outputs = await Promise.all(Array.from({ length: loops }, () => promisify(execFile)(process.execPath, ['-e', LOOP, String(1000 * seconds)])))
  const gaps = outputs.flatMap(({ stdout }) => JSON.parse(stdout) as number[])
  return { times: gaps.length, longestMs: Math.max(0, ...gaps), seconds }
}

// --- internal ---

const LOOP = `const end = performance.now() + Number(process.argv[1]), gaps = []
for (let last = performance.now(); last < end; ) {
  const now = performance.now()
  if (now - last > 1) gaps.push(now - last)
  last = now
}
console.log(JSON.stringify(gaps))`
