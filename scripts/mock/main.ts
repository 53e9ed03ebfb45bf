/**
 * The mock server as a process of its own: options as JSON in the first argument, `{"url":…,"port":…}` on the first line of
 * stdout. Ends when its stdin closes, that is, with the process that started it at the latest.
 *
 *     taskset -c 0 node dist/scripts/mock/main.js '{"port":8000}' < /dev/tty
 */
import { z } from 'zod'
import { startMock } from './index.ts'
import { MockOptionsSchema } from './profile.ts'
import { startRoofline } from './roofline.ts'

const OptionsSchema = z.union([
  MockOptionsSchema,
  z.strictObject({ roofline: z.literal(true), host: z.string().default('127.0.0.1'), port: z.number().int().default(0) }),
])

try {
  const options = OptionsSchema.parse(JSON.parse(process.argv[2] ?? '{}'))
  const server = await ('roofline' in options ? startRoofline(options) : startMock(options))
  process.stdout.write(`${JSON.stringify({ url: server.url, port: server.port })}\n`)
  const stop = (): void => void server.close().finally(() => process.exit(0))
  process.stdin.on('end', stop).on('error', stop).resume()
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
}
