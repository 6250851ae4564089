import { stripVTControlCharacters } from 'node:util'

const FONT_SIZE = 14
const COLUMN_WIDTH = 8.4
const LINE_HEIGHT = 20
const MARGIN = 20

/**
 * Terminal output as a self-contained picture (SVG): its colours become classes that follow the reader's light or dark mode,
 * and every line is as wide as its columns, whatever monospace font the reader has.
 */
export function terminalPicture(text: string, command: string, title: string): string {
  const lines = [`\u001b[2m$\u001b[22m \u001b[1m${command}\u001b[22m`, '', ...text.split('\n')]
  const columns = Math.max(...lines.map((line) => stripVTControlCharacters(line).length))
  const [width, height] = [Math.ceil(columns * COLUMN_WIDTH) + 2 * MARGIN, lines.length * LINE_HEIGHT + 2 * MARGIN]
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="title">
<title id="title">${escapeXml(title)}</title>
<style>${CSS}</style>
<rect class="page" x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="8"/>
${lines.map(row).filter(Boolean).join('\n')}
</svg>
`
}

// Both sets keep 4.5:1 against their background.
const CSS = `
.page { fill: #ffffff; stroke: #d0d7de }
text { font: ${FONT_SIZE}px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", "Liberation Mono", monospace; white-space: pre; fill: #1f2328 }
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
  const [x, y] = [MARGIN + start * COLUMN_WIDTH, MARGIN + (i + 0.75) * LINE_HEIGHT]
  const length = (text.length - start) * COLUMN_WIDTH
  return `<text x="${round(x)}" y="${round(y)}" textLength="${round(length)}" lengthAdjust="spacingAndGlyphs">${spans(line.trimStart())}</text>`
}

/** Replaces the colour codes of styleText, a start and an end code for each colour, by spans. */
function spans(line: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what colours are made of
  return escapeXml(line).replaceAll(/\u001b\[(\d+)m/g, (_, code: string) => (END_CODES.has(code) ? '</tspan>' : `<tspan class="s${code}">`))
}

const END_CODES = new Set(['22', '39'])

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}
