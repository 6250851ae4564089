const MAX_LENGTH = 500

/** One line of another program's text, safe for a terminal: no colours, no control characters, of limited length. */
export function stripControls(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is removed
  const line = text.replaceAll(/\u001b\[[0-9;]*[A-Za-z]/g, '').replaceAll(/[\u0000-\u001f\u007f-\u009f]+/g, ' ')
  return line.length > MAX_LENGTH ? `${line.slice(0, MAX_LENGTH)} ...` : line.trimEnd()
}
