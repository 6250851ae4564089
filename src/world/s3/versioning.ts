import type { LiveBucket } from '../ports/objectStore.ts'
import { childrenOf, textOf, type Xml } from './xml.ts'

type Versioning = LiveBucket['versioning']

const ROOT = 'VersioningConfiguration'
const STATUS: { readonly [word: string]: Versioning['status'] } = { '': 'never-set', Enabled: 'enabled', Suspended: 'suspended' }

/** Parses a versioning document; undefined when it has an unknown form. It is empty for a bucket whose versioning was never set. */
export function readVersioning(text: string, xml: Xml): Versioning | undefined {
  const root = xml.read(text, ROOT)
  const status = root === undefined ? undefined : STATUS[(textOf(root, 'Status') ?? '').trim()]
  if (status === undefined) return undefined
  return {
    status,
    excludedPrefixes: childrenOf(root, 'ExcludedPrefixes').map((exclusion) => textOf(exclusion, 'Prefix') ?? ''),
    excludeFolders: textOf(root, 'ExcludeFolders')?.trim() === 'true',
  }
}

/** The document replaces the whole configuration: it removes exclusions that it does not name. */
export function writeVersioning({ status, excludedPrefixes, excludeFolders }: Versioning, xml: Xml): string {
  return xml.write(ROOT, {
    Status: status === 'enabled' ? 'Enabled' : 'Suspended',
    ...(excludedPrefixes.length > 0 && { ExcludedPrefixes: excludedPrefixes.map((Prefix) => ({ Prefix })) }),
    ...(excludeFolders && { ExcludeFolders: true }),
  })
}
