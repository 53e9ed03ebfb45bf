import type { Reporter } from './reporter.ts'

/** Failures and warnings as annotations of a GitHub Actions job (workflow commands are read from stderr too). */
export function githubReporter(write: (text: string) => void): Reporter {
  return {
    onEvent(event) {
      if (event.type === 'warning') write(`::warning title=distillbench::${escapeData(event.warning.message)}\n`)
      if (event.type !== 'cell-end' || event.state !== 'failed') return
      write(`::error title=${escapeProperty(`cell ${event.cell} failed`)}::${escapeData(event.error?.message ?? 'unknown reason')}\n`)
    },
  }
}

// --- internal ---

function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
}
