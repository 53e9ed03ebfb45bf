/** What is measured: from the files of a run to its full comparison. Tells seconds and peak memory as one JSON line. */
import { analyse, withTexts } from '../../harness/analysis/index.ts'
import { readRunTable } from '../../harness/run/index.ts'

const [dir = ''] = process.argv.slice(2)
const before = performance.now()
const run = await readRunTable(dir)
const read = performance.now()
const analysis = await withTexts(analyse([run])) // the texts of the items that it lists, too
const done = performance.now()
const [verdict] = analysis.verdicts
process.stdout.write(
  `${JSON.stringify({
    samples: run.rows.length,
    readSeconds: (read - before) / 1000,
    seconds: (done - before) / 1000,
    peakMiB: process.resourceUsage().maxRSS / 1024,
    rows: analysis.rows.length,
    ratios: analysis.ratios.length,
    verdict: verdict?.sentence,
  })}\n`,
)
