/** The rows of one metric in a metrics.csv, without reading the others as CSV. */

export interface FigureRow {
  model: string
  workload: string
  load: string
  slice: string
  value: number
  low?: number
  high?: number
  unit: string
  origin: string
}

/** Columns by name, so that files of other versions are read too; rows without a value (an absent figure) are left out. */
export function parseRows(text: string, metric: string): FigureRow[] {
  const lines = text.split('\n')
  const columns = splitLine(lines[0] ?? '')
  const at = (name: string): number => columns.indexOf(name)
  const [model, workload, load, slice, id, value, low, high, unit, origin] = [
    'model',
    'workload',
    'load',
    'slice',
    'metric',
    'value',
    'low',
    'high',
    'unit',
    'origin',
  ].map(at) as [number, number, number, number, number, number, number, number, number, number]
  if (id < 0 || value < 0) return []
  return lines.flatMap((line, i): FigureRow[] => {
    if (i === 0 || !line.includes(metric)) return []
    const cells = splitLine(line)
    const number = (column: number): number | undefined => {
      const cell = cells[column]
      return cell === undefined || cell === '' || !Number.isFinite(Number(cell)) ? undefined : Number(cell)
    }
    const own = number(value)
    if (cells[id] !== metric || own === undefined) return []
    const [least, most] = [number(low), number(high)]
    return [
      {
        model: cells[model] ?? '',
        workload: cells[workload] ?? '',
        load: cells[load] ?? '',
        slice: cells[slice] ?? '',
        value: own,
        ...(least === undefined ? {} : { low: least }),
        ...(most === undefined ? {} : { high: most }),
        unit: cells[unit] ?? '',
        origin: cells[origin] ?? '',
      },
    ]
  })
}

// --- internal ---

/** One line of CSV; a quoted cell may hold commas and doubled quotes, but no line end: names and numbers have none. */
function splitLine(line: string): string[] {
  const cells: string[] = []
  let [cell, quoted] = ['', false]
  const text = line.endsWith('\r') ? line.slice(0, -1) : line
  for (let i = 0; i < text.length; i++) {
    const character = text[i]!
    if (quoted) {
      if (character !== '"') cell += character
      else if (text[i + 1] === '"') cell += text[++i]!
      else quoted = false
    } else if (character === '"' && cell === '') quoted = true
    else if (character === ',') [cell] = ['', cells.push(cell)]
    else cell += character
  }
  cells.push(cell)
  return cells
}
