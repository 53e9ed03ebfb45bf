import { EXIT, HarnessError } from '../errors.ts'

export interface Interrupt {
  signal: AbortSignal
  dispose(): void
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** The first Ctrl-C (or TERM, HUP) asks everything to stop and `tell`s so; the second ends the process at once. */
export function listenForInterrupt(tell: (text: string) => void): Interrupt {
  const controller = new AbortController()
  const onSignal = (): void => {
    if (controller.signal.aborted) process.exit(EXIT.interrupted)
    tell('stopping; what is finished is kept (once more stops at once)\n')
    controller.abort(new HarnessError('aborted', 'interrupted'))
  }
  for (const name of SIGNALS) process.on(name, onSignal)
  return {
    signal: controller.signal,
    dispose: () => {
      for (const name of SIGNALS) process.off(name, onSignal)
    },
  }
}
