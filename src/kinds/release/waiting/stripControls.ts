import { stripVTControlCharacters } from 'node:util'

const LONGEST = 500

/** One line of foreign text for a terminal: no colours, no control characters, and an end. */
export function stripControls(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is taken out
  const line = stripVTControlCharacters(text).replaceAll(/[\u0000-\u001f\u007f-\u009f]+/g, ' ')
  return line.length > LONGEST ? `${line.slice(0, LONGEST)} ...` : line.trimEnd()
}
