import { styleText } from 'node:util'

/** Colours, or none: decided once for each stream. */
export type Style = {
  readonly added: (text: string) => string
  readonly changed: (text: string) => string
  readonly removed: (text: string) => string
  readonly strong: (text: string) => string
  readonly faint: (text: string) => string
}

const plain = (text: string) => text

export const PLAIN: Style = { added: plain, changed: plain, removed: plain, strong: plain, faint: plain }

// The caller has checked the stream; styleText would check stdout, whichever stream the text is for.
const color = (format: 'green' | 'yellow' | 'red' | 'bold' | 'dim') => (text: string) => styleText(format, text, { validateStream: false })

export const COLORED: Style = {
  added: color('green'),
  changed: color('yellow'),
  removed: color('red'),
  strong: color('bold'),
  faint: color('dim'),
}

const MIN_COLUMNS = 40

/** The width of a line: COLUMNS takes precedence over the terminal's own width; undefined if the stream is no terminal. */
export function chooseWidth(
  stream: { readonly isTTY?: boolean; readonly columns?: number },
  env: { readonly [name: string]: string | undefined },
): number | undefined {
  const requested = /^\d+$/.test(env.COLUMNS ?? '') ? Number(env.COLUMNS) : 0
  const columns = requested > 0 ? requested : stream.isTTY === true ? (stream.columns ?? 0) : 0
  return columns > 0 ? Math.max(MIN_COLUMNS, columns) : undefined
}

/** No colours with NO_COLOR, on a dumb terminal, or on a stream that is no terminal. */
export function chooseStyle(
  stream: { readonly isTTY?: boolean },
  env: { readonly [name: string]: string | undefined },
  noColor: boolean,
): Style {
  const allowed = !noColor && !env.NO_COLOR && env.TERM !== 'dumb'
  return allowed && stream.isTTY === true ? COLORED : PLAIN
}
