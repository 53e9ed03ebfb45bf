/** The first words of every report: its title, one sentence per student, and what limits all of it. */
import type { Analysis } from '../harness/types.ts'
import { claimSentence } from './claims.ts'
import { summarySentences } from './comparison.ts'
import { EN } from './messages/en/index.ts'
import type { Messages } from './messages/index.ts'
import type { View } from './view.ts'

/** The sentences of the first paragraph: measured comparisons, else the published ones. */
export function openingSentences(view: View): string[] {
  const { verdict } = view.words
  const measured = summarySentences(view)
  if (measured.length > 0) return measured
  if (view.analysis.claims.length > 0) return view.analysis.claims.map((claim) => claimSentence(view, claim))
  if (view.analysis.runs.length === 0) return [verdict.nothingRun]
  if (view.measured.length === 0 && view.analysis.facts.length > 0) return [verdict.publishedOnly]
  if (view.analysis.rows.every(({ estimate }) => estimate.state !== 'ok')) return [verdict.nothingMeasured]
  return []
}

export function titleOf(analysis: Analysis, { verdict }: Messages = EN): string {
  const titles = [...new Set(analysis.runs.map(({ title, suite }) => (title === '' ? suite : title)))]
  return titles.length === 0 ? verdict.emptyTitle : verdict.titles(titles)
}

/** What limits the whole report: an unfinished run, a quick run, suites that differ. */
export function runNotes(analysis: Analysis, { verdict }: Messages = EN): string[] {
  const notes = analysis.runs.flatMap((run) => [
    ...(run.state === 'done' ? [] : [verdict.unfinished(run.id, verdict.states[run.state] ?? verdict.otherState(run.state))]),
    ...(run.quick ? [verdict.quick(run.id)] : []),
  ])
  const differing = new Set(analysis.runs.map(({ suite, suiteHash }) => `${suite} ${suiteHash}`)).size > 1
  return differing ? [...notes, verdict.unlikeSuites] : notes
}
