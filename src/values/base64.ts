import { isUtf8 } from 'node:buffer'

/** No text begins so: it is no character. */
const BYTES = '\uffff'

/** What base64 holds as text: bytes that are none stay apart from each other, and {@link toBase64} gives them back as they were. */
export function fromBase64(base64: string): string {
  const bytes = Buffer.from(base64, 'base64')
  return isUtf8(bytes) ? bytes.toString('utf8') : `${BYTES}${bytes.toString('base64')}`
}

/** The inverse of {@link fromBase64}. */
export function toBase64(text: string): string {
  return text.startsWith(BYTES) ? text.slice(BYTES.length) : Buffer.from(text, 'utf8').toString('base64')
}
