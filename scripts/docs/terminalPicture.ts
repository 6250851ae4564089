import { stripVTControlCharacters } from 'node:util'

const FONT = 14
const COLUMN = 8.4
const LINE = 20
const MARGIN = 20

/**
 * A terminal's text as a picture (SVG) that needs nothing else: its colours become classes that follow the reader's light or
 * dark, and every line is as wide as its columns, whatever monospace font the reader has.
 */
export function terminalPicture(text: string, command: string, title: string): string {
  const lines = [`\u001b[2m$\u001b[22m \u001b[1m${command}\u001b[22m`, '', ...text.split('\n')]
  const columns = Math.max(...lines.map((line) => stripVTControlCharacters(line).length))
  const [width, height] = [Math.ceil(columns * COLUMN) + 2 * MARGIN, lines.length * LINE + 2 * MARGIN]
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="title">
<title id="title">${escaped(title)}</title>
<style>${CSS}</style>
<rect class="page" x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="8"/>
${lines.map(row).filter(Boolean).join('\n')}
</svg>
`
}

// Both sets keep 4.5:1 against their background.
const CSS = `
.page { fill: #ffffff; stroke: #d0d7de }
text { font: ${FONT}px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", "Liberation Mono", monospace; white-space: pre; fill: #1f2328 }
.s1 { font-weight: 700 } .s2 { fill: #59636e } .s31 { fill: #cf222e } .s32 { fill: #116329 } .s33 { fill: #7d4e00 }
@media (prefers-color-scheme: dark) {
.page { fill: #0d1117; stroke: #3d444d }
text { fill: #f0f6fc } .s2 { fill: #9198a1 } .s31 { fill: #ff7b72 } .s32 { fill: #3fb950 } .s33 { fill: #d29922 }
}
`

function row(line: string, i: number): string {
  const text = stripVTControlCharacters(line)
  if (text.trim() === '') return ''
  const start = text.length - text.trimStart().length
  const [x, y] = [MARGIN + start * COLUMN, MARGIN + (i + 0.75) * LINE]
  const length = (text.length - start) * COLUMN
  return `<text x="${round(x)}" y="${round(y)}" textLength="${round(length)}" lengthAdjust="spacingAndGlyphs">${spans(line.trimStart())}</text>`
}

/** The colours of styleText, each begun and ended by a code of its own. */
function spans(line: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what colours are made of
  return escaped(line).replaceAll(/\u001b\[(\d+)m/g, (_, code: string) => (ENDS.has(code) ? '</tspan>' : `<tspan class="s${code}">`))
}

const ENDS = new Set(['22', '39'])

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}
