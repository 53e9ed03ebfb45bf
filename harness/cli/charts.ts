/** Writes the charts of a report as pictures, one file each. */
import { join } from 'node:path'
import type { Analysis } from '../types.ts'
import { writeWhole } from './files.ts'

export interface ChartFiles {
  svg: string[]
  png: string[]
  /** Why there are no PNG files. */
  noPng?: string
  /** Charts that cannot be drawn, and why. */
  missing: readonly { name: string; title: string; why: string }[]
}

/** `NAME.svg` for each chart, and `NAME.png` beside it where the optional package that draws them is there. Each file is whole or absent. */
export async function writeCharts(analysis: Analysis, dir: string, lang = 'en'): Promise<ChartFiles> {
  const { renderPictures, pngMaker } = await import('../../reports/pictures.ts')
  const { drawn, missing } = await renderPictures(analysis, lang)
  const maker = await pngMaker()
  const files: ChartFiles = { svg: [], png: [], missing, ...(typeof maker === 'string' ? { noPng: maker } : {}) }
  for (const { name, svg } of drawn) {
    const path = join(dir, `${name}.svg`)
    await writeWhole(path, svg)
    files.svg.push(path)
    if (typeof maker === 'string') continue
    const picture = join(dir, `${name}.png`)
    await writeWhole(picture, maker(svg))
    files.png.push(picture)
  }
  return files
}
