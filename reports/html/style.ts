/** The one stylesheet of the page: light, dark, print, and 360 px wide. */

/** The drawing colours of charts/theme.ts and what stands for them on a dark ground. */
const DARK: Record<string, string> = {
  '#1f2328': '#e6edf3',
  '#57606a': '#a3adb8',
  '#d8dee4': '#343b44',
  '#8c959f': '#7d8590',
  '#000000': '#e6edf3',
  '#0072B2': '#58a9e0',
  '#D55E00': '#f0803c',
  '#009E73': '#2cc295',
}

const darkDrawing = Object.entries(DARK)
  .map(([from, to]) => `svg [fill="${from}" i]{fill:${to}}svg [stroke="${from}" i]{stroke:${to}}`)
  .join('')

/** Classes of a table for its columns: `n3` says that the third is of numbers, `w4` that the fourth is of sentences. */
export const COLUMN_KINDS = { number: 'n', words: 'w' } as const
export const MOST_COLUMNS = 16

const columns = (kind: string, cell: string): string =>
  Array.from({ length: MOST_COLUMNS - 1 }, (_, i) => `.${kind}${i + 2} ${cell}:nth-child(${i + 2})`).join()

export const STYLE = `
:root{color-scheme:light dark;--bg:#fff;--fg:#1f2328;--soft:#57606a;--line:#d8dee4;--pane:#f6f8fa;--link:#0a5cad;--good:#0b6e4f;--bad:#a8480a;--warn-bg:#fff4e0;--warn-line:#b87500;--words:10.5rem}
@media screen and (prefers-color-scheme:dark){:root{--bg:#14181d;--fg:#e6edf3;--soft:#a3adb8;--line:#343b44;--pane:#1c2229;--link:#79b8f3;--good:#4fd1a5;--bad:#f5a26b;--warn-bg:#33270f;--warn-line:#c98a1b}${darkDrawing}}
*{box-sizing:border-box}
:lang(ko) body{font-family:system-ui,-apple-system,"Apple SD Gothic Neo","Malgun Gothic","Noto Sans KR","Noto Sans CJK KR",NanumGothic,sans-serif;word-break:keep-all}
html{-webkit-text-size-adjust:100%;scroll-padding-top:1rem}
body{margin:0;background:var(--bg);color:var(--fg);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;overflow-wrap:break-word}
main,header,footer{max-width:72rem;margin:0 auto;padding:0 1rem}
header{padding-top:2rem}
h1{font-size:1.75rem;line-height:1.2;margin:0 0 .35rem;letter-spacing:-.01em}
h2{font-size:1.25rem;line-height:1.3;margin:2.75rem 0 .75rem;padding-top:.5rem;border-top:1px solid var(--line)}
h3{font-size:1rem;line-height:1.35;margin:0 0 .25rem}
section>h3{margin-top:1.75rem}
p{margin:0 0 .75rem;max-width:46rem}
a{color:var(--link)}
a:focus-visible,summary:focus-visible,button:focus-visible,select:focus-visible,.scroll:focus-visible,.wide:focus-visible{outline:2px solid var(--link);outline-offset:2px;border-radius:3px}
.about{color:var(--soft);font-size:.9375rem}
.lead{font-size:1.1875rem;line-height:1.45;max-width:52rem;margin:1rem 0;padding:0;list-style:none}
.lead li{margin:0 0 .6rem}
.lead strong{font-weight:650}
.verdicts{list-style:none;margin:1.25rem 0;padding:0}
.verdict{--mark:var(--soft);border-left:6px solid var(--mark);background:var(--pane);padding:.9rem 1.1rem;margin:0 0 .9rem;border-radius:0 8px 8px 0;break-inside:avoid}
.verdict.replace{--mark:var(--good)}.verdict.keep-teacher{--mark:var(--bad)}.verdict.undecided{--mark:var(--warn-line)}
.stamp{display:inline-block;font-size:.8125rem;font-weight:650;letter-spacing:.02em;line-height:1.3;padding:.15rem .6rem;margin-right:.25rem;border:1.5px solid var(--mark);border-radius:1rem;vertical-align:.12em}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,8.5rem),1fr));gap:.6rem;margin:.7rem 0;font-size:1rem}
.tile{background:var(--bg);border:1px solid var(--line);border-radius:6px;padding:.55rem .75rem;min-width:0}
.tile dt{font-size:.8125rem;color:var(--soft);margin:0}
.tile dd>span{display:block}
.big{font-size:1.375rem;line-height:1.25;font-weight:650;letter-spacing:-.01em}
.tile.better .big{color:var(--good)}.tile.worse .big{color:var(--bad)}
.tile .range{white-space:normal}.of{font-size:.8125rem;color:var(--soft)}
.decision{font-size:1.125rem;line-height:1.45;margin:0;max-width:60rem}
.detail{color:var(--soft);font-size:.9375rem;margin:0 0 .2rem;max-width:none}
nav ul{display:flex;flex-wrap:wrap;gap:.25rem 1rem;list-style:none;margin:1rem 0 0;padding:0;font-size:.9375rem}
.notes{list-style:none;margin:1rem 0;padding:0}
.notes li,.banner{background:var(--warn-bg);border-left:4px solid var(--warn-line);padding:.5rem .75rem;margin:0 0 .5rem;max-width:52rem;border-radius:0 4px 4px 0}
.methods{font-size:.875rem;color:var(--soft);padding-left:2rem}.methods li{max-width:60rem}
.missing,.how,.why,.interval,caption{color:var(--soft)}
.scroll{overflow-x:auto;margin:0 0 1rem}
table{border-collapse:collapse;width:100%;font-size:.9375rem;font-variant-numeric:tabular-nums}
caption{text-align:left;font-size:.875rem;padding:0 0 .35rem;caption-side:top}
th,td{text-align:left;vertical-align:top;padding:.45rem .6rem;border-bottom:1px solid var(--line)}
thead th{font-weight:600;vertical-align:bottom;border-bottom:2px solid var(--line)}
tbody th{font-weight:500}
td.number,th.number,${columns('n', 'tr>')}{text-align:right}
${columns('n', 'td')}{white-space:var(--figures)}${columns('w', 'td')}{min-width:var(--words)}
td{overflow-wrap:break-word}
th button{all:unset;cursor:pointer;font-weight:600}
th button::after{content:"\\00a0\\2195";color:var(--soft);font-weight:400}
th[aria-sort=ascending] button::after{content:"\\00a0\\2191";color:var(--fg)}
th[aria-sort=descending] button::after{content:"\\00a0\\2193";color:var(--fg)}
.comparison thead small{display:block;font-weight:400;color:var(--soft)}
.comparison .value{font-weight:600;font-size:1rem}
.comparison td>span{display:block}
.comparison .badge{display:inline-block}
.comparison .unit{font-weight:400;font-size:.875rem}
.comparison tbody th{min-width:8.5rem}
.comparison td,.comparison th{padding:.45rem .4rem}
@media (min-width:48rem){.interval,td.number{white-space:nowrap}:root{--figures:nowrap}tbody th{min-width:9rem}td{min-width:4rem}}
.interval,.versus,.range,.why,.role{font-size:.875rem}
.role{color:var(--soft);font-weight:400}
.caution{font-size:.875rem;border-left:3px solid var(--warn-line);padding-left:.4rem;margin-top:.15rem}
.better{color:var(--good)}.worse{color:var(--bad)}
.glyph{width:14px;height:14px;stroke:var(--fg);stroke-width:.9;vertical-align:-2px;margin-right:.25rem}.glyph.line{width:30px;height:16px;vertical-align:-3px;margin:0}
.badge{display:inline-block;font-size:.75rem;line-height:1.2;padding:.1rem .4rem;border:1px solid currentColor;border-radius:1rem;color:var(--soft);font-weight:500}
.legend{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;list-style:none;margin:0 0 1rem;padding:0;font-size:.9375rem}
.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,20rem),1fr));gap:2rem}
.figures.small{grid-template-columns:repeat(auto-fit,minmax(min(100%,18rem),1fr));gap:1.5rem}
figure{margin:0;min-width:0;break-inside:avoid}
@supports (grid-template-rows:subgrid){.figures figure{display:grid;grid-template-rows:subgrid;grid-row:span 4;row-gap:0;align-content:start}}
figure>*{min-width:0}
figure .takeaway{font-size:.9375rem;margin-bottom:.5rem}
figure .how{font-size:.875rem;margin:.25rem 0}
.chart svg{fill:none;font-size:12px;text-anchor:middle;stroke-miterlimit:4;display:block;width:100%;height:auto;max-width:27rem}
.small .chart svg{max-width:22rem}
.wide{overflow-x:auto}.chart.wide svg{max-width:54rem;min-width:38rem}
details{margin:.25rem 0}
summary{cursor:pointer;color:var(--link);font-size:.9375rem;padding:.2rem 0}
.conflicts td div+div{margin-top:.5rem}.source{font-size:.875rem;color:var(--soft)}
.filter{display:flex;flex-wrap:wrap;gap:.4rem 1.25rem;margin:0 0 1rem;font-size:.9375rem}.filter[hidden]{display:none}
.filter select{font:inherit;color:inherit;background:var(--pane);border:1px solid var(--line);border-radius:4px;padding:.15rem .3rem;max-width:14rem}
.filter input{font:inherit;color:inherit;background:var(--pane);border:1px solid var(--line);border-radius:4px;padding:.1rem .3rem}.back{max-width:72rem;margin:0 auto;padding:.75rem 1rem 0;font-size:.9375rem;display:flex;flex-wrap:wrap;gap:.25rem 2rem}
.filter output{color:var(--soft)}
.item{--mark:var(--soft);border-left:4px solid var(--mark);padding-left:.7rem;margin:.3rem 0;max-width:60rem}
.item.lost{--mark:var(--bad)}.item.won{--mark:var(--good)}
.item summary{color:var(--fg)}.item[open] summary{margin-bottom:.3rem}
.flip{display:inline-block;min-width:5.6rem;padding-right:.4rem;font-weight:600}.item.lost .flip{color:var(--bad)}.item.won .flip{color:var(--good)}
.item dl{display:block}.item dt{margin-top:.5rem}.said{display:block;white-space:pre-wrap}.item dd{font-size:.9375rem;background:var(--pane);border-radius:4px;padding:.3rem .6rem}
mark{background:var(--warn-bg);color:inherit;text-decoration:underline;text-decoration-color:var(--warn-line);text-underline-offset:2px}
mark::before,mark::after{content:"[differs: ";position:absolute;width:1px;height:1px;overflow:hidden;white-space:nowrap;clip-path:inset(50%)}mark::after{content:"]"}
.claim{border:1px solid var(--line);border-radius:6px;padding:1rem;margin:0 0 1rem;break-inside:avoid}
.claim .figure{font-size:1.25rem;font-weight:600;margin:.1rem 0 .35rem}
.cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,19rem),1fr));gap:1rem}
.card{border:1px solid var(--line);border-radius:6px;padding:.75rem 1rem;min-width:0;break-inside:avoid}
dl{display:grid;grid-template-columns:fit-content(40%) minmax(0,1fr);gap:.2rem .9rem;margin:.4rem 0;font-size:.9375rem}
dt{color:var(--soft)}dd{margin:0;min-width:0;overflow-wrap:anywhere}
h1,h3,p,li,dt,pre{overflow-wrap:anywhere}
th,td{max-width:28rem}
dl.terms{display:block}
dl.terms dt{color:var(--fg);font-weight:600;margin-top:.9rem}
dl.terms dd{max-width:46rem}
pre{background:var(--pane);border:1px solid var(--line);border-radius:6px;padding:.75rem 1rem;white-space:pre-wrap;font:.875rem/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;margin:0 0 1rem}
.download{font:inherit;color:var(--link);background:var(--pane);border:1px solid var(--line);border-radius:6px;padding:.4rem .8rem;cursor:pointer}
footer{color:var(--soft);font-size:.875rem;padding-top:2rem;padding-bottom:2rem}
@media screen and (max-width:47.9rem){
h1{font-size:1.45rem}.lead{font-size:1.0625rem}
.comparison.scroll{overflow:visible}
.comparison table,.comparison tbody,.comparison tr,.comparison td,.comparison tbody th,.comparison caption{display:block;width:100%}
.comparison thead{display:none}
.comparison tr{border:1px solid var(--line);border-radius:6px;margin:0 0 .75rem;padding:.35rem 0}
.comparison tbody th{font-weight:650;border:0;max-width:none}
.comparison td{border:0;max-width:none;padding:.2rem .6rem .2rem 8.2rem;position:relative;min-height:1.9rem}
.comparison td::before{content:attr(data-label);position:absolute;left:.6rem;width:7.2rem;color:var(--soft);font-size:.875rem}
dl{grid-template-columns:minmax(0,1fr)}dt{margin-top:.3rem}
}
@media print{
@page{margin:14mm}
body{font-size:10pt}table{font-size:8pt}th,td{padding:.25rem .3rem}:root{--words:0;--figures:normal}tbody th,td{min-width:0}.comparison table{font-size:8pt}.comparison .value{font-size:9pt}.interval,.versus,.range,.why,.role,.comparison .unit,.comparison .badge{font-size:7.5pt}.comparison td,.comparison th{padding:.3rem .2rem}.comparison tbody th{min-width:5.5rem}main,header,footer{max-width:none;padding:0}
nav,.download,details:not([open]),th button::after{display:none}
h2{break-after:avoid}tr,li,figure,.claim,.card{break-inside:avoid}
.scroll,.wide{overflow:visible}.chart.wide svg{min-width:0}.interval,.range,td.number{white-space:normal}.figures,.figures.small{grid-template-columns:1fr 1fr;gap:1rem}.cards{grid-template-columns:1fr 1fr}
a{color:inherit}
}
@media (prefers-reduced-motion:no-preference){html{scroll-behavior:smooth}}
`
