import { isUtf8 } from 'node:buffer'

/** Marks bytes that are not UTF-8. U+FFFF is a noncharacter, so no text starts with it. */
const BYTES_MARK = '\uffff'

/** Decodes base64 to text. Bytes that are not UTF-8 stay distinguishable, and {@link toBase64} restores them exactly. */
export function fromBase64(base64: string): string {
  const bytes = Buffer.from(base64, 'base64')
  return isUtf8(bytes) ? bytes.toString('utf8') : `${BYTES_MARK}${bytes.toString('base64')}`
}

/** The inverse of {@link fromBase64}. */
export function toBase64(text: string): string {
  return text.startsWith(BYTES_MARK) ? text.slice(BYTES_MARK.length) : Buffer.from(text, 'utf8').toString('base64')
}
