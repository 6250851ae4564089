import type { Sealed } from './sealed.ts'

/** What may be said of secrets' form without telling them. */

export type NoDatabaseUrl = 'not a URL' | 'not PostgreSQL' | 'no host' | 'no database'

/** What is wrong with a PostgreSQL URL, or undefined when Spacelift can read it. */
export function refuseDatabaseUrl(url: Sealed): NoDatabaseUrl | undefined {
  // Not URL.parse: PostgreSQL takes several hosts with ports, and a socket's host stands in the query.
  const parts = /^([a-z][a-z0-9+.-]*):\/\/(?:([^/?#@]*)@)?([^/?#@]*)(?:\/([^?#@]*))?(?:\?([^#]*))?$/.exec(url.open())
  if (parts === null || /%(?![0-9a-f]{2})|\s/i.test(url.open())) return 'not a URL'
  const [, scheme = '', , hosts = '', database = '', query = ''] = parts
  if (!['postgres', 'postgresql'].includes(scheme)) return 'not PostgreSQL'
  const settings = new URLSearchParams(query)
  if (hosts.split(',').some((host) => !/^([^:[\]]*|\[[0-9a-f:.]+\])(:\d{1,5})?$/i.test(host))) return 'not a URL'
  if (hosts === '' && !settings.has('host')) return 'no host'
  return database !== '' || settings.has('dbname') ? undefined : 'no database'
}

/** True when the number of characters lies within the bounds, both included. */
export function lengthWithin(value: Sealed, least: number, most: number): boolean {
  const { length } = value.open()
  return length >= least && length <= most
}

/** True when a blank or line end stands at its start or end: nobody means that in a credential. */
export function hasSurroundingWhitespace(value: Sealed): boolean {
  return value.open() !== value.open().trim()
}

/** True for a NUL, which no environment variable can hold. */
export function holdsNul(value: Sealed): boolean {
  return value.open().includes('\0')
}
