/**
 * Runs a program that nobody has read: in namespaces of its own (no network, no other process, a file system that holds read-only
 * what the language needs and a scratch folder in memory), as a user that owns nothing, within limits,
 * and with less right to the processors than what is measured beside it. Linux only.
 */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { HarnessError } from '../../errors.ts'

export interface Limits {
  /** Of processor time, of each process; twice as many of the clock, for all. */
  readonly seconds: number
  /** Of each process; a program in JavaScript is one. */
  readonly memoryMiB: number
  /** Processes and threads. */
  readonly tasks: number
}

export interface Program {
  readonly command: readonly string[]
  /** Files and folders that it may read, besides the libraries of the system. */
  readonly reads: readonly string[]
  readonly stdin: string
  readonly limits: Limits
}

/** `timedOut`: it took longer than it may, and was killed. Of its output the ends are kept, 16 KiB each. */
export interface Ended {
  readonly code: number | null
  readonly timedOut: boolean
  readonly stdout: string
  readonly stderr: string
}

/** Rejects only when aborted, or with HarnessError `device` where the sandbox could not be made: the program was not run then. Nothing is left running. */
export async function runSandboxed({ command, reads, stdin, limits }: Program, signal: AbortSignal): Promise<Ended> {
  signal.throwIfAborted()
  const root = mkdtempSync(join(tmpdir(), 'distillbench-code-')) // an empty folder: what is mounted on it is seen inside only
  try {
    return await started(argumentsOf(root, command, reads, limits), stdin, limits.seconds * 1000 * CLOCK + GRACE_MS, signal)
  } finally {
    rmdirSync(root)
  }
}

// --- internal ---

const GRACE_MS = 500
/** Mounting takes milliseconds, and seconds on a machine that has too much to do. */
const SETUP_MS = 30_000
/** Seconds of the clock for each of the processor: what runs beside it must not make right code too slow. */
const CLOCK = 2
const KEPT = 16_384
/** Users that no system has; each program is one of its own, so that its processes are counted alone. */
const FIRST_USER = 1_200_000_000
let users = 0

/** Mounts, then gives up every right. The shell stays as the first process: when it is killed, all others are. */
const SETUP = `set -e
root=$1; user=$2; reads=$3; shift 3
mount --make-rprivate / 2>/dev/null || true
mount -t tmpfs -o size=1m,mode=755 tmpfs "$root"
IFS=:
for path in $reads; do
  [ -e "$path" ] || continue
  if [ -d "$path" ]; then mkdir -p "$root$path"; else mkdir -p "$root\${path%/*}"; : > "$root$path"; fi
  mount --bind "$path" "$root$path"
  mount -o remount,bind,ro,nosuid,nodev "$root$path" 2>/dev/null || mount -o remount,bind,ro "$root$path"
done
unset IFS
mkdir -p "$root/tmp" "$root/dev" "$root/proc"
mount -t tmpfs -o size=32m,nr_inodes=4096,mode=1777,nosuid,nodev tmpfs "$root/tmp"
mount -t proc -o ro,nosuid,nodev,noexec proc "$root/proc" 2>/dev/null || true
for device in null zero urandom; do : > "$root/dev/$device"; mount --bind "/dev/$device" "$root/dev/$device"; done
mount -o remount,bind,ro "$root"
cd "$root/tmp"
if [ "$user" = 0 ]; then who=; else who="--reuid $user --regid $user --clear-groups"; fi
set +e
echo begun >&3
exec 3>&-
chroot "$root" setpriv $who --no-new-privs --bounding-set=-all --inh-caps=-all "$@"
exit $?`

function argumentsOf(root: string, command: readonly string[], reads: readonly string[], { seconds, memoryMiB, tasks }: Limits): string[] {
  const isRoot = process.getuid?.() === 0
  const user = isRoot ? FIRST_USER + (process.pid % 100_000) * 1000 + (users++ % 1000) : 0
  const bytes = memoryMiB * 1024 * 1024
  // prettier-ignore
  return [
    '--pdeathsig', 'KILL', 'nice', '-n', '10', 'unshare', ...(isRoot ? [] : ['--user', '--map-root-user']), '--mount', '--net', '--pid', '--ipc', '--uts', '--fork', '--kill-child=KILL',
    'sh', '-c', SETUP, 'sandbox', root, String(user), [...SYSTEM, ...reads].join(':'),
    'prlimit', `--cpu=${Math.ceil(seconds)}:${Math.ceil(seconds) + 1}`, `--data=${bytes}`, `--nproc=${tasks}`, '--fsize=8388608', '--nofile=128', '--core=0', '--stack=8388608', '--memlock=65536', '--msgqueue=0', '--',
    ...command,
  ]
}

/** Libraries and plain tools; nothing of any user. */
const SYSTEM = ['/usr', '/bin', '/sbin', '/lib', '/lib32', '/lib64', '/etc/ld.so.cache', '/etc/alternatives']
/** Nothing of ours: no key gets in. */
const ENVIRONMENT = { PATH: '/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin', HOME: '/tmp', TMPDIR: '/tmp', LANG: 'C.UTF-8', OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1' } // prettier-ignore

function started(args: readonly string[], stdin: string, limitMs: number, signal: AbortSignal): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn('setpriv', args, { cwd: '/', env: ENVIRONMENT, stdio: ['pipe', 'pipe', 'pipe', 'pipe'] })
    let [timedOut, begun] = [false, false]
    const [stdout, stderr] = [tailOf(child.stdout), tailOf(child.stderr)]
    const kill = (): void => void child.kill('SIGKILL')
    const limit = (ms: number): NodeJS.Timeout =>
      setTimeout(() => {
        timedOut = true
        kill()
      }, ms)
    let timer = limit(SETUP_MS)
    child.stdio[3]?.once('data', () => {
      begun = true // from here on the program's own time runs
      clearTimeout(timer)
      timer = limit(limitMs)
    })
    signal.addEventListener('abort', kill)
    const end = (finish: () => void): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', kill)
      finish()
    }
    child.on('error', (error) => end(() => reject(new HarnessError('device', `no sandbox could be started: ${error.message}`, { cause: error }))))
    child.on('close', (code) =>
      end(() => {
        if (signal.aborted) return reject(new HarnessError('aborted', 'interrupted'))
        if (begun) return resolve({ code, timedOut, stdout: stdout(), stderr: stderr() })
        reject(new HarnessError('device', `no sandbox could be made: ${timedOut ? 'it took too long' : (stderr().trim().split('\n')[0] ?? '')}`))
      }),
    )
    child.stdin.on('error', () => {}) // it ended before it had read everything
    child.stdin.end(stdin)
  })
}

function tailOf(stream: NodeJS.ReadableStream): () => string {
  let kept = Buffer.alloc(0)
  stream.on('data', (chunk: Buffer) => {
    kept = Buffer.concat([kept, chunk])
    if (kept.length > KEPT) kept = kept.subarray(-KEPT)
  })
  return () => kept.toString('utf8')
}
