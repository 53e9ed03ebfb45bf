import { once } from 'node:events'
import { EXIT, HarnessError } from '../../errors.ts'
import type { ProfileInput } from '../../../scripts/mock/profile.ts'
import type { Arguments } from '../arguments.ts'
import { command } from '../command.ts'

export default command('mock', async (args, { io, signal }) => {
  const { startMock } = await import('../../../scripts/mock/index.ts')
  const models = (await Promise.all((args.model.length > 0 ? args.model : ['mock']).map(profilesOf))).flat()
  const mock = await startMock({
    host: args.host,
    port: args.port ?? DEFAULT_PORT,
    seed: args.seed ?? 0,
    models: models.map((profile) => ({ ...profile, ...latencyOf(args) })),
    ...(args['api-key-env'] === undefined ? {} : { apiKeyEnv: args['api-key-env'] }),
  })
  try {
    const names = models.map(({ name }) => name)
    await io.result(args.json ? `${JSON.stringify({ url: mock.url, port: mock.port, models: names })}\n` : `${mock.url}\n`)
    if (!args.json) io.note(`serving ${names.join(', ')} under ${mock.url}/v1; Ctrl-C ends it\n`)
    if (!signal.aborted) await once(signal, 'abort')
  } finally {
    await mock.close()
  }
  return EXIT.ok
})

// --- internal ---

const DEFAULT_PORT = 8000

/** Profiles of a file; a plain name is a model with the usual latency. */
async function profilesOf(word: string): Promise<ProfileInput[]> {
  if (/\.(ya?ml|json)$/i.test(word)) {
    const { readProfiles } = await import('../../../scripts/mock/profile-file.ts')
    return readProfiles(word)
  }
  if (word.includes('+'))
    throw new HarnessError('usage', `model name ${word} contains "+"`, {
      hint: 'serve the plain name; a request asks for a fault by adding it: mock+stall-mid',
    })
  return [{ name: word }]
}

/** What the command line says goes before the profiles. */
function latencyOf(args: Arguments<'mock'>): ProfileInput {
  const said = {
    prefillMsPerToken: args['prefill-ms-per-token'],
    decodeMs: args['decode-ms'],
    decodeMsPerStream: args['decode-ms-per-stream'],
    maxBatch: args['max-batch'],
    jitter: args.jitter,
    accuracy: args.accuracy,
  }
  return Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined))
}
