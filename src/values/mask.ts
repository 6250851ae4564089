import type { Sealed } from './sealed.ts'

const HIDDEN = '(hidden)'
/** A shorter line of a longer secret is as likely to be anybody's word. */
const LEAST_LINE = 12

/** Foreign text without these secrets, in the forms in which programs write them: as they are, line by line, quoted, in a URL, in base64. */
export function mask(text: string, secrets: Iterable<Sealed>): string {
  const forms = [...new Set([...secrets].flatMap(formsOf))].sort((a, b) => b.length - a.length)
  if (forms.length === 0) return text
  return text.replaceAll(new RegExp(forms.map(escaped).join('|'), 'g'), HIDDEN)
}

function formsOf(secret: Sealed): string[] {
  const whole = secret.open().trim()
  if (whole === '') return []
  const texts = [whole, ...decoded(whole)]
  const lines = texts.flatMap((text) => text.split(/\r?\n/)).filter((line) => line.length >= LEAST_LINE)
  return [...texts, ...lines, ...passwordsOf(whole)].flatMap((one) => [one, quoted(one), inUrl(one), base64(one)])
}

/** What a secret in base64 (the guide's encryption key) stands for. */
function decoded(text: string): string[] {
  const inner = Buffer.from(text, 'base64')
  const isBase64 = inner.length >= LEAST_LINE && inner.toString('base64').replace(/=+$/, '') === text.replace(/=+$/, '')
  return isBase64 ? [inner.toString('utf8').trim()] : []
}

/** The password of a URL, as it stands there and as it is meant. */
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

function inUrl(text: string): string {
  return encodeURIComponent(text.toWellFormed())
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64').replace(/=+$/, '')
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\/]/g, '\\$&')
}
