/**
 * The page around the sections: one file, no network. The policy in its head allows exactly our stylesheet and our
 * script, by hash; whatever a model wrote could not run even if it got past the escaping.
 */
import { createHash } from 'node:crypto'
import type { Analysis } from '../../harness/types.ts'
import { embedded } from './embedded.ts'
import { EN } from '../messages/en/index.ts'
import type { Messages } from '../messages/index.ts'
import { html, trusted, type Html } from './markup.ts'
import type { Interactive } from '../zoom/index.ts'
import type { Section } from './parts.ts'
import { SCRIPT } from './script.ts'
import { STYLE } from './style.ts'

export function page(title: string, head: Html, sections: readonly Section[], analysis: Analysis, words: Messages = EN, interactive?: Interactive): string {
  const style = `${STYLE}${interactive?.style ?? ''}`
  const scripts = [SCRIPT, ...(interactive === undefined ? [] : [interactive.script])]
  const tool = analysis.runs[0]?.environment.tool
  const document = html`<!doctype html>
    <html lang="${words.basics.lang}">
      <head>
        <meta charset="utf-8" />
        <meta
          http-equiv="Content-Security-Policy"
          content="default-src 'none'; style-src '${trusted(hashOf(style))}'; script-src ${trusted(scripts.map((script) => `'${hashOf(script)}'`).join(' '))}; img-src data:; base-uri 'none'; form-action 'none'"
        />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="referrer" content="no-referrer" />
        <title>${title}</title>
        <link rel="icon" href="data:," />
        ${trusted(`<style>${style}</style>`)}
      </head>
      <body>
        <header>
          ${head}
          <nav aria-label="${words.sections.page.contents}">
            <ul>
              ${sections.map(({ id, title: name }) => html`<li><a href="#${id}">${name}</a></li>`)}
            </ul>
          </nav>
        </header>
        <main>
          ${sections.map(
            ({ id, title: name, body }) =>
              html`<section id="${id}" aria-labelledby="${id}-heading">
                <h2 id="${id}-heading">${name}</h2>
                ${body}
              </section> `,
          )}
        </main>
        <footer>${words.sections.page.footer(tool === undefined ? '' : ` ${tool}`)}</footer>
        ${embedded(analysis)} ${interactive?.data} ${scripts.map((script) => trusted(`<script>${script}</script>`))}
      </body>
    </html> `
  return withoutEndTags(document.source)
}

// --- internal ---

/** End tags that HTML does without, with the line ends beside them; escaped texts hold none, and scripts stay as they are. */
function withoutEndTags(document: string): string {
  const scripts = document.indexOf('<script')
  return document.slice(0, scripts).replace(/\s*<\/(?:td|th|tr|tbody|thead|dt|dd|li)>\s*/g, '') + document.slice(scripts)
}

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text, 'utf8').digest('base64')}`
}
