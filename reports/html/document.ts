/** A page without script: the head that the list of runs and the trends have in common. */
import { createHash } from 'node:crypto'
import { html, trusted, type Html } from './markup.ts'
import { STYLE } from './style.ts'

/** `forms`: where its forms may send to. The policy allows the stylesheet, by hash, and nothing from the network. */
export function plainDocument({ lang, title, forms, head, body, foot }: Parts): string {
  const style = createHash('sha256').update(STYLE, 'utf8').digest('base64')
  const policy = `default-src 'none'; style-src 'sha256-${style}'; img-src data:; base-uri 'none'; form-action '${forms}'`
  return html`<!doctype html>
    <html lang="${lang}">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${trusted(policy)}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="referrer" content="no-referrer" />
        <title>${title}</title>
        <link rel="icon" href="data:," />
        ${trusted(`<style>${STYLE}</style>`)}
      </head>
      <body>
        <header>${head}</header>
        <main>${body}</main>
        ${foot}
      </body>
    </html> `.source
}

interface Parts {
  lang: string
  title: string
  forms: 'none' | 'self'
  head: Html
  body: Html
  foot?: Html
}
