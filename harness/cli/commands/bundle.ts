import { constants } from 'node:fs'
import { access, stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { EXIT, HarnessError } from '../../errors.ts'
import { packageInfo } from '../../package.ts'
import type { Contents } from '../../bundle/index.ts'
import { command } from '../command.ts'
import { writeWhole } from '../files.ts'
import { bytesText, textTable } from '../format.ts'
import { jsonText, type Io } from '../io.ts'
import { wrap } from '../../../reports/text.ts'

export default command('bundle', async (args, { io, signal }) => {
  const { bundleArchive, bundleBackend, bundleContents } = await import('../../bundle/index.ts')
  const backend = bundleBackend(args.backend)
  const level = args.level ?? 9
  if (level < 1 || level > 9) throw new HarnessError('usage', `--level ${level} is no level of gzip`, { hint: 'from 1, which is fast, to 9, which is small' })
  const file = await placeOf(args.out, `distillbench-${packageInfo().version}-${backend}-${process.platform}-${process.arch}.tar.gz`, args.force)
  const note = (message: string): void => void (args.json || io.note(`${message}\n`))
  note('Collecting Node, code, packages and suites …')
  const contents = await bundleContents(backend, signal)
  note(`Compressing ${bytesText(sizeOf(contents))} …`)
  const { pieces, done } = bundleArchive(contents, level, signal)
  await writeWhole(file, pieces)
  const { bytes, sha256 } = done()
  const { entries, ...about } = contents
  const result = { file, bytes, sha256, unpackedBytes: sizeOf(contents), files: entries.length, ...about }
  await io.result(args.json ? jsonText(result) : textOf(result, io))
  return EXIT.ok
})

// --- internal ---

/** A folder gets the usual name. Nothing is overwritten that was not asked for, and a place that cannot be written is told before the work. */
async function placeOf(out: string | undefined, name: string, force: boolean): Promise<string> {
  const wanted = resolve(out ?? name)
  const file = (await stat(wanted).catch(() => undefined))?.isDirectory() === true ? join(wanted, name) : wanted
  if (!force && (await stat(file).catch(() => undefined)) !== undefined)
    throw new HarnessError('usage', `${file} exists already`, { hint: 'give another name with --out, or --force to replace it' })
  const folder = dirname(file)
  const writable = await access(folder, constants.W_OK).then(
    () => true,
    (error: NodeJS.ErrnoException) => error.code === 'ENOENT', // it is made, or that fails with its own reason
  )
  if (!writable) throw new HarnessError('storage', `cannot write ${file}: permission is missing`, { hint: 'give another place with --out' })
  return file
}

function sizeOf({ parts }: Pick<Contents, 'parts'>): number {
  return parts.reduce((sum, { bytes }) => sum + bytes, 0)
}

type Result = Omit<Contents, 'entries'> & { file: string; bytes: number; sha256: string; unpackedBytes: number; files: number }

/** Smaller parts than these are told together. */
const SHOWN = 12

function textOf({ file, bytes, sha256, unpackedBytes, files, parts, packages, leftOut, notes, backend, target, node }: Result, io: Io): string {
  const { width } = io.stdout
  const rest = parts.slice(SHOWN)
  const rows = [
    ...parts.slice(0, SHOWN),
    ...(rest.length === 0
      ? []
      : [{ name: `${rest.length} more packages`, bytes: sizeOf({ parts: rest }), files: rest.reduce((sum, one) => sum + one.files, 0) }]),
  ].map((part) => [part.name, bytesText(part.bytes), String(part.files)])
  return [
    file,
    `${bytesText(bytes)}, ${bytesText(unpackedBytes)} unpacked, ${files} files; SHA-256 ${sha256}`,
    '',
    textTable(['part', 'unpacked', 'files'], rows, width),
    ...wrap(`Backend ${backend}, Node ${node}, ${packages.length} packages; for ${target.platform}-${target.arch} only.`, width),
    ...leftOut.flatMap(({ name, why }) => wrap(`Left out: ${name} (${why}).`, width)),
    ...notes.flatMap((note) => wrap(`Note: ${note}.`, width)),
    '',
    'There: tar xf ARCHIVE && ./distillbench/distillbench run arithmetic',
    '',
  ].join('\n')
}
