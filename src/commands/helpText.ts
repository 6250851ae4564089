export type HelpParts = {
  readonly exitCodes?: { readonly [code: number]: string }
  /** Command lines as they are typed, with a comment where it helps. */
  readonly examples: readonly string[]
}

/** The end of a command's help: its exit codes and examples. */
export function helpText({ exitCodes = {}, examples }: HelpParts): string {
  const codes = Object.entries(exitCodes).map(([code, meaning]) => `  ${code.padEnd(4)} ${meaning}`)
  return [...section('Exit codes', codes), ...section('Examples', columns(examples))].join('\n')
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['', `${title}:`, ...lines]
}

/** Aligns the comments. */
function columns(examples: readonly string[]): string[] {
  const parts = examples.map((line) => line.split(/ +(?=# )/))
  const width = Math.max(...parts.map(([line = '', comment]) => (comment === undefined ? 0 : line.length)))
  return parts.map(([line = '', comment]) => (comment === undefined ? `  ${line}` : `  ${line.padEnd(width)}  ${comment}`))
}
