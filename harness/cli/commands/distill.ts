import { EXIT } from '../../errors.ts'
import { command } from '../command.ts'
import { fit } from '../../../reports/text.ts'
import { duration } from '../format.ts'
import { jsonText, type Io } from '../io.ts'

interface Step {
  step: number
  steps: number
  loss: number
  secondsLeft: number
  phase: string
}

export default command('distill', async (args, { io, signal }) => {
  const { runRecipe } = await import('../../distill/index.ts')
  const show = args.json ? (step: Step) => io.note(`${JSON.stringify({ type: 'step', ...step })}\n`) : trainingLine(io)
  const files = await runRecipe(args.recipe, { resume: args.resume, signal, ...(args.out === undefined ? {} : { out: args.out }) }, show)
  if (io.stderr.isTerminal && !args.json) io.note('\r\u001b[K')
  await io.result(args.json ? jsonText(files) : `Weights: ${files.weights}\nModel card: ${files.card}\nLoss curve: ${files.curve}\n`)
  return EXIT.ok
})

// --- internal ---

const TERMINAL_MS = 200
const LOG_MS = 30_000

/** A line that is redrawn on a terminal; elsewhere a line every half minute and at the last step. */
function trainingLine(io: Io): (step: Step) => void {
  const interval = io.stderr.isTerminal ? TERMINAL_MS : LOG_MS
  let shownMs = -Infinity
  return ({ step, steps, loss, secondsLeft, phase }) => {
    if (performance.now() - shownMs < interval && step < steps) return
    shownMs = performance.now()
    const text = `${phase}  step ${step}/${steps}  loss ${loss.toFixed(4)}  ${duration(secondsLeft * 1000)} left`
    io.note(io.stderr.isTerminal ? `\r\u001b[K${fit(text, io.stderr.width - 1).trimEnd()}` : `${text}\n`)
  }
}
