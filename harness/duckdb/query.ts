/** Answers SQL over files, in a database that can read those files and do nothing else. */
import { HarnessError } from '../errors.ts'
import { quote, needDuckDB, openDatabase } from './open.ts'

export interface Answer {
  columns: readonly string[]
  /** Values as JSON has them. */
  rows: readonly (readonly unknown[])[]
}

/**
 * `setup` makes the tables and views; then the database is closed to everything but reading below `folders`. Throws HarnessError `device`
 * without DuckDB, `usage` for SQL that is wrong or not allowed.
 */
export async function querySql(sql: string, setup: readonly string[], folders: readonly string[], signal: AbortSignal): Promise<Answer> {
  const { connection, close } = await openDatabase(await needDuckDB('query'))
  const stop = (): void => connection.interrupt()
  signal.addEventListener('abort', stop)
  try {
    for (const statement of setup) await connection.run(statement)
    await connection.run(`SET allowed_directories = [${folders.map((folder) => quote(`${folder}/`)).join(', ')}]`)
    await connection.run('SET enable_external_access = false')
    await connection.run('SET lock_configuration = true')
    const statements = await connection.extractStatements(sql)
    if (statements.count !== 1) throw new HarnessError('usage', `query takes one statement, and was given ${statements.count}`)
    if (!/^\s*(?:--[^\n]*\n\s*)*(?:SELECT|WITH|FROM|DESCRIBE|SHOW|SUMMARIZE|VALUES|PIVOT|UNPIVOT)\b/i.test(sql))
      throw new HarnessError('usage', 'query only reads: the statement must begin with SELECT, WITH, FROM, DESCRIBE, SHOW or SUMMARIZE')
    const result = await connection.runAndReadAll(sql)
    return { columns: result.deduplicatedColumnNames(), rows: result.getRowsJson() }
  } catch (error) {
    if (signal.aborted) throw new HarnessError('aborted', 'interrupted', { cause: error })
    if (error instanceof HarnessError) throw error
    const [line = ''] = (error as Error).message.split('\n')
    throw new HarnessError('usage', `the SQL could not be answered: ${line}`, {
      cause: error,
      hint: 'the views are runs, cells, samples, series and metrics; see docs/query.md',
    })
  } finally {
    signal.removeEventListener('abort', stop)
    close()
  }
}
