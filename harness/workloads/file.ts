/** Kind `file`: a table of questions, here or behind an address, read as it streams by. */
import { z } from 'zod'
import type { ItemsContext } from '../types.ts'
import { bytesOf, FETCH_SHAPE, takesData, type FetchOptions } from './datasets/options.ts'
import { openReference } from './datasets/reference.ts'
import { DATA_FORMATS, readTable, type DataFormat, type LocatedRow } from './datasets/rows.ts'
import { workloadKind } from './kind.ts'
import { itemsFromRows, TEMPLATE_SHAPE, type TemplateOptions } from './items.ts'

export interface FileOptions extends TemplateOptions, FetchOptions {
  /** Path, relative to the folder of the suite, or address; `${NAME}` is taken from the environment. */
  readonly file: string
  /** Default: told by the end of the name; JSON lines where it tells nothing. */
  readonly format?: DataFormat
  /** Digest that the file must have. */
  readonly sha256?: string
}

export const file = workloadKind<FileOptions>({
  summary: 'questions in a file or behind an address: JSON lines, JSON, CSV, TSV or Parquet',
  shape: {
    file: z.string().min(1).describe('Path, relative to the folder of the suite, or address (http, https); ${NAME} is taken from the environment'),
    format: z.enum(DATA_FORMATS).optional().describe('Form of the file; default: told by the end of its name'),
    sha256: z
      .string()
      .regex(/^[0-9a-fA-F]{64}$/, 'must be 64 hexadecimal digits')
      .optional()
      .describe('Digest that the file must have'),
    ...FETCH_SHAPE,
    ...TEMPLATE_SHAPE,
  },
  create: ({ file: reference, format, sha256, maxMiB, hosts, ...templates }, { id, dir }) => {
    const what = `workload ${id}`
    async function* rows(from: string, use: 'questions' | 'examples', context: ItemsContext): AsyncGenerator<LocatedRow> {
      const digest = use === 'questions' ? sha256 : undefined
      const opened = await openReference(from, { what, dir, context, sha256: digest, hosts, maxBytes: bytesOf(maxMiB) })
      context.onSource?.({ use, ...opened.source })
      yield* readTable(opened.file, { format: use === 'questions' ? format : undefined, what, signal: context.signal })
    }
    return {
      ...takesData(reference),
      items: (seed, context = {}) =>
        itemsFromRows(rows(reference, 'questions', context), templates, {
          id,
          seed,
          context,
          examples: (input) => (input.file === undefined ? undefined : rows(input.file, 'examples', context)),
        }),
    }
  },
})
