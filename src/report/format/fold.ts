/** A text in so many columns: of a longer one the beginning and the end, with `…` for what was left out. */
export function truncateMiddle(text: string, room: number): string {
  const signs = [...text]
  if (signs.length <= room) return text
  const head = Math.ceil((room - 1) * 0.6)
  return `${signs.slice(0, head).join('')}…${signs.slice(signs.length - (room - 1 - head)).join('')}`
}

/** What a terminal would obey, or show in another order than it stands, as it is written in JSON. */
export function escapeControls(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (sign) =>
    sign === '\n' ? '\\n' : sign === '\t' ? '\\t' : `\\u${(sign.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`,
  )
}

/** Words in lines of so many columns; a word that is longer stands alone. */
export function wrapped(words: readonly string[], room: number): string[] {
  const lines: string[] = []
  for (const word of words) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + 1 + word.length <= room) lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
  }
  return lines
}

/** Names with commas between them, in lines of so many columns. */
export function wrappedList(names: readonly string[], room: number): string[] {
  return wrapped(
    names.map((name, i) => (i < names.length - 1 ? `${name},` : name)),
    room,
  )
}

/** As many names as there is room for, and how many more there are. */
export function shortList(names: readonly string[], room: number): string {
  const whole = names.join(', ')
  if (whole.length <= room) return whole
  for (let shown = names.length - 1; shown > 0; shown--) {
    const text = `${names.slice(0, shown).join(', ')} and ${names.length - shown} more`
    if (text.length <= room) return text
  }
  return `${names.length} fields`
}

const COMMAND = /: (?=(?:groundcrew|kubectl|helm|mc|openssl|crane|skopeo|\(umask) )/

/** Sentences in lines of so many columns. A command at their end stays in one piece, to be copied. */
export function prose(text: string, room: number): string[] {
  if (text.length <= room) return [text]
  const [words = '', ...command] = text.split(COMMAND)
  if (command.length === 0) return wrapped(words.split(' '), room)
  return [...wrapped(`${words}:`.split(' '), room), `  ${command.join(': ')}`]
}

/** How many columns a text takes, colours not counted. */
export function plainLength(text: string): number {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what colours are made of
  return text.replaceAll(/\u001b\[\d+m/g, '').length
}
