import type { Sealed } from './sealed.ts'

/** What may be said of secrets' form without telling them. */

export type NoDatabaseUrl = 'not a URL' | 'not PostgreSQL' | 'no host' | 'no database'

/** What is wrong with a PostgreSQL URL, or undefined when Spacelift can read it. */
export function refuseDatabaseUrl(url: Sealed): NoDatabaseUrl | undefined {
  const parsed = URL.parse(url.open())
  if (parsed === null) return 'not a URL'
  if (!['postgres:', 'postgresql:'].includes(parsed.protocol)) return 'not PostgreSQL'
  // A socket or a list of hosts stands in the query.
  if (parsed.hostname === '' && !parsed.searchParams.has('host')) return 'no host'
  return parsed.pathname.length > 1 || parsed.searchParams.has('dbname') ? undefined : 'no database'
}

/** True when the number of characters lies within the bounds, both included. */
export function lengthWithin(value: Sealed, least: number, most: number): boolean {
  const { length } = value.open()
  return length >= least && length <= most
}

/** True when a blank or line end stands at its start or end: nobody means that in a credential. */
export function hasOuterBlank(value: Sealed): boolean {
  return value.open() !== value.open().trim()
}

/** True for a NUL, which no environment variable can hold. */
export function holdsNul(value: Sealed): boolean {
  return value.open().includes('\0')
}
