/** The HTML report, from top to bottom. */
import type { Analysis } from '../../harness/types.ts'
import type { MaybeChart } from '../charts/chart.ts'
import { chartsOf } from '../charts/index.ts'
import { EN } from '../messages/en/index.ts'
import type { Messages } from '../messages/index.ts'
import { titleOf } from '../opening.ts'
import { viewOf } from '../view.ts'
import { interactiveOf } from '../zoom/index.ts'
import { page } from './page.ts'
import type { Section } from './parts.ts'
import { definitionsSection, environmentSection, modelsSection, reproduceSection } from './sections/background.ts'
import { comparisonSection } from './sections/comparison.ts'
import { countsSection } from './sections/counts.ts'
import { everythingSection } from './sections/everything.ts'
import { fidelitySection } from './sections/fidelity.ts'
import { itemsSection } from './sections/items.ts'
import { judgedSection } from './sections/judged.ts'
import { gapSection, latencySection, lifecycleSection, loadSection, powerSection, qualitySection, rooflineSection, slicesSection } from './sections/measured.ts'
import { opening } from './sections/opening.ts'
import { publishedSection } from './sections/published.ts'
import { verdictSection } from './sections/verdict.ts'

/** `interactive`: charts can be zoomed and asked, which takes a runtime of some 350 kB. */
export async function renderHtml(analysis: Analysis, words: Messages = EN, { interactive = false }: { interactive?: boolean } = {}): Promise<string> {
  const view = viewOf(analysis, words)
  const charts = chartsOf(view)
  const hasFigures = view.workloads.length > 0 && analysis.rows.some(({ estimate }) => estimate.state === 'ok' && estimate.value.origin !== 'published')
  const sections: (Section | undefined)[] = [
    await verdictSection(view, charts.routing),
    comparisonSection(view),
    await lifecycleSection(view, charts),
    gapSection(view),
    await fidelitySection(view, charts.reliability),
    judgedSection(view),
    itemsSection(view),
    ...(hasFigures
      ? [
          await qualitySection(view, charts),
          await latencySection(view, charts),
          await loadSection(view, charts),
          await powerSection(view, charts),
          rooflineSection(view),
          await slicesSection(view, charts),
        ]
      : []),
    await publishedSection(view, charts),
    countsSection(view),
    modelsSection(view),
    environmentSection(view),
    definitionsSection(view),
    everythingSection(view),
    reproduceSection(view),
  ]
  return page(
    titleOf(analysis, words),
    opening(view),
    sections.filter((section) => section !== undefined),
    analysis,
    words,
    interactive ? await interactiveOf(Object.values(charts).flat() as MaybeChart[], words) : undefined,
  )
}
