/** The embedded database, where it is installed: an optional package with a native part, so it may be missing. */
import type { DuckDBConnection } from '@duckdb/node-api'
import { HarnessError } from '../errors.ts'
import { installCommand } from '../package.ts'
import type { Observed } from '../types.ts'

export type Api = typeof import('@duckdb/node-api')

export interface Database {
  readonly api: Api
  readonly connection: DuckDBConnection
  close(): void
}

/** The package, or why there is none: a normal state, in which runs stay in JSON lines. */
export async function loadDuckDB(): Promise<Observed<Api>> {
  try {
    return { state: 'ok', value: await import('@duckdb/node-api') }
  } catch (error) {
    return { state: 'absent', why: whyMissing(error as Error & { code?: string }) }
  }
}

/** The package; where there is none, HarnessError `device` that says what could not be done. */
export async function needDuckDB(what: string): Promise<Api> {
  const api = await loadDuckDB()
  if (api.state === 'ok') return api.value
  throw new HarnessError('device', `${what} needs DuckDB: ${api.state === 'absent' ? api.why : api.error.message}`, {
    hint: installCommand('@duckdb/node-api'),
  })
}

/** A database in memory. `settings` are DuckDB's own; memory is kept small, since a model may be loaded beside it. */
export async function openDatabase(api: Api, settings: Readonly<Record<string, string>> = {}): Promise<Database> {
  const instance = await api.DuckDBInstance.create(':memory:', {
    memory_limit: MEMORY_LIMIT,
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    ...settings,
  })
  const connection = await instance.connect()
  return {
    api,
    connection,
    close() {
      connection.closeSync()
      instance.closeSync()
    },
  }
}

/** A text as SQL writes it. */
export function quote(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

// --- internal ---

const MEMORY_LIMIT = '256MB'

function whyMissing({ code, message }: Error & { code?: string }): string {
  const [line = ''] = message.split('\n')
  if (/node-bindings-/.test(message)) return 'its native part for this platform (@duckdb/node-bindings-…) is not installed'
  if (code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND') return 'the package @duckdb/node-api is not installed'
  return `the package @duckdb/node-api could not be loaded (${line})`
}
