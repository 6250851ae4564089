import type { Sealed } from './sealed.ts'

// What may be reported of a secret's format without revealing the secret.

export type DatabaseUrlError = 'not a URL' | 'not PostgreSQL' | 'no host' | 'no database'

/** What is wrong with a PostgreSQL URL, or undefined when Spacelift can read it. */
export function checkDatabaseUrl(url: Sealed): DatabaseUrlError | undefined {
  // Not URL.parse: PostgreSQL accepts several hosts with ports, and the host of a socket is a query parameter.
  const parts = /^([a-z][a-z0-9+.-]*):\/\/(?:([^/?#@]*)@)?([^/?#@]*)(?:\/([^?#@]*))?(?:\?([^#]*))?$/.exec(url.open())
  if (parts === null || /%(?![0-9a-f]{2})|\s/i.test(url.open())) return 'not a URL'
  const [, scheme = '', , hosts = '', database = '', query = ''] = parts
  if (!['postgres', 'postgresql'].includes(scheme)) return 'not PostgreSQL'
  const settings = new URLSearchParams(query)
  if (hosts.split(',').some((host) => !/^([^:[\]]*|\[[0-9a-f:.]+\])(:\d{1,5})?$/i.test(host))) return 'not a URL'
  if (hosts === '' && !settings.has('host')) return 'no host'
  return database !== '' || settings.has('dbname') ? undefined : 'no database'
}

/** True when the number of characters is within the bounds, both included. */
export function lengthWithin(value: Sealed, min: number, max: number): boolean {
  const { length } = value.open()
  return length >= min && length <= max
}

/** True when it starts or ends with whitespace, which is never intended in a credential. */
export function hasSurroundingWhitespace(value: Sealed): boolean {
  return value.open() !== value.open().trim()
}

/** True when it contains a NUL, which no environment variable can hold. */
export function holdsNul(value: Sealed): boolean {
  return value.open().includes('\0')
}
