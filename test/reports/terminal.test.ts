import { describe, expect, it } from 'vitest'
import { summaryTable } from '../../reports/index.ts'
import { emptyAnalysis, measuredAnalysis } from '../fixtures/analyses/build.ts'
import { failedAnalysis, partialAnalysis } from '../fixtures/analyses/edges.ts'

describe('the summary in a terminal', () => {
  it('reads well in 80 columns', () => {
    expect(summaryTable(measuredAnalysis(), { width: 80, color: false })).toMatchInlineSnapshot(`
      "Student S, undecided: 400 items cannot decide (−1.3 points, −3.0 to +0.4): 412
        more needed if the two are equally good.
        It is 74% cheaper per correct answer (72 to 76%) and 4.2 times faster (3.8 to
          4.5) and takes 74% less energy per correct answer (72 to 76%).
        Its distillation ($0.00710, estimated) is paid for after 7,720 correct answers
          (7,350 to 8,130; estimated).
        Asking both, student first: handing on the 20.0% of the items with the longest
          answers gives what it gives.
      Keep Teacher 3.2M, not Student XS: worse by more than 2 points on arithmetic
        (made up, 400 items).
        It is 86% cheaper per correct answer (84 to 88%) and 4.2 times faster (3.8 to
          4.5) and takes 85% less energy per correct answer (83 to 87%).
        Asking both, student first: handing on the 20.0% of the items with the longest
          answers gives what it gives.

      Model                      Accuracy        Speed            Cost      Energy
                     difference in points     tokens/s  USD/1M answers   mJ/answer
      Teacher 3.2M                  98.4%          212            1.24  820 (est.)
        teacher
      Student S                     97.1%          890            0.32  210 (est.)
        student       −1.3 (−3.0 to +0.4)  4.2× faster     74% cheaper    74% less
      Student XS                    90.2%        1,650            0.17  120 (est.)
        student       −8.2 (−9.9 to −6.5)  7.8× faster     86% cheaper    85% less
      Control S                     88.4%          884            0.35  230 (est.)
        control     −10.0 (−11.7 to −8.3)  4.2× faster     72% cheaper    72% less
      Also in the report: Speed under load, First token, Memory, Parameters
      "
    `)
  })

  it('becomes a list where a table does not fit', () => {
    const summary = summaryTable(measuredAnalysis(), { width: 34, color: false })
    expect(summary).toContain('Student S (student)\n  Accuracy: 97.1%, −1.3 (−3.0 to\n    +0.4)\n  Speed: 890 tokens/s, 4.2× faster\n')
  })

  it('shows more where there is room, and names what it leaves out where there is not', () => {
    expect(summaryTable(measuredAnalysis(), { width: 200, color: false })).toContain('Parameters')
    expect(summaryTable(measuredAnalysis(), { width: 80, color: false })).toContain('Also in the report: Speed under load, First token, Memory, Parameters')
  })

  it('writes every role out, however short the names are', () => {
    const analysis = measuredAnalysis()
    const short = { ...analysis, models: analysis.models.map((model, index) => ({ ...model, name: 'abcde'[index] ?? model.name })) }
    const summary = summaryTable(short, { width: 80, color: false })
    for (const role of ['teacher', 'student', 'control']) expect(summary).toMatch(new RegExp(`^  ${role}\\b`, 'm'))
  })

  it('colours only when asked, and never by colour alone', () => {
    const plain = summaryTable(measuredAnalysis(), { width: 80, color: false })
    const coloured = summaryTable(measuredAnalysis(), { width: 80, color: true })
    expect(coloured).toContain('\u001b[32m')
    // eslint-disable-next-line no-control-regex
    const stripped = coloured.replace(/\u001b\[\d+m/g, '')
    expect(stripped.replace(/ +$/gm, '')).toBe(plain)
  })

  it('tells of failures, of requests that were never asked and of a run that was cut short', () => {
    expect(summaryTable(failedAnalysis(), { width: 80, color: false })).toContain(
      'Failed: teacher/arithmetic/sequential/r0/b0 and 2 more: weights of teacher are\ncorrupt: checksum differs',
    )
    const partial = summaryTable(partialAnalysis(), { width: 80, color: false })
    expect(partial).toContain('was interrupted')
    expect(partial).toContain('28 requests failed and 12 answers were cut off')
  })

  it('says that there is nothing when there is nothing', () => {
    expect(summaryTable(emptyAnalysis(), { width: 80, color: false })).toBe('There is no run to report: this analysis is empty.\n')
  })
})
