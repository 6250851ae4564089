import { stripVTControlCharacters } from 'node:util'

/** A text in at most `room` columns: a longer one keeps its beginning and end, with `…` between them. */
export function truncateMiddle(text: string, room: number): string {
  const signs = [...text]
  if (signs.length <= room) return text
  const head = Math.ceil((room - 1) * 0.6)
  return `${signs.slice(0, head).join('')}…${signs.slice(signs.length - (room - 1 - head)).join('')}`
}

/** Escapes, as JSON does, what a terminal would execute or show in another order. */
export function escapeControls(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) =>
    character === '\n' ? '\\n' : character === '\t' ? '\\t' : `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`,
  )
}

/** Words in lines of at most `room` columns; a longer word has a line of its own. */
export function wrapWords(words: readonly string[], room: number): string[] {
  const lines: string[] = []
  for (const word of words) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + 1 + word.length <= room) lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
  }
  return lines
}

/** Names separated by commas, in lines of at most `room` columns. */
export function wrapList(names: readonly string[], room: number): string[] {
  return wrapWords(
    names.map((name, i) => (i < names.length - 1 ? `${name},` : name)),
    room,
  )
}

/** As many names as fit, and how many more there are. */
export function abbreviateList(names: readonly string[], room: number): string {
  const whole = names.join(', ')
  if (whole.length <= room) return whole
  for (let shown = names.length - 1; shown > 0; shown--) {
    const text = `${names.slice(0, shown).join(', ')} and ${names.length - shown} more`
    if (text.length <= room) return text
  }
  return `${names.length} fields`
}

const COMMAND = /: (?=(?:groundcrew|kubectl|helm|mc|openssl|crane|skopeo|\(umask) )/

/** Sentences in lines of at most `room` columns. A command at their end is not broken, so that it can be copied. */
export function wrapSentences(text: string, room: number): string[] {
  if (text.length <= room) return [text]
  const [words = '', ...command] = text.split(COMMAND)
  if (command.length === 0) return wrapWords(words.split(' '), room)
  return [...wrapWords(`${words}:`.split(' '), room), `  ${command.join(': ')}`]
}

/** The columns of a text without its colours. */
export function visibleLength(text: string): number {
  return stripVTControlCharacters(text).length
}
