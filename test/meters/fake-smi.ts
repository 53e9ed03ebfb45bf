/** A stand-in for nvidia-smi: a shell script, which starts a hundred times in the time that Node takes to start twice. */
import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export type FakeRow = 'late' | 'garbage' | 'half' | 'short' | 'twice' | Readonly<Record<string, string | number>>
export interface FakeSmi {
  /** Fields that this driver knows. */
  fields: readonly string[]
  /** Values by field, for each GPU. */
  gpus: readonly Readonly<Record<string, string | number>>[]
  /** What each tick of the loop does, over and over; an object replaces values of all GPUs. */
  rows?: readonly FakeRow[]
  /** The loop ends after so many ticks; `crashes`: only the first so many loops do (default: all). */
  crashAfter?: number
  crashes?: number
  silent?: boolean
  /** The loop falls silent after so many ticks, in the first process only. */
  silentAfter?: number
  ignoreTerm?: boolean
  driverDown?: boolean
}

/** Writes `dir/nvidia-smi`; each loop appends its process id to `dir/pids`. */
export function writeFakeSmi(dir: string, fake: FakeSmi): void {
  const { gpus, rows = [{}], crashAfter = -1, crashes = 1e9, silentAfter = -1 } = fake
  const values = gpus.flatMap((gpu, i) => Object.entries(gpu).map(([field, value]) => `    '${i} ${field}') echo '${value}';;`))
  const steps = rows.map((row, i) => `  ${i}) ${isOdd(row) ? ODD[row] : print(row)};;`)
  const script = `#!/bin/sh
value() {
  case "$OVER" in *"|$2="*) o="\${OVER#*"|$2="}"; echo "\${o%%|*}"; return;; esac
  case "$1 $2" in
    *' index') echo "$1";;
${values.join('\n')}
    *) echo '[N/A]';;
  esac
}
line() {
  out=''
  for f in $FIELDS; do out="$out$(value "$1" "$f"), "; done
  echo "\${out%, }"
}
print() {
  for g in ${gpus.map((_, i) => i).join(' ')}; do
    case ",$CHOSEN," in *",$g,"*|,all,) line "$g";; esac
  done
}
${fake.ignoreTerm === true ? "trap '' TERM" : ''}
${fake.driverDown === true ? "echo 'NVIDIA-SMI has failed because it could not communicate with the NVIDIA driver.'; echo; exit 9" : ''}
CHOSEN=all LOOP='' OVER=''
for a; do
  case "$a" in
    --help-query-gpu) ${fake.fields.map((field) => `echo '"${field}"'`).join('; ')}; exit 0;;
    --query-gpu=*) FIELDS=$(echo "\${a#*=}" | tr ',' ' ');;
    --id=*) CHOSEN="\${a#*=}";;
    --loop-ms=*) LOOP="\${a#*=}";;
  esac
done
if [ -z "$LOOP" ]; then print; exit 0; fi
echo $$ >> '${dir}/pids'
loops=$(grep -c . '${dir}/pids')
# one line of output is worked out before, so that a tick is quick
n=0
while :; do
  if [ $n -eq ${crashAfter} ] && [ $loops -le ${crashes} ]; then
    echo 'Unable to determine the device handle for GPU 0000:01:00.0: GPU is lost.' >&2
    exit 15
  fi
  if ${fake.silent === true ? 'true' : 'false'} || { [ $n -ge ${silentAfter} ] && [ ${silentAfter} -ge 0 ] && [ $loops -le 1 ]; }; then sleep 0.05; continue; fi
  case $((n % ${rows.length})) in
${steps.join('\n')}
  esac
  n=$((n + 1))
  sleep 0.0"$LOOP"
done
`
  const file = join(dir, 'nvidia-smi')
  writeFileSync(file, script)
  chmodSync(file, 0o755)
}

// --- internal ---

function print(over: Readonly<Record<string, string | number>>): string {
  const pairs = Object.entries(over).map(([field, value]) => `|${field}=${value}`)
  return `OVER='${pairs.join('')}${pairs.length === 0 ? '' : '|'}'; print`
}

const ODD = {
  late: ':',
  garbage: "echo 'WARNING: infoROM is corrupted at gpu 0000:01:00.0'",
  half: "printf '0, 7'",
  short: "echo '0, 70.25'",
  twice: "OVER=''; print; print",
} as const

function isOdd(row: FakeRow): row is keyof typeof ODD {
  return typeof row === 'string'
}
