/** A page of blocks with a blank line between them; `from`: what to change instead of the page. */
export function page(from: string, ...blocks: readonly string[]): string {
  return `${[`<!-- Written by npm run docs from ${from}: change that. -->`, ...blocks].join('\n\n')}\n`
}

/** A table; no row, no table. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  if (rows.length === 0) return []
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`
  return [[line(head), `|${'---|'.repeat(head.length)}`, ...rows.map(line)].join('\n')]
}

export function assertLockHeld(language: string, text: string): string {
  return `\`\`\`${language}\n${text.trimEnd()}\n\`\`\``
}

export function code(text: string): string {
  return `\`${text}\``
}

/** Text in which `<` is no tag; what stands in backticks is left alone. */
export function plain(text: string): string {
  return text.replaceAll(/(`[^`]*`)|</g, (_, quoted?: string) => quoted ?? '&lt;')
}

/** A sentence begins with a capital letter and ends with a full stop. */
export function sentence(text: string): string {
  const ended = /[.?!:]$/.test(text) ? text : `${text}.`
  return ended.charAt(0).toUpperCase() + ended.slice(1)
}
