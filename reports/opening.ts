/** The first words of every report: its title, one sentence per student, and what limits all of it. */
import type { Analysis } from '../harness/types.ts'
import { claimSentence } from './claims.ts'
import { summarySentences } from './comparison.ts'
import type { View } from './view.ts'

/** The sentences of the first paragraph: measured comparisons, else the published ones. */
export function openingSentences(view: View): string[] {
  const measured = summarySentences(view)
  if (measured.length > 0) return measured
  if (view.analysis.claims.length > 0) return view.analysis.claims.map((claim) => claimSentence(view, claim))
  if (view.analysis.runs.length === 0) return ['There is no run to report: this analysis is empty.']
  if (view.measured.length === 0 && view.analysis.facts.length > 0) return ['This report holds published figures only; nothing was measured.']
  if (view.analysis.rows.every(({ estimate }) => estimate.state !== 'ok')) return ['Nothing was measured in this run. What went wrong is listed below.']
  return []
}

export function titleOf(analysis: Analysis): string {
  const titles = [...new Set(analysis.runs.map(({ title, suite }) => (title === '' ? suite : title)))]
  return titles.length === 0 ? 'Empty report' : titles.join(' and ')
}

/** What limits the whole report: an unfinished run, a quick run, suites that differ. */
export function runNotes(analysis: Analysis): string[] {
  const notes = analysis.runs.flatMap((run) => [
    ...(run.state === 'done' ? [] : [`Run ${run.id} ${STATES[run.state] ?? `is in state "${run.state}"`}: the figures cover only what had finished.`]),
    ...(run.quick ? [`Run ${run.id} was a quick one: few items, so the intervals are wide.`] : []),
  ])
  const differing = new Set(analysis.runs.map(({ suite, suiteHash }) => `${suite} ${suiteHash}`)).size > 1
  return differing ? [...notes, 'The runs below are of different suites or of different versions of one; compare them with care.'] : notes
}

// --- internal ---

const STATES: Record<string, string> = { running: 'has not ended', failed: 'ended with failed cells', interrupted: 'was interrupted' }
