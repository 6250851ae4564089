import type { Sealed } from './sealed.ts'

const MASK = '(hidden)'
/** A shorter line of a longer secret may as well be an ordinary word. */
const MIN_LINE_LENGTH = 12

/** Masks these secrets in another program's text, in the forms in which programs print them: verbatim, by line, quoted, URL-encoded, base64. */
export function mask(text: string, secrets: Iterable<Sealed>): string {
  const forms = [...new Set([...secrets].flatMap(formsOf))].sort((a, b) => b.length - a.length)
  if (forms.length === 0) return text
  return text.replaceAll(new RegExp(forms.map(escaped).join('|'), 'g'), MASK)
}

function formsOf(secret: Sealed): string[] {
  const whole = secret.open().trim()
  if (whole === '') return []
  const texts = [whole, ...decoded(whole)]
  const lines = texts.flatMap((text) => text.split(/\r?\n/)).filter((line) => line.length >= MIN_LINE_LENGTH)
  return [...texts, ...lines, ...passwordsOf(whole)].flatMap((text) => [text, quoted(text), urlEncoded(text), base64(text)])
}

/** The content of a secret in base64, such as the guide's encryption key. */
function decoded(text: string): string[] {
  const inner = Buffer.from(text, 'base64')
  const isBase64 = inner.length >= MIN_LINE_LENGTH && inner.toString('base64').replace(/=+$/, '') === text.replace(/=+$/, '')
  return isBase64 ? [inner.toString('utf8').trim()] : []
}

/** The password of a URL, as written and percent-decoded. */
function passwordsOf(url: string): string[] {
  const [, password] = /^[a-z][a-z0-9+.-]*:\/\/[^:/@?#]*:([^@/?#]+)@/i.exec(url) ?? []
  if (password === undefined) return []
  try {
    return [password, decodeURIComponent(password)]
  } catch {
    return [password]
  }
}

function quoted(text: string): string {
  return JSON.stringify(text).slice(1, -1)
}

function urlEncoded(text: string): string {
  return encodeURIComponent(text.toWellFormed())
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64').replace(/=+$/, '')
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\/]/g, '\\$&')
}
