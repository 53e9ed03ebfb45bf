import { once } from 'node:events'
import { EXIT } from '../../errors.ts'
import { command } from '../command.ts'

export default command('view', async (args, { io, signal }) => {
  const { startView } = await import('../view/server.ts')
  const view = await startView({ out: args.folder ?? '.distillbench', port: args.port ?? 0, lang: args.lang })
  try {
    await io.result(args.json ? `${JSON.stringify({ url: view.url, port: view.port })}\n` : `${view.url}\n`)
    if (!args.json) io.note('open it in a browser on this machine; Ctrl-C ends it\n')
    if (!signal.aborted) await once(signal, 'abort')
  } finally {
    await view.close()
  }
  return EXIT.ok
})
