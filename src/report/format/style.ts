import { styleText } from 'node:util'

/** Colours, or none: decided once for a stream, never looked up again. */
export type Style = {
  readonly added: (text: string) => string
  readonly changed: (text: string) => string
  readonly removed: (text: string) => string
  readonly strong: (text: string) => string
  readonly faint: (text: string) => string
}

const plain = (text: string) => text

export const PLAIN: Style = { added: plain, changed: plain, removed: plain, strong: plain, faint: plain }

// The stream was judged by the caller; styleText would look at stdout again, whatever it is used for.
const coloured = (format: 'green' | 'yellow' | 'red' | 'bold' | 'dim') => (text: string) =>
  styleText(format, text, { validateStream: false })

export const COLOURED: Style = {
  added: coloured('green'),
  changed: coloured('yellow'),
  removed: coloured('red'),
  strong: coloured('bold'),
  faint: coloured('dim'),
}

const NARROWEST = 40

/** How many columns a line has: COLUMNS beats the terminal's own width, and what is no terminal has no end. */
export function chooseWidth(
  stream: { readonly isTTY?: boolean; readonly columns?: number },
  env: { readonly [name: string]: string | undefined },
): number | undefined {
  const told = /^\d+$/.test(env.COLUMNS ?? '') ? Number(env.COLUMNS) : 0
  const columns = told > 0 ? told : stream.isTTY === true ? (stream.columns ?? 0) : 0
  return columns > 0 ? Math.max(NARROWEST, columns) : undefined
}

/** NO_COLOR beats all; a dumb terminal and anything that is no terminal get none. */
export function chooseStyle(
  stream: { readonly isTTY?: boolean },
  env: { readonly [name: string]: string | undefined },
  noColor: boolean,
): Style {
  const allowed = !noColor && !env.NO_COLOR && env.TERM !== 'dumb'
  return allowed && stream.isTTY === true ? COLOURED : PLAIN
}
