/** The one script of the page. Nothing depends on it: it sorts tables, filters items and saves the embedded analysis. */
import { UNPACK } from './embedded.ts'

export const SCRIPT = `
(() => {
  'use strict'
  const key = (row, column) => {
    const cell = row.cells[column]
    const given = cell.dataset.sort
    if (given !== undefined) return given === '' ? NaN : Number(given)
    const number = /^[$]?[\\u2212-]?[$]?[\\d,]+(?:\\.\\d+)?/.exec(cell.textContent.trim())
    return number ? Number(number[0].replace(/[$,]/g, '').replace('\\u2212', '-')) : cell.textContent.trim().toLowerCase()
  }
  const compare = (a, b) => {
    const [missingA, missingB] = [Number.isNaN(a), Number.isNaN(b)]
    if (missingA || missingB) return missingA - missingB
    return typeof a === 'number' && typeof b === 'number' ? a - b : String(a).localeCompare(String(b), 'en')
  }
  for (const table of document.querySelectorAll('table[data-sortable]')) {
    const heads = [...table.tHead.rows[0].cells]
    heads.forEach((head, column) => {
      const button = document.createElement('button')
      button.type = 'button'
      button.append(head.firstChild)
      head.prepend(button)
      button.addEventListener('click', () => {
        const down = head.getAttribute('aria-sort') === 'ascending'
        for (const other of heads) other.removeAttribute('aria-sort')
        head.setAttribute('aria-sort', down ? 'descending' : 'ascending')
        const rows = [...table.tBodies[0].rows].map((row) => ({ row, value: key(row, column) }))
        rows.sort((a, b) => (Number.isNaN(a.value) || Number.isNaN(b.value) ? compare(a.value, b.value) : compare(a.value, b.value) * (down ? -1 : 1)))
        table.tBodies[0].append(...rows.map(({ row }) => row))
      })
    })
  }
  for (const form of document.querySelectorAll('form[data-filters]')) {
    const items = [...document.querySelectorAll('details.' + form.dataset.filters)]
    const output = form.querySelector('output')
    const apply = () => {
      const wanted = [...form.querySelectorAll('select')].filter(({ value }) => value !== '')
      for (const item of items) item.hidden = wanted.some(({ name, value }) => item.dataset[name] !== value)
      const shown = items.filter(({ hidden }) => !hidden).length
      output.value = output.dataset.text.replace('{shown}', shown).replace('{all}', items.length)
    }
    form.hidden = false
    form.addEventListener('change', apply)
    form.addEventListener('submit', (event) => event.preventDefault())
    apply()
  }
  const save = document.getElementById('save-analysis')
  if (save) {
    save.hidden = false
    save.addEventListener('click', async () => {
      const { textContent, dataset } = document.getElementById('analysis')
      const packed = dataset.encoding && new Blob([Uint8Array.from(atob(textContent), (letter) => letter.charCodeAt(0))])
      const text = packed ? await new Response(packed.stream().pipeThrough(new DecompressionStream(dataset.encoding))).text() : textContent
      const url = URL.createObjectURL(new Blob([(${UNPACK})(text)], { type: 'application/json' }))
      const anchor = Object.assign(document.createElement('a'), { href: url, download: 'analysis.json' })
      anchor.click()
      setTimeout(() => URL.revokeObjectURL(url), 1000)
    })
  }
})()
`.replace(/\n +/g, '\n')
