import type { DistillProgress } from '../../distill/index.ts'
import { EXIT } from '../../errors.ts'
import { command } from '../command.ts'
import { fit } from '../../../reports/text.ts'
import { duration } from '../format.ts'
import { jsonText, type Io } from '../io.ts'

export default command('distill', async (args, { io, signal }) => {
  const { runRecipe } = await import('../../distill/index.ts')
  const show = args.json ? (step: DistillProgress) => io.note(`${JSON.stringify({ type: 'step', ...step })}\n`) : trainingLine(io)
  const files = await runRecipe(args.recipe, { resume: args.resume, signal, ...(args.out === undefined ? {} : { out: args.out }) }, show)
  if (io.stderr.isTerminal && !args.json) io.note('\r\u001b[K')
  await io.result(args.json ? jsonText(files) : `Weights: ${files.weights}\nModel card: ${files.card}\nLoss curve: ${files.curve}\n`)
  return EXIT.ok
})

// --- internal ---

const TERMINAL_MS = 200
const LOG_MS = 30_000

/** A line that is redrawn on a terminal; elsewhere a line every half minute and at the last step. */
function trainingLine(io: Io): (step: DistillProgress) => void {
  const interval = io.stderr.isTerminal ? TERMINAL_MS : LOG_MS
  let shownMs = -Infinity
  let validation = ''
  return (progress) => {
    if (progress.validation !== undefined) validation = `  unseen questions right ${(progress.validation * 100).toFixed(1)}%`
    if (performance.now() - shownMs < interval && progress.step < progress.steps) return
    shownMs = performance.now()
    const text = describe(progress) + validation
    io.note(io.stderr.isTerminal ? `\r\u001b[K${fit(text, io.stderr.width - 1).trimEnd()}` : `${text}\n`)
  }
}

function describe({ phase, step, steps, loss, secondsLeft }: DistillProgress): string {
  const unit = phase === 'questions' ? 'teacher answers' : 'step'
  const left = secondsLeft === undefined ? '' : `  ${duration(secondsLeft * 1000)} left`
  return `${unit} ${step}/${steps}${loss === undefined ? '' : `  loss ${loss.toFixed(4)}`}${left}`
}
